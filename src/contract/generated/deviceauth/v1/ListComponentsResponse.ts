// Original file: proto/deviceauth/v1/admin.proto

import type { Component as _deviceauth_v1_Component, Component__Output as _deviceauth_v1_Component__Output } from '../../deviceauth/v1/Component.ts';

export interface ListComponentsResponse {
  /**
   * By name.
   */
  'components'?: (_deviceauth_v1_Component)[];
  /**
   * As in ComponentToken.
   */
  'socket'?: (string);
}

export interface ListComponentsResponse__Output {
  /**
   * By name.
   */
  'components': (_deviceauth_v1_Component__Output)[];
  /**
   * As in ComponentToken.
   */
  'socket': (string);
}
