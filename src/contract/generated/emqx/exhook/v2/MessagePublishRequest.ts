// Original file: proto/emqx/exhook/v2/exhook.proto

import type { Message as _emqx_exhook_v2_Message, Message__Output as _emqx_exhook_v2_Message__Output } from '../../../emqx/exhook/v2/Message.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

export interface MessagePublishRequest {
  'message'?: (_emqx_exhook_v2_Message | null);
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface MessagePublishRequest__Output {
  'message': (_emqx_exhook_v2_Message__Output | null);
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
