// Original file: proto/deviceauth/v1/admin.proto

import type { JobState as _deviceauth_v1_JobState, JobState__Output as _deviceauth_v1_JobState__Output } from '../../deviceauth/v1/JobState.ts';
import type { Long } from '@grpc/proto-loader';

export interface CloudJob {
  /**
   * "certificate-authorities", "connectivity-information" or "refresh".
   */
  'name'?: (string);
  /**
   * Never UNSPECIFIED.
   */
  'state'?: (_deviceauth_v1_JobState);
  /**
   * One line, such as what was done, or why it is off.
   */
  'detail'?: (string);
  /**
   * When the attempt under way began, or the last one.
   */
  'startedAt'?: (number | string | Long);
  /**
   * When one was done last, in an earlier life perhaps.
   */
  'succeededAt'?: (number | string | Long);
  /**
   * When the next one begins.
   */
  'nextAt'?: (number | string | Long);
  /**
   * In a row.
   */
  'failures'?: (number);
  /**
   * Why the last one failed; empty when it did not.
   */
  'lastError'?: (string);
}

export interface CloudJob__Output {
  /**
   * "certificate-authorities", "connectivity-information" or "refresh".
   */
  'name': (string);
  /**
   * Never UNSPECIFIED.
   */
  'state': (_deviceauth_v1_JobState__Output);
  /**
   * One line, such as what was done, or why it is off.
   */
  'detail': (string);
  /**
   * When the attempt under way began, or the last one.
   */
  'startedAt': (number);
  /**
   * When one was done last, in an earlier life perhaps.
   */
  'succeededAt': (number);
  /**
   * When the next one begins.
   */
  'nextAt': (number);
  /**
   * In a row.
   */
  'failures': (number);
  /**
   * Why the last one failed; empty when it did not.
   */
  'lastError': (string);
}
