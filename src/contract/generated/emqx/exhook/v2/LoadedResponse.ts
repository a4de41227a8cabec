// Original file: proto/emqx/exhook/v2/exhook.proto

import type { HookSpec as _emqx_exhook_v2_HookSpec, HookSpec__Output as _emqx_exhook_v2_HookSpec__Output } from '../../../emqx/exhook/v2/HookSpec.ts';

export interface LoadedResponse {
  'hooks'?: (_emqx_exhook_v2_HookSpec)[];
}

export interface LoadedResponse__Output {
  'hooks': (_emqx_exhook_v2_HookSpec__Output)[];
}
