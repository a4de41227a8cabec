// Original file: proto/emqx/exhook/v3/exhook.proto

import type { BrokerInfo as _emqx_exhook_v3_BrokerInfo, BrokerInfo__Output as _emqx_exhook_v3_BrokerInfo__Output } from '../../../emqx/exhook/v3/BrokerInfo.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';

export interface ProviderLoadedRequest {
  'broker'?: (_emqx_exhook_v3_BrokerInfo | null);
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
}

export interface ProviderLoadedRequest__Output {
  'broker': (_emqx_exhook_v3_BrokerInfo__Output | null);
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
}
