// Original file: proto/deviceauth/v1/device_auth.proto

import type { Effect as _deviceauth_v1_Effect, Effect__Output as _deviceauth_v1_Effect__Output } from '../../deviceauth/v1/Effect.ts';

/**
 * One compiled rule. Patterns: `*` any run of any characters, `?` one code point, `\` makes the
 * next character literal, `${name}` (resource only) a session variable whose value is literal text.
 * MQTT's `+` and `#` are ordinary characters. A pattern that does not parse is an unknown kind.
 */
export interface Grant {
  'effect'?: (_deviceauth_v1_Effect);
  'operation'?: (string);
  'resource'?: (string);
}

/**
 * One compiled rule. Patterns: `*` any run of any characters, `?` one code point, `\` makes the
 * next character literal, `${name}` (resource only) a session variable whose value is literal text.
 * MQTT's `+` and `#` are ordinary characters. A pattern that does not parse is an unknown kind.
 */
export interface Grant__Output {
  'effect': (_deviceauth_v1_Effect__Output);
  'operation': (string);
  'resource': (string);
}
