// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';

export interface ListCertificatesRequest {
  /**
   * Only this thing's; empty: all.
   */
  'thingName'?: (string);
  /**
   * Only this status; UNSPECIFIED: all.
   */
  'status'?: (_deviceauth_v1_CertificateStatus);
  /**
   * Where to go on: the `next_page_token` of the page before; empty: from the beginning.
   */
  'pageToken'?: (string);
  /**
   * 1 to 1,000; 0: 100.
   */
  'pageSize'?: (number);
}

export interface ListCertificatesRequest__Output {
  /**
   * Only this thing's; empty: all.
   */
  'thingName': (string);
  /**
   * Only this status; UNSPECIFIED: all.
   */
  'status': (_deviceauth_v1_CertificateStatus__Output);
  /**
   * Where to go on: the `next_page_token` of the page before; empty: from the beginning.
   */
  'pageToken': (string);
  /**
   * 1 to 1,000; 0: 100.
   */
  'pageSize': (number);
}
