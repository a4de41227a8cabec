// Original file: proto/emqx/exhook/v2/exhook.proto

import type { ConnInfo as _emqx_exhook_v2_ConnInfo, ConnInfo__Output as _emqx_exhook_v2_ConnInfo__Output } from '../../../emqx/exhook/v2/ConnInfo.ts';
import type { Property as _emqx_exhook_v2_Property, Property__Output as _emqx_exhook_v2_Property__Output } from '../../../emqx/exhook/v2/Property.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from '../../../emqx/exhook/v2/RequestMeta.ts';

export interface ClientConnackRequest {
  'conninfo'?: (_emqx_exhook_v2_ConnInfo | null);
  'resultCode'?: (string);
  'props'?: (_emqx_exhook_v2_Property)[];
  'meta'?: (_emqx_exhook_v2_RequestMeta | null);
}

export interface ClientConnackRequest__Output {
  'conninfo': (_emqx_exhook_v2_ConnInfo__Output | null);
  'resultCode': (string);
  'props': (_emqx_exhook_v2_Property__Output)[];
  'meta': (_emqx_exhook_v2_RequestMeta__Output | null);
}
