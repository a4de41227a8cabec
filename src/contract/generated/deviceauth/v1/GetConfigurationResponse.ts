// Original file: proto/deviceauth/v1/admin.proto

import type { ConfigurationProblem as _deviceauth_v1_ConfigurationProblem, ConfigurationProblem__Output as _deviceauth_v1_ConfigurationProblem__Output } from '../../deviceauth/v1/ConfigurationProblem.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetConfigurationResponse {
  /**
   * JSON of the effective values.
   */
  'effectiveJson'?: (string);
  /**
   * Of the last load; may be empty.
   */
  'warnings'?: (_deviceauth_v1_ConfigurationProblem)[];
  /**
   * Of the file as it is now, when the last load failed; the effective values are then of the
   * last good load.
   */
  'errors'?: (_deviceauth_v1_ConfigurationProblem)[];
  /**
   * Paths whose new value waits for a restart.
   */
  'restartRequired'?: (string)[];
  /**
   * When the effective values were read.
   */
  'loadedAt'?: (number | string | Long);
}

export interface GetConfigurationResponse__Output {
  /**
   * JSON of the effective values.
   */
  'effectiveJson': (string);
  /**
   * Of the last load; may be empty.
   */
  'warnings': (_deviceauth_v1_ConfigurationProblem__Output)[];
  /**
   * Of the file as it is now, when the last load failed; the effective values are then of the
   * last good load.
   */
  'errors': (_deviceauth_v1_ConfigurationProblem__Output)[];
  /**
   * Paths whose new value waits for a restart.
   */
  'restartRequired': (string)[];
  /**
   * When the effective values were read.
   */
  'loadedAt': (number);
}
