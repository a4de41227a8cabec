// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionChange as _deviceauth_v1_SessionChange, SessionChange__Output as _deviceauth_v1_SessionChange__Output } from '../../deviceauth/v1/SessionChange.ts';

/**
 * These sessions now have these grants instead of what they had. Changes that take something
 * away are sent before changes that only add.
 */
export interface SessionsChanged {
  /**
   * Never empty.
   */
  'changes'?: (_deviceauth_v1_SessionChange)[];
}

/**
 * These sessions now have these grants instead of what they had. Changes that take something
 * away are sent before changes that only add.
 */
export interface SessionsChanged__Output {
  /**
   * Never empty.
   */
  'changes': (_deviceauth_v1_SessionChange__Output)[];
}
