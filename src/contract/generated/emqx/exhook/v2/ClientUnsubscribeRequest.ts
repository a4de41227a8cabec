// Original file: proto/emqx/exhook/v2/exhook.proto

import type { ClientInfo as _emqx_exhook_v2_ClientInfo, ClientInfo__Output as _emqx_exhook_v2_ClientInfo__Output } from '../../../emqx/exhook/v2/ClientInfo.ts';
import type { Property as _emqx_exhook_v2_Property, Property__Output as _emqx_exhook_v2_Property__Output } from '../../../emqx/exhook/v2/Property.ts';
import type { TopicFilter as _emqx_exhook_v2_TopicFilter, TopicFilter__Output as _emqx_exhook_v2_TopicFilter__Output } from '../../../emqx/exhook/v2/TopicFilter.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

export interface ClientUnsubscribeRequest {
  'clientinfo'?: (_emqx_exhook_v2_ClientInfo | null);
  'props'?: (_emqx_exhook_v2_Property)[];
  'topicFilters'?: (_emqx_exhook_v2_TopicFilter)[];
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface ClientUnsubscribeRequest__Output {
  'clientinfo': (_emqx_exhook_v2_ClientInfo__Output | null);
  'props': (_emqx_exhook_v2_Property__Output)[];
  'topicFilters': (_emqx_exhook_v2_TopicFilter__Output)[];
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
