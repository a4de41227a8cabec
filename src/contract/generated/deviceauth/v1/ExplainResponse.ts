// Original file: proto/deviceauth/v1/admin.proto

import type { DecidingStatement as _deviceauth_v1_DecidingStatement, DecidingStatement__Output as _deviceauth_v1_DecidingStatement__Output } from '../../deviceauth/v1/DecidingStatement.ts';
import type { NearMiss as _deviceauth_v1_NearMiss, NearMiss__Output as _deviceauth_v1_NearMiss__Output } from '../../deviceauth/v1/NearMiss.ts';

export interface ExplainResponse {
  /**
   * The decision.
   */
  'allowed'?: (boolean);
  /**
   * In one sentence for a person.
   */
  'summary'?: (string);
  /**
   * Unset when nothing matched.
   */
  'decidedBy'?: (_deviceauth_v1_DecidingStatement | null);
  /**
   * For a denial, the nearest first; may be empty.
   */
  'nearest'?: (_deviceauth_v1_NearMiss)[];
}

export interface ExplainResponse__Output {
  /**
   * The decision.
   */
  'allowed': (boolean);
  /**
   * In one sentence for a person.
   */
  'summary': (string);
  /**
   * Unset when nothing matched.
   */
  'decidedBy': (_deviceauth_v1_DecidingStatement__Output | null);
  /**
   * For a denial, the nearest first; may be empty.
   */
  'nearest': (_deviceauth_v1_NearMiss__Output)[];
}
