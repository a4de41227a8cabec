// Original file: proto/emqx/exhook/v3/exhook.proto

import type { ClientInfo as _emqx_exhook_v3_ClientInfo, ClientInfo__Output as _emqx_exhook_v3_ClientInfo__Output } from '../../../emqx/exhook/v3/ClientInfo.ts';
import type { Property as _emqx_exhook_v3_Property, Property__Output as _emqx_exhook_v3_Property__Output } from '../../../emqx/exhook/v3/Property.ts';
import type { TopicFilter as _emqx_exhook_v3_TopicFilter, TopicFilter__Output as _emqx_exhook_v3_TopicFilter__Output } from '../../../emqx/exhook/v3/TopicFilter.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';

export interface ClientSubscribeRequest {
  'clientinfo'?: (_emqx_exhook_v3_ClientInfo | null);
  'props'?: (_emqx_exhook_v3_Property)[];
  'topicFilters'?: (_emqx_exhook_v3_TopicFilter)[];
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
  'userProps'?: (_emqx_exhook_v3_Property)[];
}

export interface ClientSubscribeRequest__Output {
  'clientinfo': (_emqx_exhook_v3_ClientInfo__Output | null);
  'props': (_emqx_exhook_v3_Property__Output)[];
  'topicFilters': (_emqx_exhook_v3_TopicFilter__Output)[];
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
  'userProps': (_emqx_exhook_v3_Property__Output)[];
}
