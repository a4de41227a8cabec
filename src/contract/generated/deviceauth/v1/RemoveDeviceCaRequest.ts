// Original file: proto/deviceauth/v1/admin.proto


export interface RemoveDeviceCaRequest {
  'name'?: (string);
}

export interface RemoveDeviceCaRequest__Output {
  'name': (string);
}
