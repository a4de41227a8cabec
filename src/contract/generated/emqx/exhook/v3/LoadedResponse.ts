// Original file: proto/emqx/exhook/v3/exhook.proto

import type { HookSpec as _emqx_exhook_v3_HookSpec, HookSpec__Output as _emqx_exhook_v3_HookSpec__Output } from '../../../emqx/exhook/v3/HookSpec.ts';

export interface LoadedResponse {
  'hooks'?: (_emqx_exhook_v3_HookSpec)[];
}

export interface LoadedResponse__Output {
  'hooks': (_emqx_exhook_v3_HookSpec__Output)[];
}
