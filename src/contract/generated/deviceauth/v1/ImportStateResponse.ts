// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ImportStateResponse {
  /**
   * Of the file that was imported: when it was written.
   */
  'exportedAt'?: (number | string | Long);
  /**
   * How many of each came in.
   */
  'things'?: (number);
  /**
   * Tombstones not counted.
   */
  'certificates'?: (number);
  /**
   * With and without their key.
   */
  'deviceCas'?: (number);
  /**
   * certificate_id of the server CA that signs from now on; empty when the file had none.
   */
  'serverCaId'?: (string);
}

export interface ImportStateResponse__Output {
  /**
   * Of the file that was imported: when it was written.
   */
  'exportedAt': (number);
  /**
   * How many of each came in.
   */
  'things': (number);
  /**
   * Tombstones not counted.
   */
  'certificates': (number);
  /**
   * With and without their key.
   */
  'deviceCas': (number);
  /**
   * certificate_id of the server CA that signs from now on; empty when the file had none.
   */
  'serverCaId': (string);
}
