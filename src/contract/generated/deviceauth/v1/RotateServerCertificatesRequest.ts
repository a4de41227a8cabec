// Original file: proto/deviceauth/v1/admin.proto


export interface RotateServerCertificatesRequest {
  /**
   * As in ServerCertificate; empty: all.
   */
  'name'?: (string);
}

export interface RotateServerCertificatesRequest__Output {
  /**
   * As in ServerCertificate; empty: all.
   */
  'name': (string);
}
