// Original file: proto/deviceauth/v1/device_auth.proto

import type { UpdatesHello as _deviceauth_v1_UpdatesHello, UpdatesHello__Output as _deviceauth_v1_UpdatesHello__Output } from '../../deviceauth/v1/UpdatesHello.ts';
import type { HeldTokens as _deviceauth_v1_HeldTokens, HeldTokens__Output as _deviceauth_v1_HeldTokens__Output } from '../../deviceauth/v1/HeldTokens.ts';
import type { TokenUsage as _deviceauth_v1_TokenUsage, TokenUsage__Output as _deviceauth_v1_TokenUsage__Output } from '../../deviceauth/v1/TokenUsage.ts';
import type { ClosedTokens as _deviceauth_v1_ClosedTokens, ClosedTokens__Output as _deviceauth_v1_ClosedTokens__Output } from '../../deviceauth/v1/ClosedTokens.ts';

/**
 * The first message must be a hello, then held messages until one is marked last, then usage and closed in any order.
 */
export interface SessionUpdatesRequest {
  /**
   * First, and once.
   */
  'hello'?: (_deviceauth_v1_UpdatesHello | null);
  /**
   * After the hello, at least one, also when nothing is held.
   */
  'held'?: (_deviceauth_v1_HeldTokens | null);
  /**
   * After the last held message.
   */
  'usage'?: (_deviceauth_v1_TokenUsage | null);
  /**
   * After the last held message.
   */
  'closed'?: (_deviceauth_v1_ClosedTokens | null);
  'message'?: "hello"|"held"|"usage"|"closed";
}

/**
 * The first message must be a hello, then held messages until one is marked last, then usage and closed in any order.
 */
export interface SessionUpdatesRequest__Output {
  /**
   * First, and once.
   */
  'hello'?: (_deviceauth_v1_UpdatesHello__Output | null);
  /**
   * After the hello, at least one, also when nothing is held.
   */
  'held'?: (_deviceauth_v1_HeldTokens__Output | null);
  /**
   * After the last held message.
   */
  'usage'?: (_deviceauth_v1_TokenUsage__Output | null);
  /**
   * After the last held message.
   */
  'closed'?: (_deviceauth_v1_ClosedTokens__Output | null);
  'message'?: "hello"|"held"|"usage"|"closed";
}
