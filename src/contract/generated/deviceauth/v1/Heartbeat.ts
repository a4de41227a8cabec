// Original file: proto/deviceauth/v1/device_auth.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Sent every 5 s. Every live session's lease becomes lease_ms from now, but never beyond its
 * certificate's remaining life.
 */
export interface Heartbeat {
  /**
   * From the moment this message arrived.
   */
  'leaseMs'?: (number);
  /**
   * How many tokens and unanswered calls of this stream's closed messages have been taken in so far, unknown ones too.
   */
  'closedTokens'?: (number | string | Long);
}

/**
 * Sent every 5 s. Every live session's lease becomes lease_ms from now, but never beyond its
 * certificate's remaining life.
 */
export interface Heartbeat__Output {
  /**
   * From the moment this message arrived.
   */
  'leaseMs': (number);
  /**
   * How many tokens and unanswered calls of this stream's closed messages have been taken in so far, unknown ones too.
   */
  'closedTokens': (number);
}
