// Original file: proto/deviceauth/v1/admin.proto

import type { ServerCertificate as _deviceauth_v1_ServerCertificate, ServerCertificate__Output as _deviceauth_v1_ServerCertificate__Output } from '../../deviceauth/v1/ServerCertificate.ts';

export interface ListServerCertificatesResponse {
  /**
   * By name; may be empty.
   */
  'certificates'?: (_deviceauth_v1_ServerCertificate)[];
}

export interface ListServerCertificatesResponse__Output {
  /**
   * By name; may be empty.
   */
  'certificates': (_deviceauth_v1_ServerCertificate__Output)[];
}
