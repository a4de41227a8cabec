// Original file: proto/deviceauth/v1/admin.proto

import type { ServerCaCertificate as _deviceauth_v1_ServerCaCertificate, ServerCaCertificate__Output as _deviceauth_v1_ServerCaCertificate__Output } from '../../deviceauth/v1/ServerCaCertificate.ts';
import type { Long } from '@grpc/proto-loader';

export interface ServerCa {
  /**
   * The one that signs; unset while there is none (see problem).
   */
  'current'?: (_deviceauth_v1_ServerCaCertificate | null);
  /**
   * Announced: devices should come to trust it before it signs.
   */
  'next'?: (_deviceauth_v1_ServerCaCertificate | null);
  /**
   * When `next` begins to sign; 0: nothing is announced.
   */
  'switchAt'?: (number | string | Long);
  /**
   * Signs no more; devices are told of it until `forgotten_at`.
   */
  'retired'?: (_deviceauth_v1_ServerCaCertificate)[];
  /**
   * Why there is no CA to sign with, and what to do; empty when all is well.
   */
  'problem'?: (string);
  /**
   * The keys are the operator's own (certificateAuthority.privateKeyUri), not made here.
   */
  'custom'?: (boolean);
}

export interface ServerCa__Output {
  /**
   * The one that signs; unset while there is none (see problem).
   */
  'current': (_deviceauth_v1_ServerCaCertificate__Output | null);
  /**
   * Announced: devices should come to trust it before it signs.
   */
  'next': (_deviceauth_v1_ServerCaCertificate__Output | null);
  /**
   * When `next` begins to sign; 0: nothing is announced.
   */
  'switchAt': (number);
  /**
   * Signs no more; devices are told of it until `forgotten_at`.
   */
  'retired': (_deviceauth_v1_ServerCaCertificate__Output)[];
  /**
   * Why there is no CA to sign with, and what to do; empty when all is well.
   */
  'problem': (string);
  /**
   * The keys are the operator's own (certificateAuthority.privateKeyUri), not made here.
   */
  'custom': (boolean);
}
