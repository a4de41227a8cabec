// Original file: proto/deviceauth/v1/device_auth.proto

/**
 * What a request must look like before grants are asked. An unknown rule: everything is denied.
 */
export const RequestRule = {
  REQUEST_RULE_UNSPECIFIED: 'REQUEST_RULE_UNSPECIFIED',
  /**
   * The reference's: operation `<service>:<action>`, resource `<service>:<type>:<name>`, with
   * the character classes of docs/grants.md. Used by device groups.
   */
  REQUEST_RULE_DEVICE_GROUPS: 'REQUEST_RULE_DEVICE_GROUPS',
  /**
   * AWS IoT policies: any text without NUL.
   */
  REQUEST_RULE_IOT_POLICY: 'REQUEST_RULE_IOT_POLICY',
} as const;

/**
 * What a request must look like before grants are asked. An unknown rule: everything is denied.
 */
export type RequestRule =
  | 'REQUEST_RULE_UNSPECIFIED'
  | 0
  /**
   * The reference's: operation `<service>:<action>`, resource `<service>:<type>:<name>`, with
   * the character classes of docs/grants.md. Used by device groups.
   */
  | 'REQUEST_RULE_DEVICE_GROUPS'
  | 1
  /**
   * AWS IoT policies: any text without NUL.
   */
  | 'REQUEST_RULE_IOT_POLICY'
  | 2

/**
 * What a request must look like before grants are asked. An unknown rule: everything is denied.
 */
export type RequestRule__Output = typeof RequestRule[keyof typeof RequestRule]
