// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * For brokers that load a key store (Java's).
 */
export interface Pkcs12Options {
  /**
   * Required: 6 to 128 printable ASCII characters. Encrypts the store.
   */
  'password'?: (string);
  /**
   * Name of the entry; empty: "deviceauthd".
   */
  'alias'?: (string);
}

/**
 * For brokers that load a key store (Java's).
 */
export interface Pkcs12Options__Output {
  /**
   * Required: 6 to 128 printable ASCII characters. Encrypts the store.
   */
  'password': (string);
  /**
   * Name of the entry; empty: "deviceauthd".
   */
  'alias': (string);
}
