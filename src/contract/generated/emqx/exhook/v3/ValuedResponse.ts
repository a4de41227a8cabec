// Original file: proto/emqx/exhook/v3/exhook.proto

import type { Message as _emqx_exhook_v3_Message, Message__Output as _emqx_exhook_v3_Message__Output } from '../../../emqx/exhook/v3/Message.ts';

// Original file: proto/emqx/exhook/v3/exhook.proto

export const _emqx_exhook_v3_ValuedResponse_ResponsedType = {
  /**
   * Take the value and ask the next provider.
   */
  CONTINUE: 'CONTINUE',
  /**
   * As if this provider were not there.
   */
  IGNORE: 'IGNORE',
  /**
   * Take the value and ask nobody else: the only answer we give.
   */
  STOP_AND_RETURN: 'STOP_AND_RETURN',
} as const;

export type _emqx_exhook_v3_ValuedResponse_ResponsedType =
  /**
   * Take the value and ask the next provider.
   */
  | 'CONTINUE'
  | 0
  /**
   * As if this provider were not there.
   */
  | 'IGNORE'
  | 1
  /**
   * Take the value and ask nobody else: the only answer we give.
   */
  | 'STOP_AND_RETURN'
  | 2

export type _emqx_exhook_v3_ValuedResponse_ResponsedType__Output = typeof _emqx_exhook_v3_ValuedResponse_ResponsedType[keyof typeof _emqx_exhook_v3_ValuedResponse_ResponsedType]

export interface ValuedResponse {
  'type'?: (_emqx_exhook_v3_ValuedResponse_ResponsedType);
  'boolResult'?: (boolean);
  'message'?: (_emqx_exhook_v3_Message | null);
  'value'?: "boolResult"|"message";
}

export interface ValuedResponse__Output {
  'type': (_emqx_exhook_v3_ValuedResponse_ResponsedType__Output);
  'boolResult'?: (boolean);
  'message'?: (_emqx_exhook_v3_Message__Output | null);
  'value'?: "boolResult"|"message";
}
