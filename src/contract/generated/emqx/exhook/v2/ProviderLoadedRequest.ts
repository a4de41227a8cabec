// Original file: proto/emqx/exhook/v2/exhook.proto

import type { BrokerInfo as _emqx_exhook_v2_BrokerInfo, BrokerInfo__Output as _emqx_exhook_v2_BrokerInfo__Output } from '../../../emqx/exhook/v2/BrokerInfo.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

export interface ProviderLoadedRequest {
  'broker'?: (_emqx_exhook_v2_BrokerInfo | null);
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface ProviderLoadedRequest__Output {
  'broker': (_emqx_exhook_v2_BrokerInfo__Output | null);
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
