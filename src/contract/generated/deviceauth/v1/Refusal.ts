// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface Refusal {
  /**
   * Of the last one that this entry stands for.
   */
  'time'?: (number | string | Long);
  /**
   * Name of the call.
   */
  'operation'?: (string);
  /**
   * The operator's reason, such as "CERTIFICATE_EXPIRED".
   */
  'reason'?: (string);
  /**
   * The reason in a sentence, for the operator.
   */
  'message'?: (string);
  /**
   * What the device called itself; empty where none was read.
   */
  'clientId'?: (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER. Empty where none could be read.
   */
  'certificateId'?: (string);
  /**
   * Where it was refused.
   */
  'listener'?: (string);
  /**
   * Of the call.
   */
  'correlationId'?: (string);
  /**
   * How many of this device, operation and reason this entry stands for; `time` is the last one's.
   */
  'repeatedCount'?: (number);
}

export interface Refusal__Output {
  /**
   * Of the last one that this entry stands for.
   */
  'time': (number);
  /**
   * Name of the call.
   */
  'operation': (string);
  /**
   * The operator's reason, such as "CERTIFICATE_EXPIRED".
   */
  'reason': (string);
  /**
   * The reason in a sentence, for the operator.
   */
  'message': (string);
  /**
   * What the device called itself; empty where none was read.
   */
  'clientId': (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER. Empty where none could be read.
   */
  'certificateId': (string);
  /**
   * Where it was refused.
   */
  'listener': (string);
  /**
   * Of the call.
   */
  'correlationId': (string);
  /**
   * How many of this device, operation and reason this entry stands for; `time` is the last one's.
   */
  'repeatedCount': (number);
}
