// Original file: proto/deviceauth/v1/admin.proto

import type { ClockStatus as _deviceauth_v1_ClockStatus, ClockStatus__Output as _deviceauth_v1_ClockStatus__Output } from '../../deviceauth/v1/ClockStatus.ts';

export interface AcceptClockResponse {
  /**
   * As it is now.
   */
  'clock'?: (_deviceauth_v1_ClockStatus | null);
}

export interface AcceptClockResponse__Output {
  /**
   * As it is now.
   */
  'clock': (_deviceauth_v1_ClockStatus__Output | null);
}
