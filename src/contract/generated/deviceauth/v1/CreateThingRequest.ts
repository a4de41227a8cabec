// Original file: proto/deviceauth/v1/admin.proto


export interface CreateThingRequest {
  /**
   * Required; as in Thing.
   */
  'name'?: (string);
  /**
   * May be empty.
   */
  'type'?: (string);
  /**
   * May be empty.
   */
  'attributes'?: ({[key: string]: string});
  /**
   * May be empty.
   */
  'groups'?: (string)[];
}

export interface CreateThingRequest__Output {
  /**
   * Required; as in Thing.
   */
  'name': (string);
  /**
   * May be empty.
   */
  'type': (string);
  /**
   * May be empty.
   */
  'attributes': ({[key: string]: string});
  /**
   * May be empty.
   */
  'groups': (string)[];
}
