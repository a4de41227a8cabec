// Original file: proto/emqx/exhook/v2/exhook.proto

import type { ClientInfo as _emqx_exhook_v2_ClientInfo, ClientInfo__Output as _emqx_exhook_v2_ClientInfo__Output } from '../../../emqx/exhook/v2/ClientInfo.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

export interface SessionDiscardedRequest {
  'clientinfo'?: (_emqx_exhook_v2_ClientInfo | null);
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface SessionDiscardedRequest__Output {
  'clientinfo': (_emqx_exhook_v2_ClientInfo__Output | null);
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
