// Original file: proto/deviceauth/v1/device_auth.proto

import type { AuthorizeClientDeviceActionRequest as _deviceauth_v1_AuthorizeClientDeviceActionRequest, AuthorizeClientDeviceActionRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output } from '../../deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';

export interface AuthorizeClientDeviceActionsRequest {
  /**
   * 1 to 1,000.
   */
  'requests'?: (_deviceauth_v1_AuthorizeClientDeviceActionRequest)[];
}

export interface AuthorizeClientDeviceActionsRequest__Output {
  /**
   * 1 to 1,000.
   */
  'requests': (_deviceauth_v1_AuthorizeClientDeviceActionRequest__Output)[];
}
