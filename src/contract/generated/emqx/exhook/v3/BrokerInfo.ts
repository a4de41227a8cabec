// Original file: proto/emqx/exhook/v3/exhook.proto

import type { Long } from '@grpc/proto-loader';

export interface BrokerInfo {
  'version'?: (string);
  'sysdescr'?: (string);
  'uptime'?: (number | string | Long);
  'datetime'?: (string);
}

export interface BrokerInfo__Output {
  'version': (string);
  'sysdescr': (string);
  'uptime': (number);
  'datetime': (string);
}
