// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface QueueStatus {
  'waiting'?: (number);
  'inFlight'?: (number);
  'size'?: (number);
  'workers'?: (number);
  'rejected'?: (number | string | Long);
  'coalesced'?: (number | string | Long);
}

export interface QueueStatus__Output {
  'waiting': (number);
  'inFlight': (number);
  'size': (number);
  'workers': (number);
  'rejected': (number);
  'coalesced': (number);
}
