// Original file: proto/deviceauth/v1/admin.proto


export interface GetThingRequest {
  'name'?: (string);
}

export interface GetThingRequest__Output {
  'name': (string);
}
