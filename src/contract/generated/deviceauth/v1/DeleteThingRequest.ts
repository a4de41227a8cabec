// Original file: proto/deviceauth/v1/admin.proto


export interface DeleteThingRequest {
  'name'?: (string);
}

export interface DeleteThingRequest__Output {
  'name': (string);
}
