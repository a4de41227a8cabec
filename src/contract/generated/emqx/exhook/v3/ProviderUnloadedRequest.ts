// Original file: proto/emqx/exhook/v3/exhook.proto

import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';

export interface ProviderUnloadedRequest {
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
}

export interface ProviderUnloadedRequest__Output {
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
}
