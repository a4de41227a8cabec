// Original file: proto/deviceauth/v1/admin.proto

import type { KeyType as _deviceauth_v1_KeyType, KeyType__Output as _deviceauth_v1_KeyType__Output } from '../../deviceauth/v1/KeyType.ts';

export interface IssueCertificateRequest {
  'thingName'?: (string);
  'keyType'?: (_deviceauth_v1_KeyType);
  /**
   * 0: certificates.deviceCertificateValidityDays of the configuration.
   */
  'validityDays'?: (number);
  'exclusive'?: (boolean);
  'createThing'?: (boolean);
  /**
   * Name of the device CA; empty: the only local one, or the one named "default".
   */
  'deviceCa'?: (string);
}

export interface IssueCertificateRequest__Output {
  'thingName': (string);
  'keyType': (_deviceauth_v1_KeyType__Output);
  /**
   * 0: certificates.deviceCertificateValidityDays of the configuration.
   */
  'validityDays': (number);
  'exclusive': (boolean);
  'createThing': (boolean);
  /**
   * Name of the device CA; empty: the only local one, or the one named "default".
   */
  'deviceCa': (string);
}
