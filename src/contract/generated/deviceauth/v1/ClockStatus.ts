// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ClockStatus {
  /**
   * The time the daemon judges by.
   */
  'now'?: (number | string | Long);
  /**
   * The latest time it has known; now is never before it.
   */
  'highWaterMark'?: (number | string | Long);
  /**
   * True: nothing is issued until the clock is right or accepted.
   */
  'suspect'?: (boolean);
  /**
   * Why, when suspect.
   */
  'reason'?: (string);
}

export interface ClockStatus__Output {
  /**
   * The time the daemon judges by.
   */
  'now': (number);
  /**
   * The latest time it has known; now is never before it.
   */
  'highWaterMark': (number);
  /**
   * True: nothing is issued until the clock is right or accepted.
   */
  'suspect': (boolean);
  /**
   * Why, when suspect.
   */
  'reason': (string);
}
