// Original file: proto/deviceauth/v1/admin.proto


export interface AttachedThing {
  'thingName'?: (string);
  'exclusive'?: (boolean);
}

export interface AttachedThing__Output {
  'thingName': (string);
  'exclusive': (boolean);
}
