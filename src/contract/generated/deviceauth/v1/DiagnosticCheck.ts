// Original file: proto/deviceauth/v1/admin.proto

import type { CheckOutcome as _deviceauth_v1_CheckOutcome, CheckOutcome__Output as _deviceauth_v1_CheckOutcome__Output } from '../../deviceauth/v1/CheckOutcome.ts';

export interface DiagnosticCheck {
  /**
   * What was looked at, such as "data-plane.tls".
   */
  'name'?: (string);
  /**
   * Never UNSPECIFIED.
   */
  'outcome'?: (_deviceauth_v1_CheckOutcome);
  /**
   * What was seen.
   */
  'detail'?: (string);
  /**
   * What to do; empty where there is nothing.
   */
  'remedy'?: (string);
}

export interface DiagnosticCheck__Output {
  /**
   * What was looked at, such as "data-plane.tls".
   */
  'name': (string);
  /**
   * Never UNSPECIFIED.
   */
  'outcome': (_deviceauth_v1_CheckOutcome__Output);
  /**
   * What was seen.
   */
  'detail': (string);
  /**
   * What to do; empty where there is nothing.
   */
  'remedy': (string);
}
