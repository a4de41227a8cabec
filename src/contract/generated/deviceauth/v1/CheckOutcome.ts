// Original file: proto/deviceauth/v1/admin.proto

export const CheckOutcome = {
  CHECK_OUTCOME_UNSPECIFIED: 'CHECK_OUTCOME_UNSPECIFIED',
  CHECK_OK: 'CHECK_OK',
  /**
   * It works now, and something is to be done about it.
   */
  CHECK_WARNING: 'CHECK_WARNING',
  CHECK_FAILED: 'CHECK_FAILED',
  /**
   * It was not tried: not needed, not possible, or something it needs has failed.
   */
  CHECK_SKIPPED: 'CHECK_SKIPPED',
} as const;

export type CheckOutcome =
  | 'CHECK_OUTCOME_UNSPECIFIED'
  | 0
  | 'CHECK_OK'
  | 1
  /**
   * It works now, and something is to be done about it.
   */
  | 'CHECK_WARNING'
  | 2
  | 'CHECK_FAILED'
  | 3
  /**
   * It was not tried: not needed, not possible, or something it needs has failed.
   */
  | 'CHECK_SKIPPED'
  | 4

export type CheckOutcome__Output = typeof CheckOutcome[keyof typeof CheckOutcome]
