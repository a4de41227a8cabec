// Original file: proto/deviceauth/v1/admin.proto

import type { Certificate as _deviceauth_v1_Certificate, Certificate__Output as _deviceauth_v1_Certificate__Output } from '../../deviceauth/v1/Certificate.ts';

export interface ListCertificatesResponse {
  'certificates'?: (_deviceauth_v1_Certificate)[];
  'nextPageToken'?: (string);
}

export interface ListCertificatesResponse__Output {
  'certificates': (_deviceauth_v1_Certificate__Output)[];
  'nextPageToken': (string);
}
