// Original file: proto/deviceauth/v1/admin.proto

import type { AttachedCertificate as _deviceauth_v1_AttachedCertificate, AttachedCertificate__Output as _deviceauth_v1_AttachedCertificate__Output } from '../../deviceauth/v1/AttachedCertificate.ts';
import type { Long } from '@grpc/proto-loader';

export interface Thing {
  /**
   * 1 to 128 characters of [A-Za-z0-9:_-].
   */
  'name'?: (string);
  /**
   * May be empty.
   */
  'type'?: (string);
  /**
   * By name; may be empty.
   */
  'attributes'?: ({[key: string]: string});
  /**
   * Names of thing groups; may be empty.
   */
  'groups'?: (string)[];
  /**
   * When it was registered.
   */
  'createdAt'?: (number | string | Long);
  /**
   * Filled in by GetThing.
   */
  'certificates'?: (_deviceauth_v1_AttachedCertificate)[];
}

export interface Thing__Output {
  /**
   * 1 to 128 characters of [A-Za-z0-9:_-].
   */
  'name': (string);
  /**
   * May be empty.
   */
  'type': (string);
  /**
   * By name; may be empty.
   */
  'attributes': ({[key: string]: string});
  /**
   * Names of thing groups; may be empty.
   */
  'groups': (string)[];
  /**
   * When it was registered.
   */
  'createdAt': (number);
  /**
   * Filled in by GetThing.
   */
  'certificates': (_deviceauth_v1_AttachedCertificate__Output)[];
}
