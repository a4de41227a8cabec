// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface RegistryStatus {
  /**
   * How many.
   */
  'things'?: (number | string | Long);
  /**
   * How many, of any status; tombstones are not counted.
   */
  'certificates'?: (number | string | Long);
  /**
   * How many.
   */
  'deviceCas'?: (number | string | Long);
}

export interface RegistryStatus__Output {
  /**
   * How many.
   */
  'things': (number);
  /**
   * How many, of any status; tombstones are not counted.
   */
  'certificates': (number);
  /**
   * How many.
   */
  'deviceCas': (number);
}
