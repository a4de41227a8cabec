// Original file: proto/deviceauth/v1/device_auth.proto

/**
 * How delivery of a message to a session (`mqtt:receive`) is decided. Unknown: the set denies everything.
 */
export const DeliveryRule = {
  DELIVERY_RULE_UNSPECIFIED: 'DELIVERY_RULE_UNSPECIFIED',
  /**
   * The language has no word for receive: a topic is delivered if there is a valid MQTT filter
   * that covers it and that the session may subscribe to.
   */
  DELIVERY_RULE_FROM_SUBSCRIBE: 'DELIVERY_RULE_FROM_SUBSCRIBE',
  /**
   * The grants of `mqtt:receive` decide, default deny.
   */
  DELIVERY_RULE_EXPLICIT: 'DELIVERY_RULE_EXPLICIT',
} as const;

/**
 * How delivery of a message to a session (`mqtt:receive`) is decided. Unknown: the set denies everything.
 */
export type DeliveryRule =
  | 'DELIVERY_RULE_UNSPECIFIED'
  | 0
  /**
   * The language has no word for receive: a topic is delivered if there is a valid MQTT filter
   * that covers it and that the session may subscribe to.
   */
  | 'DELIVERY_RULE_FROM_SUBSCRIBE'
  | 1
  /**
   * The grants of `mqtt:receive` decide, default deny.
   */
  | 'DELIVERY_RULE_EXPLICIT'
  | 2

/**
 * How delivery of a message to a session (`mqtt:receive`) is decided. Unknown: the set denies everything.
 */
export type DeliveryRule__Output = typeof DeliveryRule[keyof typeof DeliveryRule]
