// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * What a session may do: the union of its grant sets with its variables filled in.
 */
export interface SessionGrants {
  /**
   * Lower-case hex SHA-256 ids, see GrantSet.
   */
  'grantSetIds'?: (string)[];
  /**
   * The values of the `${name}` of resource patterns. A grant that names a variable which is
   * not here matches nothing.
   */
  'variables'?: ({[key: string]: string});
}

/**
 * What a session may do: the union of its grant sets with its variables filled in.
 */
export interface SessionGrants__Output {
  /**
   * Lower-case hex SHA-256 ids, see GrantSet.
   */
  'grantSetIds': (string)[];
  /**
   * The values of the `${name}` of resource patterns. A grant that names a variable which is
   * not here matches nothing.
   */
  'variables': ({[key: string]: string});
}
