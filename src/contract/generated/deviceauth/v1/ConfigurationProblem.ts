// Original file: proto/deviceauth/v1/admin.proto


export interface ConfigurationProblem {
  'path'?: (string);
  /**
   * JSON of the value.
   */
  'valueJson'?: (string);
  'rule'?: (string);
}

export interface ConfigurationProblem__Output {
  'path': (string);
  /**
   * JSON of the value.
   */
  'valueJson': (string);
  'rule': (string);
}
