// Original file: proto/deviceauth/v1/admin.proto

import type { Finding as _deviceauth_v1_Finding, Finding__Output as _deviceauth_v1_Finding__Output } from '../../deviceauth/v1/Finding.ts';
import type { ListenerStatus as _deviceauth_v1_ListenerStatus, ListenerStatus__Output as _deviceauth_v1_ListenerStatus__Output } from '../../deviceauth/v1/ListenerStatus.ts';
import type { SessionStatus as _deviceauth_v1_SessionStatus, SessionStatus__Output as _deviceauth_v1_SessionStatus__Output } from '../../deviceauth/v1/SessionStatus.ts';
import type { RegistryStatus as _deviceauth_v1_RegistryStatus, RegistryStatus__Output as _deviceauth_v1_RegistryStatus__Output } from '../../deviceauth/v1/RegistryStatus.ts';
import type { ClockStatus as _deviceauth_v1_ClockStatus, ClockStatus__Output as _deviceauth_v1_ClockStatus__Output } from '../../deviceauth/v1/ClockStatus.ts';
import type { QueueStatus as _deviceauth_v1_QueueStatus, QueueStatus__Output as _deviceauth_v1_QueueStatus__Output } from '../../deviceauth/v1/QueueStatus.ts';
import type { BrokerStatus as _deviceauth_v1_BrokerStatus, BrokerStatus__Output as _deviceauth_v1_BrokerStatus__Output } from '../../deviceauth/v1/BrokerStatus.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetStatusResponse {
  'version'?: (string);
  'epoch'?: (string);
  'startedAt'?: (number | string | Long);
  'processId'?: (number);
  'verifier'?: (string);
  'configurationFile'?: (string);
  /**
   * What the operator should know, worst first.
   */
  'findings'?: (_deviceauth_v1_Finding)[];
  'listeners'?: (_deviceauth_v1_ListenerStatus)[];
  'sessions'?: (_deviceauth_v1_SessionStatus | null);
  'registry'?: (_deviceauth_v1_RegistryStatus | null);
  'clock'?: (_deviceauth_v1_ClockStatus | null);
  'cloudQueue'?: (_deviceauth_v1_QueueStatus | null);
  'brokers'?: (_deviceauth_v1_BrokerStatus)[];
}

export interface GetStatusResponse__Output {
  'version': (string);
  'epoch': (string);
  'startedAt': (number);
  'processId': (number);
  'verifier': (string);
  'configurationFile': (string);
  /**
   * What the operator should know, worst first.
   */
  'findings': (_deviceauth_v1_Finding__Output)[];
  'listeners': (_deviceauth_v1_ListenerStatus__Output)[];
  'sessions': (_deviceauth_v1_SessionStatus__Output | null);
  'registry': (_deviceauth_v1_RegistryStatus__Output | null);
  'clock': (_deviceauth_v1_ClockStatus__Output | null);
  'cloudQueue': (_deviceauth_v1_QueueStatus__Output | null);
  'brokers': (_deviceauth_v1_BrokerStatus__Output)[];
}
