// Original file: proto/deviceauth/v1/admin.proto

import type { Severity as _deviceauth_v1_Severity, Severity__Output as _deviceauth_v1_Severity__Output } from '../../deviceauth/v1/Severity.ts';
import type { Long } from '@grpc/proto-loader';

export interface Finding {
  /**
   * Never UNSPECIFIED.
   */
  'severity'?: (_deviceauth_v1_Severity);
  /**
   * Stable identifier, such as "listener.insecure-loopback".
   */
  'code'?: (string);
  /**
   * One sentence: what is wrong and what to do.
   */
  'message'?: (string);
  /**
   * When it began.
   */
  'since'?: (number | string | Long);
}

export interface Finding__Output {
  /**
   * Never UNSPECIFIED.
   */
  'severity': (_deviceauth_v1_Severity__Output);
  /**
   * Stable identifier, such as "listener.insecure-loopback".
   */
  'code': (string);
  /**
   * One sentence: what is wrong and what to do.
   */
  'message': (string);
  /**
   * When it began.
   */
  'since': (number);
}
