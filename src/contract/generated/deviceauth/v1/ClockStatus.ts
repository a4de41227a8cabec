// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ClockStatus {
  'now'?: (number | string | Long);
  'highWaterMark'?: (number | string | Long);
  'suspect'?: (boolean);
  /**
   * Why, when suspect.
   */
  'reason'?: (string);
}

export interface ClockStatus__Output {
  'now': (number);
  'highWaterMark': (number);
  'suspect': (boolean);
  /**
   * Why, when suspect.
   */
  'reason': (string);
}
