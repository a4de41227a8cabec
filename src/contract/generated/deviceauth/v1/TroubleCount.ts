// Original file: proto/deviceauth/v1/admin.proto

import type { TroubleKind as _deviceauth_v1_TroubleKind, TroubleKind__Output as _deviceauth_v1_TroubleKind__Output } from '../../deviceauth/v1/TroubleKind.ts';
import type { Long } from '@grpc/proto-loader';

export interface TroubleCount {
  /**
   * Never UNSPECIFIED.
   */
  'kind'?: (_deviceauth_v1_TroubleKind);
  /**
   * Since the start.
   */
  'count'?: (number | string | Long);
}

export interface TroubleCount__Output {
  /**
   * Never UNSPECIFIED.
   */
  'kind': (_deviceauth_v1_TroubleKind__Output);
  /**
   * Since the start.
   */
  'count': (number);
}
