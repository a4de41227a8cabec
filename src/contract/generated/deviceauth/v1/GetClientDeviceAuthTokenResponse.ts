// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionGrants as _deviceauth_v1_SessionGrants, SessionGrants__Output as _deviceauth_v1_SessionGrants__Output } from '../../deviceauth/v1/SessionGrants.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetClientDeviceAuthTokenResponse {
  /**
   * A UUID v4. A secret: whoever holds it on this listener speaks for the session.
   */
  'clientDeviceAuthToken'?: (string);
  /**
   * What the session may do; always set.
   */
  'grants'?: (_deviceauth_v1_SessionGrants | null);
  /**
   * How long the caller may act on this answer without hearing from the daemon.
   */
  'leaseMs'?: (number);
  /**
   * How long the certificate remains valid, at most 2^32 - 1; a lease is never extended beyond it.
   */
  'certificateRemainingMs'?: (number);
  /**
   * The daemon's life and the last event that this answer reflects; see SessionUpdate.
   */
  'epoch'?: (string);
  /**
   * See epoch.
   */
  'sequence'?: (number | string | Long);
  /**
   * The thing the session speaks for.
   */
  'thingName'?: (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
   */
  'certificateId'?: (string);
  /**
   * The request's, or the one the daemon made.
   */
  'correlationId'?: (string);
}

export interface GetClientDeviceAuthTokenResponse__Output {
  /**
   * A UUID v4. A secret: whoever holds it on this listener speaks for the session.
   */
  'clientDeviceAuthToken': (string);
  /**
   * What the session may do; always set.
   */
  'grants': (_deviceauth_v1_SessionGrants__Output | null);
  /**
   * How long the caller may act on this answer without hearing from the daemon.
   */
  'leaseMs': (number);
  /**
   * How long the certificate remains valid, at most 2^32 - 1; a lease is never extended beyond it.
   */
  'certificateRemainingMs': (number);
  /**
   * The daemon's life and the last event that this answer reflects; see SessionUpdate.
   */
  'epoch': (string);
  /**
   * See epoch.
   */
  'sequence': (number);
  /**
   * The thing the session speaks for.
   */
  'thingName': (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
   */
  'certificateId': (string);
  /**
   * The request's, or the one the daemon made.
   */
  'correlationId': (string);
}
