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
}
