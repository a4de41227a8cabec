// Original file: proto/deviceauth/v1/device_auth.proto


export interface SessionVariables {
  /**
   * By name; replaces all variables of the session.
   */
  'values'?: ({[key: string]: string});
}

export interface SessionVariables__Output {
  /**
   * By name; replaces all variables of the session.
   */
  'values': ({[key: string]: string});
}
