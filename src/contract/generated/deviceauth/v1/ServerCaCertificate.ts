// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ServerCaCertificate {
  /**
   * Lower-case hex SHA-256 of the DER.
   */
  'certificateId'?: (string);
  /**
   * Distinguished name.
   */
  'subject'?: (string);
  /**
   * As in Certificate.
   */
  'key'?: (string);
  /**
   * When it begins to be valid.
   */
  'notBefore'?: (number | string | Long);
  /**
   * When it expires.
   */
  'notAfter'?: (number | string | Long);
  /**
   * What devices must trust to accept what it signs: itself, or the root of its chain.
   */
  'trustAnchorPem'?: (string);
  /**
   * Itself, then the intermediates above it, if any.
   */
  'chainPem'?: (string)[];
  /**
   * Of a retired one: when its last server certificate expires; otherwise 0.
   */
  'forgottenAt'?: (number | string | Long);
  /**
   * Its CRL, PEM; empty when its key is not here.
   */
  'crlPem'?: (string);
}

export interface ServerCaCertificate__Output {
  /**
   * Lower-case hex SHA-256 of the DER.
   */
  'certificateId': (string);
  /**
   * Distinguished name.
   */
  'subject': (string);
  /**
   * As in Certificate.
   */
  'key': (string);
  /**
   * When it begins to be valid.
   */
  'notBefore': (number);
  /**
   * When it expires.
   */
  'notAfter': (number);
  /**
   * What devices must trust to accept what it signs: itself, or the root of its chain.
   */
  'trustAnchorPem': (string);
  /**
   * Itself, then the intermediates above it, if any.
   */
  'chainPem': (string)[];
  /**
   * Of a retired one: when its last server certificate expires; otherwise 0.
   */
  'forgottenAt': (number);
  /**
   * Its CRL, PEM; empty when its key is not here.
   */
  'crlPem': (string);
}
