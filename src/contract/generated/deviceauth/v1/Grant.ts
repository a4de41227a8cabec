// Original file: proto/deviceauth/v1/device_auth.proto

import type { Effect as _deviceauth_v1_Effect, Effect__Output as _deviceauth_v1_Effect__Output } from '../../deviceauth/v1/Effect.ts';

/**
 * One compiled rule. Patterns: `*` any run of any characters, `?` one code point, `\` makes the
 * next character literal, `${name}` (resource only) a session variable whose value is literal text.
 * MQTT's `+` and `#` are ordinary characters. A pattern that does not parse is an unknown kind.
 */
export interface Grant {
  /**
   * A reader counts one it does not know as DENY.
   */
  'effect'?: (_deviceauth_v1_Effect);
  /**
   * Pattern of the operation, such as `mqtt:publish`.
   */
  'operation'?: (string);
  /**
   * Pattern of the resource, such as `mqtt:topic:a/*`.
   */
  'resource'?: (string);
}

/**
 * One compiled rule. Patterns: `*` any run of any characters, `?` one code point, `\` makes the
 * next character literal, `${name}` (resource only) a session variable whose value is literal text.
 * MQTT's `+` and `#` are ordinary characters. A pattern that does not parse is an unknown kind.
 */
export interface Grant__Output {
  /**
   * A reader counts one it does not know as DENY.
   */
  'effect': (_deviceauth_v1_Effect__Output);
  /**
   * Pattern of the operation, such as `mqtt:publish`.
   */
  'operation': (string);
  /**
   * Pattern of the resource, such as `mqtt:topic:a/*`.
   */
  'resource': (string);
}
