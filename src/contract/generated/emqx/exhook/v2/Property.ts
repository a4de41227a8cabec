// Original file: proto/emqx/exhook/v2/exhook.proto


export interface Property {
  'name'?: (string);
  'value'?: (string);
}

export interface Property__Output {
  'name': (string);
  'value': (string);
}
