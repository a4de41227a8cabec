// Original file: proto/deviceauth/v1/admin.proto

import type { NetworkReach as _deviceauth_v1_NetworkReach, NetworkReach__Output as _deviceauth_v1_NetworkReach__Output } from '../../deviceauth/v1/NetworkReach.ts';
import type { Long } from '@grpc/proto-loader';

export interface NetworkStatus {
  /**
   * Never UNSPECIFIED.
   */
  'state'?: (_deviceauth_v1_NetworkReach);
  /**
   * When it became so.
   */
  'since'?: (number | string | Long);
}

export interface NetworkStatus__Output {
  /**
   * Never UNSPECIFIED.
   */
  'state': (_deviceauth_v1_NetworkReach__Output);
  /**
   * When it became so.
   */
  'since': (number);
}
