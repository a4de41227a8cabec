// Original file: proto/deviceauth/v1/device_auth.proto


export interface AuthorizeClientDeviceActionRequest {
  /**
   * Required; checked in this order: token, operation, resource.
   */
  'clientDeviceAuthToken'?: (string);
  /**
   * `mqtt:connect`, `mqtt:publish`, `mqtt:subscribe`, `mqtt:receive`, or `<service>:<action>`.
   */
  'operation'?: (string);
  /**
   * `mqtt:clientId:<id>`, `mqtt:topic:<topic>`, `mqtt:topicfilter:<filter>`, or `<service>:<type>:<name>`.
   */
  'resource'?: (string);
}

export interface AuthorizeClientDeviceActionRequest__Output {
  /**
   * Required; checked in this order: token, operation, resource.
   */
  'clientDeviceAuthToken': (string);
  /**
   * `mqtt:connect`, `mqtt:publish`, `mqtt:subscribe`, `mqtt:receive`, or `<service>:<action>`.
   */
  'operation': (string);
  /**
   * `mqtt:clientId:<id>`, `mqtt:topic:<topic>`, `mqtt:topicfilter:<filter>`, or `<service>:<type>:<name>`.
   */
  'resource': (string);
}
