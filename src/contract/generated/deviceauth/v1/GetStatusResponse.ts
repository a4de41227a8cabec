// Original file: proto/deviceauth/v1/admin.proto

import type { Finding as _deviceauth_v1_Finding, Finding__Output as _deviceauth_v1_Finding__Output } from '../../deviceauth/v1/Finding.ts';
import type { ListenerStatus as _deviceauth_v1_ListenerStatus, ListenerStatus__Output as _deviceauth_v1_ListenerStatus__Output } from '../../deviceauth/v1/ListenerStatus.ts';
import type { SessionStatus as _deviceauth_v1_SessionStatus, SessionStatus__Output as _deviceauth_v1_SessionStatus__Output } from '../../deviceauth/v1/SessionStatus.ts';
import type { RegistryStatus as _deviceauth_v1_RegistryStatus, RegistryStatus__Output as _deviceauth_v1_RegistryStatus__Output } from '../../deviceauth/v1/RegistryStatus.ts';
import type { ClockStatus as _deviceauth_v1_ClockStatus, ClockStatus__Output as _deviceauth_v1_ClockStatus__Output } from '../../deviceauth/v1/ClockStatus.ts';
import type { QueueStatus as _deviceauth_v1_QueueStatus, QueueStatus__Output as _deviceauth_v1_QueueStatus__Output } from '../../deviceauth/v1/QueueStatus.ts';
import type { BrokerStatus as _deviceauth_v1_BrokerStatus, BrokerStatus__Output as _deviceauth_v1_BrokerStatus__Output } from '../../deviceauth/v1/BrokerStatus.ts';
import type { HostAddress as _deviceauth_v1_HostAddress, HostAddress__Output as _deviceauth_v1_HostAddress__Output } from '../../deviceauth/v1/HostAddress.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetStatusResponse {
  /**
   * Of the daemon, such as "0.1.0".
   */
  'version'?: (string);
  /**
   * The daemon's life; see SessionUpdate.
   */
  'epoch'?: (string);
  /**
   * When this life began.
   */
  'startedAt'?: (number | string | Long);
  /**
   * Of the daemon.
   */
  'processId'?: (number);
  /**
   * Who confirms certificates: "registry", "aws-iot", "greengrass".
   */
  'verifier'?: (string);
  /**
   * The path it was started with.
   */
  'configurationFile'?: (string);
  /**
   * What the operator should know, worst first.
   */
  'findings'?: (_deviceauth_v1_Finding)[];
  /**
   * Without the operator's own socket; may be empty.
   */
  'listeners'?: (_deviceauth_v1_ListenerStatus)[];
  /**
   * Always set.
   */
  'sessions'?: (_deviceauth_v1_SessionStatus | null);
  /**
   * Always set.
   */
  'registry'?: (_deviceauth_v1_RegistryStatus | null);
  /**
   * Always set.
   */
  'clock'?: (_deviceauth_v1_ClockStatus | null);
  /**
   * Unset with the embedded registry.
   */
  'cloudQueue'?: (_deviceauth_v1_QueueStatus | null);
  /**
   * Those that opened an update stream or have sessions; may be empty.
   */
  'brokers'?: (_deviceauth_v1_BrokerStatus)[];
  /**
   * Addresses that devices may reach this host by, merged of all sources; see docs/certificates.md.
   */
  'hostAddresses'?: (_deviceauth_v1_HostAddress)[];
}

export interface GetStatusResponse__Output {
  /**
   * Of the daemon, such as "0.1.0".
   */
  'version': (string);
  /**
   * The daemon's life; see SessionUpdate.
   */
  'epoch': (string);
  /**
   * When this life began.
   */
  'startedAt': (number);
  /**
   * Of the daemon.
   */
  'processId': (number);
  /**
   * Who confirms certificates: "registry", "aws-iot", "greengrass".
   */
  'verifier': (string);
  /**
   * The path it was started with.
   */
  'configurationFile': (string);
  /**
   * What the operator should know, worst first.
   */
  'findings': (_deviceauth_v1_Finding__Output)[];
  /**
   * Without the operator's own socket; may be empty.
   */
  'listeners': (_deviceauth_v1_ListenerStatus__Output)[];
  /**
   * Always set.
   */
  'sessions': (_deviceauth_v1_SessionStatus__Output | null);
  /**
   * Always set.
   */
  'registry': (_deviceauth_v1_RegistryStatus__Output | null);
  /**
   * Always set.
   */
  'clock': (_deviceauth_v1_ClockStatus__Output | null);
  /**
   * Unset with the embedded registry.
   */
  'cloudQueue': (_deviceauth_v1_QueueStatus__Output | null);
  /**
   * Those that opened an update stream or have sessions; may be empty.
   */
  'brokers': (_deviceauth_v1_BrokerStatus__Output)[];
  /**
   * Addresses that devices may reach this host by, merged of all sources; see docs/certificates.md.
   */
  'hostAddresses': (_deviceauth_v1_HostAddress__Output)[];
}
