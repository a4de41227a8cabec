// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface Refusal {
  'time'?: (number | string | Long);
  'operation'?: (string);
  /**
   * The operator's reason, such as "CERTIFICATE_EXPIRED".
   */
  'reason'?: (string);
  'message'?: (string);
  'clientId'?: (string);
  'certificateId'?: (string);
  'listener'?: (string);
  'correlationId'?: (string);
  /**
   * How many of this device, operation and reason this entry stands for; `time` is the last one's.
   */
  'repeatedCount'?: (number);
}

export interface Refusal__Output {
  'time': (number);
  'operation': (string);
  /**
   * The operator's reason, such as "CERTIFICATE_EXPIRED".
   */
  'reason': (string);
  'message': (string);
  'clientId': (string);
  'certificateId': (string);
  'listener': (string);
  'correlationId': (string);
  /**
   * How many of this device, operation and reason this entry stands for; `time` is the last one's.
   */
  'repeatedCount': (number);
}
