// Original file: proto/emqx/exhook/v3/exhook.proto

import type { ClientInfo as _emqx_exhook_v3_ClientInfo, ClientInfo__Output as _emqx_exhook_v3_ClientInfo__Output } from '../../../emqx/exhook/v3/ClientInfo.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';

export interface SessionResumedRequest {
  'clientinfo'?: (_emqx_exhook_v3_ClientInfo | null);
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
}

export interface SessionResumedRequest__Output {
  'clientinfo': (_emqx_exhook_v3_ClientInfo__Output | null);
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
}
