/** The operations a listener may allow: the RPC names of the service DeviceAuth, and the alias for all of them. */
export const DEVICE_AUTH_OPERATIONS = [
  'AuthorizeClientDeviceAction',
  'AuthorizeClientDeviceActions',
  'CheckClientId',
  'CloseClientDeviceSession',
  'GetClientDeviceAuthToken',
  'GetGrantSet',
  'SubscribeToCertificateUpdates',
  'SubscribeToSessionUpdates',
  'VerifyClientDeviceIdentity',
] as const;

export type DeviceAuthOperation = (typeof DEVICE_AUTH_OPERATIONS)[number];

/** Everything a broker needs. */
export const BROKER_ALIAS = 'broker';
