// Original file: proto/deviceauth/v1/admin.proto


export interface HostAddress {
  /**
   * DNS name or IP address.
   */
  'address'?: (string);
  /**
   * Of its MQTT broker.
   */
  'port'?: (number);
  /**
   * "configuration", "interfaces", or the name under which something else gave it.
   */
  'source'?: (string);
}

export interface HostAddress__Output {
  /**
   * DNS name or IP address.
   */
  'address': (string);
  /**
   * Of its MQTT broker.
   */
  'port': (number);
  /**
   * "configuration", "interfaces", or the name under which something else gave it.
   */
  'source': (string);
}
