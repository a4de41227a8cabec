// Original file: proto/deviceauth/v1/admin.proto

export const BreakerState = {
  BREAKER_STATE_UNSPECIFIED: 'BREAKER_STATE_UNSPECIFIED',
  /**
   * Requests go out.
   */
  BREAKER_CLOSED: 'BREAKER_CLOSED',
  /**
   * None does.
   */
  BREAKER_OPEN: 'BREAKER_OPEN',
  /**
   * One does, to find out whether others may.
   */
  BREAKER_HALF_OPEN: 'BREAKER_HALF_OPEN',
} as const;

export type BreakerState =
  | 'BREAKER_STATE_UNSPECIFIED'
  | 0
  /**
   * Requests go out.
   */
  | 'BREAKER_CLOSED'
  | 1
  /**
   * None does.
   */
  | 'BREAKER_OPEN'
  | 2
  /**
   * One does, to find out whether others may.
   */
  | 'BREAKER_HALF_OPEN'
  | 3

export type BreakerState__Output = typeof BreakerState[keyof typeof BreakerState]
