// Original file: proto/deviceauth/v1/admin.proto

import type { KeyType as _deviceauth_v1_KeyType, KeyType__Output as _deviceauth_v1_KeyType__Output } from '../../deviceauth/v1/KeyType.ts';

export interface IssueCertificateRequest {
  /**
   * Required; the thing must exist unless create_thing is set. It is the common name.
   */
  'thingName'?: (string);
  /**
   * UNSPECIFIED: EC_P256.
   */
  'keyType'?: (_deviceauth_v1_KeyType);
  /**
   * 0: certificates.deviceCertificateValidityDays of the configuration.
   */
  'validityDays'?: (number);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive'?: (boolean);
  /**
   * Makes the thing if there is none.
   */
  'createThing'?: (boolean);
  /**
   * Name of the device CA; empty: the only local one, or the one named "default".
   */
  'deviceCa'?: (string);
}

export interface IssueCertificateRequest__Output {
  /**
   * Required; the thing must exist unless create_thing is set. It is the common name.
   */
  'thingName': (string);
  /**
   * UNSPECIFIED: EC_P256.
   */
  'keyType': (_deviceauth_v1_KeyType__Output);
  /**
   * 0: certificates.deviceCertificateValidityDays of the configuration.
   */
  'validityDays': (number);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive': (boolean);
  /**
   * Makes the thing if there is none.
   */
  'createThing': (boolean);
  /**
   * Name of the device CA; empty: the only local one, or the one named "default".
   */
  'deviceCa': (string);
}
