// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface SessionStatus {
  /**
   * Live now.
   */
  'active'?: (number);
  /**
   * performance.maxActiveAuthTokens.
   */
  'limit'?: (number);
  /**
   * Of the active ones, those a live update stream holds.
   */
  'held'?: (number);
  /**
   * Since the start.
   */
  'issued'?: (number | string | Long);
  /**
   * Ended for room though nobody held them, since the start.
   */
  'evicted'?: (number | string | Long);
  /**
   * Ended for room while held, since the start.
   */
  'displaced'?: (number | string | Long);
  /**
   * Newcomers refused with TOKEN_CACHE_FULL, since the start.
   */
  'refusedFull'?: (number | string | Long);
  /**
   * Compiled sets in memory.
   */
  'grantSets'?: (number);
}

export interface SessionStatus__Output {
  /**
   * Live now.
   */
  'active': (number);
  /**
   * performance.maxActiveAuthTokens.
   */
  'limit': (number);
  /**
   * Of the active ones, those a live update stream holds.
   */
  'held': (number);
  /**
   * Since the start.
   */
  'issued': (number);
  /**
   * Ended for room though nobody held them, since the start.
   */
  'evicted': (number);
  /**
   * Ended for room while held, since the start.
   */
  'displaced': (number);
  /**
   * Newcomers refused with TOKEN_CACHE_FULL, since the start.
   */
  'refusedFull': (number);
  /**
   * Compiled sets in memory.
   */
  'grantSets': (number);
}
