// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionVariables as _deviceauth_v1_SessionVariables, SessionVariables__Output as _deviceauth_v1_SessionVariables__Output } from '../../deviceauth/v1/SessionVariables.ts';

export interface SessionChange {
  /**
   * The sessions that change alike; never empty.
   */
  'clientDeviceAuthTokens'?: (string)[];
  /**
   * All the sets they have from now on; empty: none, so everything is denied.
   */
  'grantSetIds'?: (string)[];
  /**
   * Variables to set, by token in the same order as the tokens; empty: variables are unchanged.
   */
  'variables'?: (_deviceauth_v1_SessionVariables)[];
}

export interface SessionChange__Output {
  /**
   * The sessions that change alike; never empty.
   */
  'clientDeviceAuthTokens': (string)[];
  /**
   * All the sets they have from now on; empty: none, so everything is denied.
   */
  'grantSetIds': (string)[];
  /**
   * Variables to set, by token in the same order as the tokens; empty: variables are unchanged.
   */
  'variables': (_deviceauth_v1_SessionVariables__Output)[];
}
