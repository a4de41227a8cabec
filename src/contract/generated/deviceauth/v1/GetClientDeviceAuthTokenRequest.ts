// Original file: proto/deviceauth/v1/device_auth.proto

import type { CredentialDocument as _deviceauth_v1_CredentialDocument, CredentialDocument__Output as _deviceauth_v1_CredentialDocument__Output } from '../../deviceauth/v1/CredentialDocument.ts';

export interface GetClientDeviceAuthTokenRequest {
  /**
   * Required.
   */
  'credential'?: (_deviceauth_v1_CredentialDocument | null);
  /**
   * The id this broker process chose at its start (any text of 1 to 128 characters). It ties
   * the session to the caller's SubscribeToSessionUpdates stream. Empty for a caller that opens
   * no such stream; its sessions are closed by CloseClientDeviceSession or by eviction only.
   */
  'brokerInstanceId'?: (string);
  /**
   * Text of at most 128 printable characters that both sides log, so that a broker's line and
   * the daemon's can be put side by side. Not a UUID: logs shorten those, as they are what tokens
   * look like. Empty: the daemon makes one.
   */
  'correlationId'?: (string);
}

export interface GetClientDeviceAuthTokenRequest__Output {
  /**
   * Required.
   */
  'credential': (_deviceauth_v1_CredentialDocument__Output | null);
  /**
   * The id this broker process chose at its start (any text of 1 to 128 characters). It ties
   * the session to the caller's SubscribeToSessionUpdates stream. Empty for a caller that opens
   * no such stream; its sessions are closed by CloseClientDeviceSession or by eviction only.
   */
  'brokerInstanceId': (string);
  /**
   * Text of at most 128 printable characters that both sides log, so that a broker's line and
   * the daemon's can be put side by side. Not a UUID: logs shorten those, as they are what tokens
   * look like. Empty: the daemon makes one.
   */
  'correlationId': (string);
}
