// Original file: proto/deviceauth/v1/admin.proto

import type { BreakerState as _deviceauth_v1_BreakerState, BreakerState__Output as _deviceauth_v1_BreakerState__Output } from '../../deviceauth/v1/BreakerState.ts';
import type { Long } from '@grpc/proto-loader';

export interface BreakerStatus {
  /**
   * Never UNSPECIFIED.
   */
  'state'?: (_deviceauth_v1_BreakerState);
  /**
   * In a row.
   */
  'failures'?: (number);
  /**
   * When the next request may find out; 0 when closed.
   */
  'probeAt'?: (number | string | Long);
}

export interface BreakerStatus__Output {
  /**
   * Never UNSPECIFIED.
   */
  'state': (_deviceauth_v1_BreakerState__Output);
  /**
   * In a row.
   */
  'failures': (number);
  /**
   * When the next request may find out; 0 when closed.
   */
  'probeAt': (number);
}
