// Original file: proto/deviceauth/v1/admin.proto

import type { StatePart as _deviceauth_v1_StatePart, StatePart__Output as _deviceauth_v1_StatePart__Output } from '../../deviceauth/v1/StatePart.ts';

export interface ExportStateRequest {
  /**
   * Required; at least one.
   */
  'parts'?: (_deviceauth_v1_StatePart)[];
  /**
   * Required: at least 12 characters.
   */
  'passphrase'?: (string);
}

export interface ExportStateRequest__Output {
  /**
   * Required; at least one.
   */
  'parts': (_deviceauth_v1_StatePart__Output)[];
  /**
   * Required: at least 12 characters.
   */
  'passphrase': (string);
}
