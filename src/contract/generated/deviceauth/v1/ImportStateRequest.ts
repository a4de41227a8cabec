// Original file: proto/deviceauth/v1/admin.proto

import type { ImportOptions as _deviceauth_v1_ImportOptions, ImportOptions__Output as _deviceauth_v1_ImportOptions__Output } from '../../deviceauth/v1/ImportOptions.ts';

export interface ImportStateRequest {
  /**
   * First, and only first.
   */
  'options'?: (_deviceauth_v1_ImportOptions | null);
  /**
   * The next part of the file.
   */
  'data'?: (Buffer | Uint8Array | string);
  'message'?: "options"|"data";
}

export interface ImportStateRequest__Output {
  /**
   * First, and only first.
   */
  'options'?: (_deviceauth_v1_ImportOptions__Output | null);
  /**
   * The next part of the file.
   */
  'data'?: (Buffer);
  'message'?: "options"|"data";
}
