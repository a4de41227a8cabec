// Original file: proto/deviceauth/v1/admin.proto


export interface RevokeSessionsRequest {
  'tokenPrefix'?: (string);
  'thingName'?: (string);
  'certificateId'?: (string);
}

export interface RevokeSessionsRequest__Output {
  'tokenPrefix': (string);
  'thingName': (string);
  'certificateId': (string);
}
