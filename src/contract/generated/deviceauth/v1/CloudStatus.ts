// Original file: proto/deviceauth/v1/admin.proto

import type { QueueStatus as _deviceauth_v1_QueueStatus, QueueStatus__Output as _deviceauth_v1_QueueStatus__Output } from '../../deviceauth/v1/QueueStatus.ts';
import type { BreakerStatus as _deviceauth_v1_BreakerStatus, BreakerStatus__Output as _deviceauth_v1_BreakerStatus__Output } from '../../deviceauth/v1/BreakerStatus.ts';
import type { NetworkStatus as _deviceauth_v1_NetworkStatus, NetworkStatus__Output as _deviceauth_v1_NetworkStatus__Output } from '../../deviceauth/v1/NetworkStatus.ts';
import type { CloudOperation as _deviceauth_v1_CloudOperation, CloudOperation__Output as _deviceauth_v1_CloudOperation__Output } from '../../deviceauth/v1/CloudOperation.ts';
import type { CloudTrouble as _deviceauth_v1_CloudTrouble, CloudTrouble__Output as _deviceauth_v1_CloudTrouble__Output } from '../../deviceauth/v1/CloudTrouble.ts';
import type { CloudJob as _deviceauth_v1_CloudJob, CloudJob__Output as _deviceauth_v1_CloudJob__Output } from '../../deviceauth/v1/CloudJob.ts';
import type { Long } from '@grpc/proto-loader';

export interface CloudStatus {
  /**
   * Who confirms certificates.
   */
  'verifier'?: (string);
  /**
   * Always set.
   */
  'queue'?: (_deviceauth_v1_QueueStatus | null);
  /**
   * Always set.
   */
  'breaker'?: (_deviceauth_v1_BreakerStatus | null);
  /**
   * Always set.
   */
  'network'?: (_deviceauth_v1_NetworkStatus | null);
  /**
   * cloud.requestsPerSecond; 0: no limit.
   */
  'requestsPerSecond'?: (number);
  /**
   * The service asked to send nothing until then.
   */
  'pausedUntil'?: (number | string | Long);
  /**
   * Those that were asked since the start.
   */
  'operations'?: (_deviceauth_v1_CloudOperation)[];
  /**
   * The latest of each kind that no answer to the same operation has followed; may be empty.
   */
  'troubles'?: (_deviceauth_v1_CloudTrouble)[];
  /**
   * What the daemon does in the cloud by itself; may be empty.
   */
  'jobs'?: (_deviceauth_v1_CloudJob)[];
}

export interface CloudStatus__Output {
  /**
   * Who confirms certificates.
   */
  'verifier': (string);
  /**
   * Always set.
   */
  'queue': (_deviceauth_v1_QueueStatus__Output | null);
  /**
   * Always set.
   */
  'breaker': (_deviceauth_v1_BreakerStatus__Output | null);
  /**
   * Always set.
   */
  'network': (_deviceauth_v1_NetworkStatus__Output | null);
  /**
   * cloud.requestsPerSecond; 0: no limit.
   */
  'requestsPerSecond': (number);
  /**
   * The service asked to send nothing until then.
   */
  'pausedUntil': (number);
  /**
   * Those that were asked since the start.
   */
  'operations': (_deviceauth_v1_CloudOperation__Output)[];
  /**
   * The latest of each kind that no answer to the same operation has followed; may be empty.
   */
  'troubles': (_deviceauth_v1_CloudTrouble__Output)[];
  /**
   * What the daemon does in the cloud by itself; may be empty.
   */
  'jobs': (_deviceauth_v1_CloudJob__Output)[];
}
