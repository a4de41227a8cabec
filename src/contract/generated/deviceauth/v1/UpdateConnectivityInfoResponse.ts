// Original file: proto/deviceauth/v1/admin.proto

import type { HostAddress as _deviceauth_v1_HostAddress, HostAddress__Output as _deviceauth_v1_HostAddress__Output } from '../../deviceauth/v1/HostAddress.ts';
import type { CloudTrouble as _deviceauth_v1_CloudTrouble, CloudTrouble__Output as _deviceauth_v1_CloudTrouble__Output } from '../../deviceauth/v1/CloudTrouble.ts';

export interface UpdateConnectivityInfoResponse {
  /**
   * What was sent; empty with a trouble.
   */
  'sent'?: (_deviceauth_v1_HostAddress)[];
  /**
   * Unset: it was taken. Set: nothing was changed as far as is known, and there is no other try by itself.
   */
  'trouble'?: (_deviceauth_v1_CloudTrouble | null);
}

export interface UpdateConnectivityInfoResponse__Output {
  /**
   * What was sent; empty with a trouble.
   */
  'sent': (_deviceauth_v1_HostAddress__Output)[];
  /**
   * Unset: it was taken. Set: nothing was changed as far as is known, and there is no other try by itself.
   */
  'trouble': (_deviceauth_v1_CloudTrouble__Output | null);
}
