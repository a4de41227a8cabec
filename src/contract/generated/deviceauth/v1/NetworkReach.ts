// Original file: proto/deviceauth/v1/admin.proto

export const NetworkReach = {
  NETWORK_REACH_UNSPECIFIED: 'NETWORK_REACH_UNSPECIFIED',
  /**
   * Nothing was asked yet, or too little.
   */
  NETWORK_UNKNOWN: 'NETWORK_UNKNOWN',
  NETWORK_UP: 'NETWORK_UP',
  /**
   * The cloud cannot be reached, whatever the cause.
   */
  NETWORK_DOWN: 'NETWORK_DOWN',
} as const;

export type NetworkReach =
  | 'NETWORK_REACH_UNSPECIFIED'
  | 0
  /**
   * Nothing was asked yet, or too little.
   */
  | 'NETWORK_UNKNOWN'
  | 1
  | 'NETWORK_UP'
  | 2
  /**
   * The cloud cannot be reached, whatever the cause.
   */
  | 'NETWORK_DOWN'
  | 3

export type NetworkReach__Output = typeof NetworkReach[keyof typeof NetworkReach]
