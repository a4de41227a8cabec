// Original file: proto/emqx/exhook/v3/exhook.proto

import type { Message as _emqx_exhook_v3_Message, Message__Output as _emqx_exhook_v3_Message__Output } from '../../../emqx/exhook/v3/Message.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';
import type { Property as _emqx_exhook_v3_Property, Property__Output as _emqx_exhook_v3_Property__Output } from '../../../emqx/exhook/v3/Property.ts';

export interface MessagePublishRequest {
  'message'?: (_emqx_exhook_v3_Message | null);
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
  'props'?: (_emqx_exhook_v3_Property)[];
  'userProps'?: (_emqx_exhook_v3_Property)[];
}

export interface MessagePublishRequest__Output {
  'message': (_emqx_exhook_v3_Message__Output | null);
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
  'props': (_emqx_exhook_v3_Property__Output)[];
  'userProps': (_emqx_exhook_v3_Property__Output)[];
}
