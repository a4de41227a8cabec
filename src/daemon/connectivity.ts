/** The connectivity room, composed: the addresses of this host from the configuration and its interfaces, and what goes wrong with them. */
import { networkInterfaces } from 'node:os';
import type { Clock } from '../clock.ts';
import type { Configuration } from '../config/load.ts';
import type { HostAddressStore } from '../connectivity/host-address-store.ts';
import { CONFIGURATION, HostAddresses, INTERFACES } from '../connectivity/host-addresses.ts';
import { InterfaceWatcher } from '../connectivity/interface-watcher.ts';
import type { Telemetry } from './telemetry.ts';

export interface ConnectivityParts {
  readonly store: HostAddressStore;
  readonly clock: Clock;
  readonly current: () => Configuration;
  readonly telemetry: Telemetry;
}

const FINDING = 'connectivity.addresses';

export class Connectivity {
  readonly addresses: HostAddresses;
  readonly #parts: ConnectivityParts;
  readonly #watcher: InterfaceWatcher;

  private constructor(addresses: HostAddresses, parts: ConnectivityParts) {
    this.addresses = addresses;
    this.#parts = parts;
    this.#watcher = new InterfaceWatcher({
      clock: parts.clock,
      read: networkInterfaces,
      settings: () => parts.current().connectivity,
      addresses,
      onProblem: (error) => this.#went(INTERFACES, error),
    });
  }

  /** What is configured and what the interfaces have is in force when it resolves. */
  static async open(parts: ConnectivityParts): Promise<Connectivity> {
    const { store, current, telemetry } = parts;
    const addresses = await HostAddresses.open({
      store,
      port: () => current().connectivity.port,
      onListenerError: (err) =>
        telemetry.logger.error({ err }, 'a change of the host addresses was not heard everywhere'),
    });
    const connectivity = new Connectivity(addresses, parts);
    connectivity.#configure();
    connectivity.#watcher.start();
    return connectivity;
  }

  /** Whenever the configuration changes. */
  applySettings(): void {
    this.#configure();
    this.#watcher.settingsChanged();
  }

  stop(): void {
    this.#watcher.stop();
  }

  #configure(): void {
    const hosts = this.#parts.current().connectivity.hosts.map((host) => ({ host }));
    this.addresses.replace(CONFIGURATION, hosts).then(
      () => this.#went(CONFIGURATION, undefined),
      (error: unknown) => this.#went(CONFIGURATION, error),
    );
  }

  #went(subject: string, error: unknown): void {
    const { findings } = this.#parts.telemetry;
    if (error === undefined) {
      findings.clear(FINDING, subject);
      return;
    }
    const problem = error instanceof Error ? error.message : String(error);
    const remedy =
      subject === INTERFACES
        ? ' Where they cannot be read (a unit without AF_NETLINK), set connectivity.interfaces: false.'
        : '';
    findings.raise({
      severity: 'WARNING',
      code: FINDING,
      subject,
      message: `The host addresses of source "${subject}" could not be taken over or kept, and are tried again: ${problem}.${remedy}`,
    });
  }
}
