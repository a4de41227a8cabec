// Original file: proto/deviceauth/v1/device_auth.proto


export interface MqttCredential {
  /**
   * The MQTT client id; required. With security.clientIdRule "exact" (the default) it is the thing name.
   */
  'clientId'?: (string);
  /**
   * See ClientDeviceCredential; required.
   */
  'certificatePem'?: (string);
  /**
   * Ignored, kept for compatibility with the reference's credential.
   */
  'username'?: (string);
  /**
   * Ignored and never logged.
   */
  'password'?: (string);
}

export interface MqttCredential__Output {
  /**
   * The MQTT client id; required. With security.clientIdRule "exact" (the default) it is the thing name.
   */
  'clientId': (string);
  /**
   * See ClientDeviceCredential; required.
   */
  'certificatePem': (string);
  /**
   * Ignored, kept for compatibility with the reference's credential.
   */
  'username': (string);
  /**
   * Ignored and never logged.
   */
  'password': (string);
}
