// Original file: proto/deviceauth/v1/admin.proto


export interface CreateThingRequest {
  'name'?: (string);
  'type'?: (string);
  'attributes'?: ({[key: string]: string});
  'groups'?: (string)[];
}

export interface CreateThingRequest__Output {
  'name': (string);
  'type': (string);
  'attributes': ({[key: string]: string});
  'groups': (string)[];
}
