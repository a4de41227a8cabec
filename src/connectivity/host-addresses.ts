/**
 * By which addresses devices reach this host, merged from all who know some: the configuration, the interfaces, later a
 * cloud. Always true:
 * - An address is there once, however many sources gave it and however they wrote it. Those of the configuration come first,
 *   then the interfaces', then others' by the name of their source; within a source, as it gave them.
 * - A source gives all it knows, or nothing: a list with something in it that is no host is refused whole, and what that source
 *   gave before stays, as do the others.
 * - Listeners are told after the merged set has changed, and of nothing else.
 * - What a source gave is kept on disk and is in force at the next start, until the source gives something else.
 */
import { DaemonError } from '../errors.ts';
import type { GivenAddress, HostAddressStore } from './host-address-store.ts';
import { normalizeHost } from './host-name.ts';

export const CONFIGURATION = 'configuration';
export const INTERFACES = 'interfaces';
/** More would make a certificate that constrained devices cannot take. */
export const MOST_ADDRESSES = 100;

const FIRST_SOURCES: readonly string[] = [CONFIGURATION, INTERFACES];

export interface HostAddress {
  readonly host: string;
  readonly port: number;
  /** Who gave it; the first of several. */
  readonly source: string;
}

export interface HostAddressesOptions {
  readonly store: HostAddressStore;
  /** For those that came without one; read each time it is asked for. */
  readonly port: () => number;
  /** What a listener threw. It keeps nobody else from being told. */
  readonly onListenerError: (error: unknown) => void;
}

export class HostAddresses {
  readonly #options: HostAddressesOptions;
  readonly #sources: Map<string, readonly GivenAddress[]>;
  readonly #listeners = new Set<{ readonly tell: () => void }>();
  /** Sources that are not on disk as they are here. */
  readonly #unwritten = new Set<string>();

  /** With what was given in earlier lives. Rejects when that cannot be read. */
  static async open(options: HostAddressesOptions): Promise<HostAddresses> {
    return new HostAddresses(options, await options.store.load());
  }

  private constructor(options: HostAddressesOptions, sources: ReadonlyMap<string, readonly GivenAddress[]>) {
    this.#options = options;
    this.#sources = new Map(sources);
  }

  current(): readonly HostAddress[] {
    const standard = this.#options.port();
    const merged = new Map<string, HostAddress>();
    for (const source of this.#inOrder()) {
      for (const { host, port = standard } of this.of(source)) {
        const key = `${host} ${port}`;
        if (!merged.has(key)) merged.set(key, { host, port, source });
      }
    }
    return [...merged.values()];
  }

  /** Each name and address once, whatever its ports: what a certificate says. */
  hosts(): readonly string[] {
    return [...new Set(this.current().map(({ host }) => host))];
  }

  /** What one source gave last. */
  of(source: string): readonly GivenAddress[] {
    return this.#sources.get(source) ?? [];
  }

  /** The answer ends it. */
  onChange(listener: () => void): () => void {
    const entry = { tell: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /**
   * All that this source knows now; nothing: it is forgotten. In force, and told, when this returns; resolves when it is on
   * disk. Rejects with INVALID_ARGUMENTS, which changes nothing, or when it could not be written, which changes nothing for
   * this life and is tried again with the next list of that source.
   */
  async replace(source: string, addresses: readonly GivenAddress[]): Promise<void> {
    const given = unique(source, addresses);
    const before = this.#set();
    if (!isSame(given, this.of(source))) {
      this.#sources.set(source, given);
      this.#unwritten.add(source);
      if (!isSameSet(before, this.#set())) this.#tell();
    }
    if (!this.#unwritten.has(source)) return;
    await this.#options.store.replace(source, given);
    // Something newer may have been given meanwhile; the store takes them in their order.
    if (this.of(source) === given) this.#unwritten.delete(source);
  }

  #inOrder(): readonly string[] {
    const others = [...this.#sources.keys()].filter((source) => !FIRST_SOURCES.includes(source));
    return [...FIRST_SOURCES, ...others.sort()];
  }

  #set(): ReadonlySet<string> {
    return new Set(this.current().map(({ host, port }) => `${host} ${port}`));
  }

  #tell(): void {
    for (const { tell } of [...this.#listeners]) {
      try {
        tell();
      } catch (error) {
        this.#options.onListenerError(error);
      }
    }
  }
}

function unique(source: string, addresses: readonly GivenAddress[]): readonly GivenAddress[] {
  const found = new Map<string, GivenAddress>();
  for (const address of addresses) {
    const { port } = address;
    const host = normalized(source, address);
    found.set(`${host} ${port ?? ''}`, port === undefined ? { host } : { host, port });
  }
  if (found.size > MOST_ADDRESSES) {
    throw refused(
      source,
      `has ${found.size} addresses; a certificate takes ${MOST_ADDRESSES}: leave some out`,
    );
  }
  return [...found.values()];
}

function normalized(source: string, { host, port }: GivenAddress): string {
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw refused(source, `has the port ${port}; a port is 1 to 65535`);
  }
  if (host.startsWith('*')) {
    throw refused(
      source,
      `has ${JSON.stringify(host.slice(0, 140))}, which no device can connect to: name one host`,
    );
  }
  try {
    return normalizeHost(host);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw refused(source, `is refused: ${problem}; its addresses stay as they were`);
  }
}

function refused(source: string, problem: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', `the list of host addresses of "${source}" ${problem}`);
}

function isSame(a: readonly GivenAddress[], b: readonly GivenAddress[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ host, port }, index) => host === b[index]?.host && port === b[index]?.port)
  );
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}
