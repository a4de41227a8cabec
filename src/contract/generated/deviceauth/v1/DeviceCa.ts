// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface DeviceCa {
  /**
   * 1 to 64 characters of [a-z0-9-].
   */
  'name'?: (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
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
   * The key is in the state directory, so certificates can be issued.
   */
  'localKey'?: (boolean);
  /**
   * What brokers must trust for its devices.
   */
  'certificatePem'?: (string);
  /**
   * A certificate of this CA that is not registered yet is registered by its first connection,
   * attached to the thing of its common name.
   */
  'provisioning'?: (boolean);
  /**
   * Its CRL, PEM; empty when its key is not here, or while none can be made.
   */
  'crlPem'?: (string);
}

export interface DeviceCa__Output {
  /**
   * 1 to 64 characters of [a-z0-9-].
   */
  'name': (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
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
   * The key is in the state directory, so certificates can be issued.
   */
  'localKey': (boolean);
  /**
   * What brokers must trust for its devices.
   */
  'certificatePem': (string);
  /**
   * A certificate of this CA that is not registered yet is registered by its first connection,
   * attached to the thing of its common name.
   */
  'provisioning': (boolean);
  /**
   * Its CRL, PEM; empty when its key is not here, or while none can be made.
   */
  'crlPem': (string);
}
