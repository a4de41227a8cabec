// Original file: proto/deviceauth/v1/admin.proto


/**
 * Each part replaces the old one as a whole where its `set_` is true.
 */
export interface UpdateThingRequest {
  'name'?: (string);
  'setType'?: (boolean);
  'type'?: (string);
  'setAttributes'?: (boolean);
  'attributes'?: ({[key: string]: string});
  'setGroups'?: (boolean);
  'groups'?: (string)[];
}

/**
 * Each part replaces the old one as a whole where its `set_` is true.
 */
export interface UpdateThingRequest__Output {
  'name': (string);
  'setType': (boolean);
  'type': (string);
  'setAttributes': (boolean);
  'attributes': ({[key: string]: string});
  'setGroups': (boolean);
  'groups': (string)[];
}
