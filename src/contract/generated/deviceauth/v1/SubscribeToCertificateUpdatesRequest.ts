// Original file: proto/deviceauth/v1/device_auth.proto

import type { CertificateOptions as _deviceauth_v1_CertificateOptions, CertificateOptions__Output as _deviceauth_v1_CertificateOptions__Output } from '../../deviceauth/v1/CertificateOptions.ts';
import type { KeyType as _deviceauth_v1_KeyType, KeyType__Output as _deviceauth_v1_KeyType__Output } from '../../deviceauth/v1/KeyType.ts';
import type { Pkcs12Options as _deviceauth_v1_Pkcs12Options, Pkcs12Options__Output as _deviceauth_v1_Pkcs12Options__Output } from '../../deviceauth/v1/Pkcs12Options.ts';

export interface SubscribeToCertificateUpdatesRequest {
  /**
   * Required.
   */
  'certificateOptions'?: (_deviceauth_v1_CertificateOptions | null);
  /**
   * 1 to 64 characters of [A-Za-z0-9_.-], begun by a letter or digit: whose certificate this is. Streams of one listener
   * that give the same name have the same certificate, and it outlives them and the daemon until it is rotated, so that a
   * reconnect changes nothing. Empty: a certificate of this stream's own, made for it.
   */
  'subscriberName'?: (string);
  /**
   * Of the server certificate's key; UNSPECIFIED: certificates.serverKeyType of the configuration. A named subscriber
   * that asks for another type than it has gets a new certificate.
   */
  'keyType'?: (_deviceauth_v1_KeyType);
  /**
   * Unset: no PKCS#12.
   */
  'pkcs12'?: (_deviceauth_v1_Pkcs12Options | null);
}

export interface SubscribeToCertificateUpdatesRequest__Output {
  /**
   * Required.
   */
  'certificateOptions': (_deviceauth_v1_CertificateOptions__Output | null);
  /**
   * 1 to 64 characters of [A-Za-z0-9_.-], begun by a letter or digit: whose certificate this is. Streams of one listener
   * that give the same name have the same certificate, and it outlives them and the daemon until it is rotated, so that a
   * reconnect changes nothing. Empty: a certificate of this stream's own, made for it.
   */
  'subscriberName': (string);
  /**
   * Of the server certificate's key; UNSPECIFIED: certificates.serverKeyType of the configuration. A named subscriber
   * that asks for another type than it has gets a new certificate.
   */
  'keyType': (_deviceauth_v1_KeyType__Output);
  /**
   * Unset: no PKCS#12.
   */
  'pkcs12': (_deviceauth_v1_Pkcs12Options__Output | null);
}
