import type { GivenAddress, HostAddressStore } from '../../src/connectivity/host-address-store.ts';

/** A disk that outlives the room, and that can be full. */
export class MemoryHostAddresses implements HostAddressStore {
  readonly kept = new Map<string, readonly GivenAddress[]>();
  writes = 0;
  full = false;

  async load(): Promise<ReadonlyMap<string, readonly GivenAddress[]>> {
    return new Map(this.kept);
  }

  async replace(source: string, addresses: readonly GivenAddress[]): Promise<void> {
    this.writes += 1;
    if (this.full) throw new Error('the disk is full');
    this.kept.set(source, addresses);
  }
}
