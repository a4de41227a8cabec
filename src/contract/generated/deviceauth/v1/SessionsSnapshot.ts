// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionState as _deviceauth_v1_SessionState, SessionState__Output as _deviceauth_v1_SessionState__Output } from '../../deviceauth/v1/SessionState.ts';

/**
 * The state of tokens the caller said it holds, in chunks.
 */
export interface SessionsSnapshot {
  /**
   * The tokens that are known, with what holds now; may be empty.
   */
  'sessions'?: (_deviceauth_v1_SessionState)[];
  /**
   * Tokens the daemon does not know: re-authenticate their devices in the background, drop no client.
   */
  'unknownTokens'?: (string)[];
  /**
   * The snapshot is complete with this chunk.
   */
  'last'?: (boolean);
}

/**
 * The state of tokens the caller said it holds, in chunks.
 */
export interface SessionsSnapshot__Output {
  /**
   * The tokens that are known, with what holds now; may be empty.
   */
  'sessions': (_deviceauth_v1_SessionState__Output)[];
  /**
   * Tokens the daemon does not know: re-authenticate their devices in the background, drop no client.
   */
  'unknownTokens': (string)[];
  /**
   * The snapshot is complete with this chunk.
   */
  'last': (boolean);
}
