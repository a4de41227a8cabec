// Original file: proto/deviceauth/v1/admin.proto

import type { Certificate as _deviceauth_v1_Certificate, Certificate__Output as _deviceauth_v1_Certificate__Output } from '../../deviceauth/v1/Certificate.ts';

export interface ListCertificatesResponse {
  /**
   * By id; without their PEM.
   */
  'certificates'?: (_deviceauth_v1_Certificate)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken'?: (string);
}

export interface ListCertificatesResponse__Output {
  /**
   * By id; without their PEM.
   */
  'certificates': (_deviceauth_v1_Certificate__Output)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken': (string);
}
