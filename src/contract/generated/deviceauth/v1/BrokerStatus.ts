// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface BrokerStatus {
  'listener'?: (string);
  'brokerInstanceId'?: (string);
  'caller'?: (string);
  'connected'?: (boolean);
  'sessions'?: (number);
  'since'?: (number | string | Long);
}

export interface BrokerStatus__Output {
  'listener': (string);
  'brokerInstanceId': (string);
  'caller': (string);
  'connected': (boolean);
  'sessions': (number);
  'since': (number);
}
