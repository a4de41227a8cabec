// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ServerCertificate {
  /**
   * Whose: "<listener>/<subscriber name>", "sink/<name>", "discovery"; an unnamed stream has "<listener>/#<number>".
   */
  'name'?: (string);
  /**
   * Lower-case hex SHA-256 of the DER; empty while there is none yet.
   */
  'certificateId'?: (string);
  /**
   * Hex.
   */
  'serialNumber'?: (string);
  /**
   * As in Certificate.
   */
  'key'?: (string);
  /**
   * Its subject alternative names.
   */
  'hosts'?: (string)[];
  /**
   * When it begins to be valid.
   */
  'notBefore'?: (number | string | Long);
  /**
   * When it expires.
   */
  'notAfter'?: (number | string | Long);
  /**
   * When it is renewed unless something else renews it earlier; 0: never (disableCertificateRotation).
   */
  'rotatesAt'?: (number | string | Long);
  /**
   * certificate_id of the CA that signed it.
   */
  'caCertificateId'?: (string);
  /**
   * Who listens for it now.
   */
  'subscribers'?: (number);
  /**
   * What went wrong when it was last made or delivered, and what to do; empty when all is well.
   */
  'problem'?: (string);
}

export interface ServerCertificate__Output {
  /**
   * Whose: "<listener>/<subscriber name>", "sink/<name>", "discovery"; an unnamed stream has "<listener>/#<number>".
   */
  'name': (string);
  /**
   * Lower-case hex SHA-256 of the DER; empty while there is none yet.
   */
  'certificateId': (string);
  /**
   * Hex.
   */
  'serialNumber': (string);
  /**
   * As in Certificate.
   */
  'key': (string);
  /**
   * Its subject alternative names.
   */
  'hosts': (string)[];
  /**
   * When it begins to be valid.
   */
  'notBefore': (number);
  /**
   * When it expires.
   */
  'notAfter': (number);
  /**
   * When it is renewed unless something else renews it earlier; 0: never (disableCertificateRotation).
   */
  'rotatesAt': (number);
  /**
   * certificate_id of the CA that signed it.
   */
  'caCertificateId': (string);
  /**
   * Who listens for it now.
   */
  'subscribers': (number);
  /**
   * What went wrong when it was last made or delivered, and what to do; empty when all is well.
   */
  'problem': (string);
}
