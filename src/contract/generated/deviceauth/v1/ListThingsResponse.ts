// Original file: proto/deviceauth/v1/admin.proto

import type { Thing as _deviceauth_v1_Thing, Thing__Output as _deviceauth_v1_Thing__Output } from '../../deviceauth/v1/Thing.ts';

export interface ListThingsResponse {
  /**
   * By name; without their certificates.
   */
  'things'?: (_deviceauth_v1_Thing)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken'?: (string);
}

export interface ListThingsResponse__Output {
  /**
   * By name; without their certificates.
   */
  'things': (_deviceauth_v1_Thing__Output)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken': (string);
}
