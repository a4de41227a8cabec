// Original file: proto/deviceauth/v1/admin.proto

import type { TroubleKind as _deviceauth_v1_TroubleKind, TroubleKind__Output as _deviceauth_v1_TroubleKind__Output } from '../../deviceauth/v1/TroubleKind.ts';
import type { Long } from '@grpc/proto-loader';

export interface CloudTrouble {
  /**
   * Of the API.
   */
  'operation'?: (string);
  /**
   * Never UNSPECIFIED.
   */
  'kind'?: (_deviceauth_v1_TroubleKind);
  /**
   * One sentence: what is wrong and, where it is known, what to do.
   */
  'message'?: (string);
  /**
   * When it came last.
   */
  'at'?: (number | string | Long);
}

export interface CloudTrouble__Output {
  /**
   * Of the API.
   */
  'operation': (string);
  /**
   * Never UNSPECIFIED.
   */
  'kind': (_deviceauth_v1_TroubleKind__Output);
  /**
   * One sentence: what is wrong and, where it is known, what to do.
   */
  'message': (string);
  /**
   * When it came last.
   */
  'at': (number);
}
