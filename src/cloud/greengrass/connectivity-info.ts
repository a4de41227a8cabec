/** What AWS calls a core's connectivity information: addresses by which devices reach it. */

export interface ConnectivityAddress {
  /** Unique in its list. */
  readonly id: string;
  /** A DNS name or an IP address, as the operator or a core wrote it. */
  readonly hostAddress: string;
  readonly portNumber: number;
  readonly metadata: string;
}
