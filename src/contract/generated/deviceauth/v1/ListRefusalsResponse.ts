// Original file: proto/deviceauth/v1/admin.proto

import type { Refusal as _deviceauth_v1_Refusal, Refusal__Output as _deviceauth_v1_Refusal__Output } from '../../deviceauth/v1/Refusal.ts';

export interface ListRefusalsResponse {
  /**
   * May be empty.
   */
  'refusals'?: (_deviceauth_v1_Refusal)[];
}

export interface ListRefusalsResponse__Output {
  /**
   * May be empty.
   */
  'refusals': (_deviceauth_v1_Refusal__Output)[];
}
