// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';

export interface RegisterCertificateRequest {
  /**
   * Required; as ClientDeviceCredential.
   */
  'certificatePem'?: (string);
  /**
   * UNSPECIFIED: ACTIVE.
   */
  'status'?: (_deviceauth_v1_CertificateStatus);
  /**
   * May be empty: register only. The thing must exist unless create_thing is set.
   */
  'thingName'?: (string);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive'?: (boolean);
  /**
   * Makes the thing if there is none.
   */
  'createThing'?: (boolean);
  /**
   * Registers an id that has a tombstone (deleted before) again. A revoked one stays revoked.
   */
  'revive'?: (boolean);
}

export interface RegisterCertificateRequest__Output {
  /**
   * Required; as ClientDeviceCredential.
   */
  'certificatePem': (string);
  /**
   * UNSPECIFIED: ACTIVE.
   */
  'status': (_deviceauth_v1_CertificateStatus__Output);
  /**
   * May be empty: register only. The thing must exist unless create_thing is set.
   */
  'thingName': (string);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive': (boolean);
  /**
   * Makes the thing if there is none.
   */
  'createThing': (boolean);
  /**
   * Registers an id that has a tombstone (deleted before) again. A revoked one stays revoked.
   */
  'revive': (boolean);
}
