// Original file: proto/emqx/exhook/v3/exhook.proto

import type { ConnInfo as _emqx_exhook_v3_ConnInfo, ConnInfo__Output as _emqx_exhook_v3_ConnInfo__Output } from '../../../emqx/exhook/v3/ConnInfo.ts';
import type { Property as _emqx_exhook_v3_Property, Property__Output as _emqx_exhook_v3_Property__Output } from '../../../emqx/exhook/v3/Property.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from '../../../emqx/exhook/v3/RequestMeta.ts';

export interface ClientConnackRequest {
  'conninfo'?: (_emqx_exhook_v3_ConnInfo | null);
  'resultCode'?: (string);
  'props'?: (_emqx_exhook_v3_Property)[];
  'meta'?: (_emqx_exhook_v3_RequestMeta | null);
  'userProps'?: (_emqx_exhook_v3_Property)[];
}

export interface ClientConnackRequest__Output {
  'conninfo': (_emqx_exhook_v3_ConnInfo__Output | null);
  'resultCode': (string);
  'props': (_emqx_exhook_v3_Property__Output)[];
  'meta': (_emqx_exhook_v3_RequestMeta__Output | null);
  'userProps': (_emqx_exhook_v3_Property__Output)[];
}
