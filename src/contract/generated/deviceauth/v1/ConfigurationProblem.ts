// Original file: proto/deviceauth/v1/admin.proto


export interface ConfigurationProblem {
  /**
   * Of the key, such as "metrics.listen"; empty: the whole file.
   */
  'path'?: (string);
  /**
   * JSON of the value.
   */
  'valueJson'?: (string);
  /**
   * What is wrong with it, and what it must be.
   */
  'rule'?: (string);
}

export interface ConfigurationProblem__Output {
  /**
   * Of the key, such as "metrics.listen"; empty: the whole file.
   */
  'path': (string);
  /**
   * JSON of the value.
   */
  'valueJson': (string);
  /**
   * What is wrong with it, and what it must be.
   */
  'rule': (string);
}
