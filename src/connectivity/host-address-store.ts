/** Where the addresses of this host survive a restart. Every call is on disk when it resolves, and rejects when it could not be. */

/** One way to reach this host, as a source gave it. */
export interface GivenAddress {
  /** A DNS name or an IP address, in the form of `normalizeHost`. */
  readonly host: string;
  /** Of the MQTT broker there; undefined: the one that is configured. */
  readonly port?: number | undefined;
}

export interface HostAddressStore {
  /** By source, each in the order in which it was given. */
  load(): Promise<ReadonlyMap<string, readonly GivenAddress[]>>;
  /** Takes the place of whatever that source had given. */
  replace(source: string, addresses: readonly GivenAddress[]): Promise<void>;
}
