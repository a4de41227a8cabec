// Original file: proto/deviceauth/v1/admin.proto

import type { TroubleCount as _deviceauth_v1_TroubleCount, TroubleCount__Output as _deviceauth_v1_TroubleCount__Output } from '../../deviceauth/v1/TroubleCount.ts';
import type { LatencyBucket as _deviceauth_v1_LatencyBucket, LatencyBucket__Output as _deviceauth_v1_LatencyBucket__Output } from '../../deviceauth/v1/LatencyBucket.ts';
import type { Long } from '@grpc/proto-loader';

export interface CloudOperation {
  /**
   * Of the API, such as "DescribeCertificate".
   */
  'operation'?: (string);
  /**
   * Tries that were answered, since the start.
   */
  'answered'?: (number | string | Long);
  /**
   * Tries that were not, since the start; kinds that never came are left out.
   */
  'troubles'?: (_deviceauth_v1_TroubleCount)[];
  /**
   * Tries after the first, since the start.
   */
  'retries'?: (number | string | Long);
  /**
   * How long answers took: how many at most so long, by rising bound; without the bound of all.
   */
  'latency'?: (_deviceauth_v1_LatencyBucket)[];
  /**
   * How long all answers took together.
   */
  'latencySumSeconds'?: (number | string);
}

export interface CloudOperation__Output {
  /**
   * Of the API, such as "DescribeCertificate".
   */
  'operation': (string);
  /**
   * Tries that were answered, since the start.
   */
  'answered': (number);
  /**
   * Tries that were not, since the start; kinds that never came are left out.
   */
  'troubles': (_deviceauth_v1_TroubleCount__Output)[];
  /**
   * Tries after the first, since the start.
   */
  'retries': (number);
  /**
   * How long answers took: how many at most so long, by rising bound; without the bound of all.
   */
  'latency': (_deviceauth_v1_LatencyBucket__Output)[];
  /**
   * How long all answers took together.
   */
  'latencySumSeconds': (number);
}
