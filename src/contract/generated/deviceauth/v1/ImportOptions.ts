// Original file: proto/deviceauth/v1/admin.proto

import type { StatePart as _deviceauth_v1_StatePart, StatePart__Output as _deviceauth_v1_StatePart__Output } from '../../deviceauth/v1/StatePart.ts';

export interface ImportOptions {
  /**
   * Required; the file must have them.
   */
  'parts'?: (_deviceauth_v1_StatePart)[];
  /**
   * Required.
   */
  'passphrase'?: (string);
  /**
   * Replace a server CA that has issued certificates, device CAs and registrations that are different here. Without it
   * such a difference is ALREADY_EXISTS, and nothing is changed.
   */
  'replace'?: (boolean);
}

export interface ImportOptions__Output {
  /**
   * Required; the file must have them.
   */
  'parts': (_deviceauth_v1_StatePart__Output)[];
  /**
   * Required.
   */
  'passphrase': (string);
  /**
   * Replace a server CA that has issued certificates, device CAs and registrations that are different here. Without it
   * such a difference is ALREADY_EXISTS, and nothing is changed.
   */
  'replace': (boolean);
}
