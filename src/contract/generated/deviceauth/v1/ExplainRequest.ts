// Original file: proto/deviceauth/v1/admin.proto


export interface ExplainRequest {
  'thingName'?: (string);
  'operation'?: (string);
  'resource'?: (string);
}

export interface ExplainRequest__Output {
  'thingName': (string);
  'operation': (string);
  'resource': (string);
}
