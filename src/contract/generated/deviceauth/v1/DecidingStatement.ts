// Original file: proto/deviceauth/v1/admin.proto

import type { Effect as _deviceauth_v1_Effect, Effect__Output as _deviceauth_v1_Effect__Output } from '../../deviceauth/v1/Effect.ts';

export interface DecidingStatement {
  /**
   * "deviceGroups" or "iotPolicy".
   */
  'source'?: (string);
  /**
   * The device group it came through.
   */
  'group'?: (string);
  /**
   * Name of the policy.
   */
  'policy'?: (string);
  /**
   * Name of the statement.
   */
  'statement'?: (string);
  /**
   * ALLOW or DENY.
   */
  'effect'?: (_deviceauth_v1_Effect);
  /**
   * The resource pattern as the source has it.
   */
  'resource'?: (string);
}

export interface DecidingStatement__Output {
  /**
   * "deviceGroups" or "iotPolicy".
   */
  'source': (string);
  /**
   * The device group it came through.
   */
  'group': (string);
  /**
   * Name of the policy.
   */
  'policy': (string);
  /**
   * Name of the statement.
   */
  'statement': (string);
  /**
   * ALLOW or DENY.
   */
  'effect': (_deviceauth_v1_Effect__Output);
  /**
   * The resource pattern as the source has it.
   */
  'resource': (string);
}
