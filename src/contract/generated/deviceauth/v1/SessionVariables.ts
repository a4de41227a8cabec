// Original file: proto/deviceauth/v1/device_auth.proto


export interface SessionVariables {
  'values'?: ({[key: string]: string});
}

export interface SessionVariables__Output {
  'values': ({[key: string]: string});
}
