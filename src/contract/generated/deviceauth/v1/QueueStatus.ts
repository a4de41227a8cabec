// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface QueueStatus {
  /**
   * Verifications that wait for a worker.
   */
  'waiting'?: (number);
  /**
   * Verifications with the cloud.
   */
  'inFlight'?: (number);
  /**
   * performance.cloudRequestQueueSize.
   */
  'size'?: (number);
  /**
   * performance.maxConcurrentCloudRequests.
   */
  'workers'?: (number);
  /**
   * Refused with CLOUD_QUEUE_FULL, since the start.
   */
  'rejected'?: (number | string | Long);
  /**
   * Joined an identical one, since the start.
   */
  'coalesced'?: (number | string | Long);
}

export interface QueueStatus__Output {
  /**
   * Verifications that wait for a worker.
   */
  'waiting': (number);
  /**
   * Verifications with the cloud.
   */
  'inFlight': (number);
  /**
   * performance.cloudRequestQueueSize.
   */
  'size': (number);
  /**
   * performance.maxConcurrentCloudRequests.
   */
  'workers': (number);
  /**
   * Refused with CLOUD_QUEUE_FULL, since the start.
   */
  'rejected': (number);
  /**
   * Joined an identical one, since the start.
   */
  'coalesced': (number);
}
