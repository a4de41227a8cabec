// Original file: proto/emqx/exhook/v3/exhook.proto


export interface SubOpts {
  'qos'?: (number);
  'rh'?: (number);
  'rap'?: (number);
  'nl'?: (number);
}

export interface SubOpts__Output {
  'qos': (number);
  'rh': (number);
  'rap': (number);
  'nl': (number);
}
