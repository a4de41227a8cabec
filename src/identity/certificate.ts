// Replaced by the identity room's implementation; this states the shape other rooms rely on.
export interface DeviceCertificate {
  /** Lower-case hex SHA-256 of the DER. */
  readonly id: string;
  readonly pem: string;
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hex, as OpenSSL prints it. */
  readonly serialNumber: string;
  /** The last common name of the subject, or undefined. */
  readonly commonName: string | undefined;
  /** "RSA 2048", "EC prime256v1". */
  readonly key: string;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Is the signature this issuer's (key and name), whose PEM is given? */
  isIssuedBy(issuerPem: string): boolean;
}
