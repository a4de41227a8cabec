// Original file: proto/emqx/exhook/v3/exhook.proto

import type { ClientInfo as _emqx_exhook_v3_ClientInfo, ClientInfo__Output as _emqx_exhook_v3_ClientInfo__Output } from '../../../emqx/exhook/v3/ClientInfo.ts';
import type { Message as _emqx_exhook_v3_Message, Message__Output as _emqx_exhook_v3_Message__Output } from '../../../emqx/exhook/v3/Message.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';

export interface MessageDeliveredRequest {
  'clientinfo'?: (_emqx_exhook_v3_ClientInfo | null);
  'message'?: (_emqx_exhook_v3_Message | null);
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
}

export interface MessageDeliveredRequest__Output {
  'clientinfo': (_emqx_exhook_v3_ClientInfo__Output | null);
  'message': (_emqx_exhook_v3_Message__Output | null);
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
}
