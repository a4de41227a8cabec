/**
 * The addresses of this machine's interfaces, as a source of host addresses. Looked at every few seconds, because Node has no
 * word for a change. Always true:
 * - Never loopback and link-local addresses, those of excluded interfaces, or of families that are not configured.
 * - A new address counts at once; one that is gone, only after `removalDelaySeconds`. So a start before the network is up takes
 *   nothing away, and a link that comes and goes costs no certificates.
 * - What the settings exclude goes at once.
 * - Interfaces that cannot be read change nothing.
 */
import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { Clock } from '../clock.ts';
import { type HostAddresses, INTERFACES, MOST_ADDRESSES } from './host-addresses.ts';

export interface InterfaceSettings {
  /** False: none counts. */
  readonly interfaces: boolean;
  /** Names; `*` is any characters, `?` one. */
  readonly excludeInterfaces: readonly string[];
  readonly addressFamilies: readonly ('IPv4' | 'IPv6')[];
  readonly removalDelaySeconds: number;
}

export interface InterfaceWatcherOptions {
  readonly clock: Clock;
  /** `os.networkInterfaces`. */
  readonly read: () => NodeJS.Dict<readonly NetworkInterfaceInfo[]>;
  /** Read at every look. */
  readonly settings: () => InterfaceSettings;
  readonly addresses: HostAddresses;
  /** Told when something goes wrong, and with undefined once it goes right again. */
  readonly onProblem: (error: unknown) => void;
}

const LOOK_MS = 5_000;

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

export class InterfaceWatcher {
  readonly #options: InterfaceWatcherOptions;
  /** Addresses that are in force and gone, and since when. */
  readonly #missing = new Map<string, number>();
  #hasProblem = false;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(options: InterfaceWatcherOptions) {
    this.#options = options;
  }

  /** What there is now is in force when this returns. */
  start(): void {
    this.#look();
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(LOOK_MS, () => this.start());
  }

  /** Looks again at once. */
  settingsChanged(): void {
    if (!this.#stopped) this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #look(): void {
    try {
      const wanted = this.#wanted();
      this.#options.addresses
        .replace(
          INTERFACES,
          wanted.map((host) => ({ host })),
        )
        .then(
          () => this.#went(undefined),
          (error: unknown) => this.#went(error),
        );
    } catch (error) {
      this.#went(error);
    }
  }

  #went(error: unknown): void {
    if (error === undefined && !this.#hasProblem) return;
    this.#hasProblem = error !== undefined;
    this.#options.onProblem(error);
  }

  #wanted(): readonly string[] {
    const { addresses, clock, read, settings } = this.#options;
    const { interfaces, excludeInterfaces, addressFamilies, removalDelaySeconds } = settings();
    if (!interfaces) {
      this.#missing.clear();
      return [];
    }
    const excluded = excludeInterfaces.map(globOf);
    const present = new Set<string>();
    const unwanted = new Set<string>();
    for (const [name, all = []] of Object.entries(read())) {
      const isExcluded = excluded.some((pattern) => pattern.test(name));
      for (const { address, internal, family } of all) {
        const reachable = !internal && !isExcluded && !LINK_LOCAL.check(address, ipv(family));
        if (reachable && addressFamilies.includes(family)) present.add(address);
        else unwanted.add(address);
      }
    }
    const now = clock.monotonic();
    const known = addresses.of(INTERFACES).map(({ host }) => host);
    for (const host of this.#missing.keys()) if (present.has(host)) this.#missing.delete(host);
    const lingering = known.filter((host) => {
      if (present.has(host)) return false;
      if (unwanted.has(host) || !addressFamilies.includes(isIP(host) === 6 ? 'IPv6' : 'IPv4')) return false;
      const since = this.#missing.get(host) ?? now;
      this.#missing.set(host, since);
      return now - since < removalDelaySeconds * 1_000;
    });
    for (const host of this.#missing.keys()) if (!lingering.includes(host)) this.#missing.delete(host);
    return [...present, ...lingering].sort(byFamily).slice(0, MOST_ADDRESSES);
  }
}

function ipv(family: 'IPv4' | 'IPv6'): 'ipv4' | 'ipv6' {
  return family === 'IPv4' ? 'ipv4' : 'ipv6';
}

function globOf(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/** IPv4 first, so that the order does not depend on that of the interfaces. */
function byFamily(a: string, b: string): number {
  return isIP(a) - isIP(b) || (a < b ? -1 : 1);
}
