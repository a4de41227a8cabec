// Original file: proto/deviceauth/v1/device_auth.proto

import type { AuthorizationResult as _deviceauth_v1_AuthorizationResult, AuthorizationResult__Output as _deviceauth_v1_AuthorizationResult__Output } from '../../deviceauth/v1/AuthorizationResult.ts';

export interface AuthorizeClientDeviceActionsResponse {
  /**
   * One for each request of the message it answers, in order.
   */
  'results'?: (_deviceauth_v1_AuthorizationResult)[];
}

export interface AuthorizeClientDeviceActionsResponse__Output {
  /**
   * One for each request of the message it answers, in order.
   */
  'results': (_deviceauth_v1_AuthorizationResult__Output)[];
}
