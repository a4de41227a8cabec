// Original file: proto/deviceauth/v1/admin.proto

export const JobState = {
  JOB_STATE_UNSPECIFIED: 'JOB_STATE_UNSPECIFIED',
  /**
   * Not configured.
   */
  JOB_OFF: 'JOB_OFF',
  /**
   * For its turn, or for what it works on.
   */
  JOB_WAITING: 'JOB_WAITING',
  JOB_RUNNING: 'JOB_RUNNING',
  /**
   * There is nothing to do.
   */
  JOB_DONE: 'JOB_DONE',
} as const;

export type JobState =
  | 'JOB_STATE_UNSPECIFIED'
  | 0
  /**
   * Not configured.
   */
  | 'JOB_OFF'
  | 1
  /**
   * For its turn, or for what it works on.
   */
  | 'JOB_WAITING'
  | 2
  | 'JOB_RUNNING'
  | 3
  /**
   * There is nothing to do.
   */
  | 'JOB_DONE'
  | 4

export type JobState__Output = typeof JobState[keyof typeof JobState]
