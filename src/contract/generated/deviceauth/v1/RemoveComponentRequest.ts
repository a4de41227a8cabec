// Original file: proto/deviceauth/v1/admin.proto


export interface RemoveComponentRequest {
  'name'?: (string);
}

export interface RemoveComponentRequest__Output {
  'name': (string);
}
