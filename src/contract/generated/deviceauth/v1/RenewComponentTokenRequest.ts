// Original file: proto/deviceauth/v1/admin.proto


export interface RenewComponentTokenRequest {
  'name'?: (string);
}

export interface RenewComponentTokenRequest__Output {
  'name': (string);
}
