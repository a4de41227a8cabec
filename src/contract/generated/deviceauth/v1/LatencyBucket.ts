// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface LatencyBucket {
  /**
   * Of the bucket.
   */
  'upperBoundSeconds'?: (number | string);
  /**
   * Of answers that took at most so long.
   */
  'count'?: (number | string | Long);
}

export interface LatencyBucket__Output {
  /**
   * Of the bucket.
   */
  'upperBoundSeconds': (number);
  /**
   * Of answers that took at most so long.
   */
  'count': (number);
}
