// Original file: proto/deviceauth/v1/device_auth.proto


export interface UpdatesHello {
  /**
   * Required; the id given with GetClientDeviceAuthToken.
   */
  'brokerInstanceId'?: (string);
  /**
   * The epoch the caller last heard, empty at its first connection.
   */
  'epoch'?: (string);
  /**
   * Free text for `deviceauthctl status`, such as "mosquitto 2.0.11"; may be empty.
   */
  'caller'?: (string);
}

export interface UpdatesHello__Output {
  /**
   * Required; the id given with GetClientDeviceAuthToken.
   */
  'brokerInstanceId': (string);
  /**
   * The epoch the caller last heard, empty at its first connection.
   */
  'epoch': (string);
  /**
   * Free text for `deviceauthctl status`, such as "mosquitto 2.0.11"; may be empty.
   */
  'caller': (string);
}
