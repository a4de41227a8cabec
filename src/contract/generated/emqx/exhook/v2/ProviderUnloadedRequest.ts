// Original file: proto/emqx/exhook/v2/exhook.proto

import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

export interface ProviderUnloadedRequest {
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface ProviderUnloadedRequest__Output {
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
