// Original file: proto/deviceauth/v1/admin.proto

import type { RegisterCertificateRequest as _deviceauth_v1_RegisterCertificateRequest, RegisterCertificateRequest__Output as _deviceauth_v1_RegisterCertificateRequest__Output } from '../../deviceauth/v1/RegisterCertificateRequest.ts';

export interface ImportItem {
  /**
   * Counted by the caller from 1; echoed in the result.
   */
  'line'?: (number);
  /**
   * Required.
   */
  'certificate'?: (_deviceauth_v1_RegisterCertificateRequest | null);
  /**
   * Thing properties for a thing that is created; may be empty.
   */
  'thingType'?: (string);
  /**
   * As thing_type.
   */
  'thingAttributes'?: ({[key: string]: string});
  /**
   * As thing_type.
   */
  'thingGroups'?: (string)[];
}

export interface ImportItem__Output {
  /**
   * Counted by the caller from 1; echoed in the result.
   */
  'line': (number);
  /**
   * Required.
   */
  'certificate': (_deviceauth_v1_RegisterCertificateRequest__Output | null);
  /**
   * Thing properties for a thing that is created; may be empty.
   */
  'thingType': (string);
  /**
   * As thing_type.
   */
  'thingAttributes': ({[key: string]: string});
  /**
   * As thing_type.
   */
  'thingGroups': (string)[];
}
