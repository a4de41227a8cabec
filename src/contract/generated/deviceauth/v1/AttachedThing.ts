// Original file: proto/deviceauth/v1/admin.proto


export interface AttachedThing {
  /**
   * Name of the thing.
   */
  'thingName'?: (string);
  /**
   * The certificate speaks for this thing only.
   */
  'exclusive'?: (boolean);
}

export interface AttachedThing__Output {
  /**
   * Name of the thing.
   */
  'thingName': (string);
  /**
   * The certificate speaks for this thing only.
   */
  'exclusive': (boolean);
}
