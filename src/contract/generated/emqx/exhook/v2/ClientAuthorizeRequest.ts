// Original file: proto/emqx/exhook/v2/exhook.proto

import type { ClientInfo as _emqx_exhook_v2_ClientInfo, ClientInfo__Output as _emqx_exhook_v2_ClientInfo__Output } from '../../../emqx/exhook/v2/ClientInfo.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

// Original file: proto/emqx/exhook/v2/exhook.proto

export const _emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType = {
  PUBLISH: 'PUBLISH',
  SUBSCRIBE: 'SUBSCRIBE',
} as const;

export type _emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType =
  | 'PUBLISH'
  | 0
  | 'SUBSCRIBE'
  | 1

export type _emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType__Output = typeof _emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType[keyof typeof _emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType]

export interface ClientAuthorizeRequest {
  'clientinfo'?: (_emqx_exhook_v2_ClientInfo | null);
  'type'?: (_emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType);
  /**
   * The topic, or the filter without its $share/<group>/.
   */
  'topic'?: (string);
  'result'?: (boolean);
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface ClientAuthorizeRequest__Output {
  'clientinfo': (_emqx_exhook_v2_ClientInfo__Output | null);
  'type': (_emqx_exhook_v2_ClientAuthorizeRequest_AuthorizeReqType__Output);
  /**
   * The topic, or the filter without its $share/<group>/.
   */
  'topic': (string);
  'result': (boolean);
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
