// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface SessionStatus {
  'active'?: (number);
  'limit'?: (number);
  'held'?: (number);
  'issued'?: (number | string | Long);
  'evicted'?: (number | string | Long);
  'displaced'?: (number | string | Long);
  'refusedFull'?: (number | string | Long);
  'grantSets'?: (number);
}

export interface SessionStatus__Output {
  'active': (number);
  'limit': (number);
  'held': (number);
  'issued': (number);
  'evicted': (number);
  'displaced': (number);
  'refusedFull': (number);
  'grantSets': (number);
}
