// Original file: proto/deviceauth/v1/admin.proto


export interface ExplainRequest {
  /**
   * Required; need not be registered.
   */
  'thingName'?: (string);
  /**
   * As in AuthorizeClientDeviceActionRequest.
   */
  'operation'?: (string);
  /**
   * As in AuthorizeClientDeviceActionRequest.
   */
  'resource'?: (string);
}

export interface ExplainRequest__Output {
  /**
   * Required; need not be registered.
   */
  'thingName': (string);
  /**
   * As in AuthorizeClientDeviceActionRequest.
   */
  'operation': (string);
  /**
   * As in AuthorizeClientDeviceActionRequest.
   */
  'resource': (string);
}
