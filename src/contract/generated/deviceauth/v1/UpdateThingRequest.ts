// Original file: proto/deviceauth/v1/admin.proto


/**
 * Each part replaces the old one as a whole where its `set_` is true.
 */
export interface UpdateThingRequest {
  /**
   * Required; the thing must exist.
   */
  'name'?: (string);
  /**
   * Whether type counts.
   */
  'setType'?: (boolean);
  /**
   * The new type; empty: none.
   */
  'type'?: (string);
  /**
   * Whether attributes counts.
   */
  'setAttributes'?: (boolean);
  /**
   * The new attributes; empty: none.
   */
  'attributes'?: ({[key: string]: string});
  /**
   * Whether groups counts.
   */
  'setGroups'?: (boolean);
  /**
   * The new groups; empty: none.
   */
  'groups'?: (string)[];
}

/**
 * Each part replaces the old one as a whole where its `set_` is true.
 */
export interface UpdateThingRequest__Output {
  /**
   * Required; the thing must exist.
   */
  'name': (string);
  /**
   * Whether type counts.
   */
  'setType': (boolean);
  /**
   * The new type; empty: none.
   */
  'type': (string);
  /**
   * Whether attributes counts.
   */
  'setAttributes': (boolean);
  /**
   * The new attributes; empty: none.
   */
  'attributes': ({[key: string]: string});
  /**
   * Whether groups counts.
   */
  'setGroups': (boolean);
  /**
   * The new groups; empty: none.
   */
  'groups': (string)[];
}
