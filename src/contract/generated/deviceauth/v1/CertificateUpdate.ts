// Original file: proto/deviceauth/v1/device_auth.proto

import type { Long } from '@grpc/proto-loader';

/**
 * All that a broker's TLS listener needs, as it is now; an event comes whenever any part of it changes. The first comes
 * at once, or as soon as there is a certificate (a daemon whose clock is suspect, or whose CA cannot be read, waits).
 * All PEM but pkcs12; the private key is PKCS#8.
 */
export interface CertificateUpdate {
  /**
   * The broker's certificate, followed by the intermediate CAs to one that devices trust, if there are any.
   */
  'certificate'?: (string);
  /**
   * Its key. Secret: keep it out of logs and files that others read.
   */
  'privateKey'?: (string);
  /**
   * The certificate's public key.
   */
  'publicKey'?: (string);
  /**
   * What devices may have to trust, one certificate each: the root of the issuing CA first; during a rollover the
   * announced and the old CA after it. What a broker hands to devices, never what it checks devices against.
   */
  'caCertificates'?: (string)[];
  /**
   * When requested: certificate, chain and key.
   */
  'pkcs12'?: (Buffer | Uint8Array | string);
  /**
   * The device CAs of the registry, by name, one certificate each: what a broker checks devices against. May be empty.
   */
  'deviceCaCertificates'?: (string)[];
  /**
   * A current CRL of each of them, in the same order; empty unless every one has a current CRL, because OpenSSL refuses
   * the devices of a CA without one where it checks CRLs at all.
   */
  'deviceCaCrls'?: (string)[];
  /**
   * When the certificate expires, in milliseconds since the Unix epoch.
   */
  'notAfter'?: (number | string | Long);
}

/**
 * All that a broker's TLS listener needs, as it is now; an event comes whenever any part of it changes. The first comes
 * at once, or as soon as there is a certificate (a daemon whose clock is suspect, or whose CA cannot be read, waits).
 * All PEM but pkcs12; the private key is PKCS#8.
 */
export interface CertificateUpdate__Output {
  /**
   * The broker's certificate, followed by the intermediate CAs to one that devices trust, if there are any.
   */
  'certificate': (string);
  /**
   * Its key. Secret: keep it out of logs and files that others read.
   */
  'privateKey': (string);
  /**
   * The certificate's public key.
   */
  'publicKey': (string);
  /**
   * What devices may have to trust, one certificate each: the root of the issuing CA first; during a rollover the
   * announced and the old CA after it. What a broker hands to devices, never what it checks devices against.
   */
  'caCertificates': (string)[];
  /**
   * When requested: certificate, chain and key.
   */
  'pkcs12': (Buffer);
  /**
   * The device CAs of the registry, by name, one certificate each: what a broker checks devices against. May be empty.
   */
  'deviceCaCertificates': (string)[];
  /**
   * A current CRL of each of them, in the same order; empty unless every one has a current CRL, because OpenSSL refuses
   * the devices of a CA without one where it checks CRLs at all.
   */
  'deviceCaCrls': (string)[];
  /**
   * When the certificate expires, in milliseconds since the Unix epoch.
   */
  'notAfter': (number);
}
