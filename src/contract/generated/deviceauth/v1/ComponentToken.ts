// Original file: proto/deviceauth/v1/admin.proto

import type { Component as _deviceauth_v1_Component, Component__Output as _deviceauth_v1_Component__Output } from '../../deviceauth/v1/Component.ts';

export interface ComponentToken {
  /**
   * Whose it is.
   */
  'component'?: (_deviceauth_v1_Component | null);
  /**
   * The component's SVCUID. Told once; only its hash is kept.
   */
  'token'?: (string);
  /**
   * AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT; empty when greengrassIpc.socket is not configured.
   */
  'socket'?: (string);
}

export interface ComponentToken__Output {
  /**
   * Whose it is.
   */
  'component': (_deviceauth_v1_Component__Output | null);
  /**
   * The component's SVCUID. Told once; only its hash is kept.
   */
  'token': (string);
  /**
   * AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT; empty when greengrassIpc.socket is not configured.
   */
  'socket': (string);
}
