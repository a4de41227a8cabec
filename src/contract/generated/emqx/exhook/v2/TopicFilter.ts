// Original file: proto/emqx/exhook/v2/exhook.proto

import type { SubOpts as _emqx_exhook_v2_SubOpts, SubOpts__Output as _emqx_exhook_v2_SubOpts__Output } from '../../../emqx/exhook/v2/SubOpts.ts';

export interface TopicFilter {
  'name'?: (string);
  'subopts'?: (_emqx_exhook_v2_SubOpts | null);
}

export interface TopicFilter__Output {
  'name': (string);
  'subopts': (_emqx_exhook_v2_SubOpts__Output | null);
}
