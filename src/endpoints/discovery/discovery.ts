/**
 * Local discovery: an unmodified device of AWS's finds this host, its broker and the CA to trust without the internet. Opens its
 * ports, follows its server certificate, and tells the operator what keeps it from answering. Before there is a certificate
 * connections are closed.
 */
import { isIP } from 'node:net';
import type { Clock } from '../../clock.ts';
import type {
  CertificateSubscription,
  CertificateUpdate,
  ServerCertificates,
} from '../../pki/certificates-api.ts';
import type { ListenerState } from '../listeners/listener.ts';
import type { AttachmentCheck, CallObserver, Finding, Logger } from '../ports.ts';
import { DiscoveryPort, type Place } from './discovery-port.ts';
import { type DiscoveredCore, DiscoveryResource } from './discovery-resource.ts';
import { DiscoveryServer } from './discovery-server.ts';

/** The name of all its ports in `status` and in refusals, which no listener can have. */
export const DISCOVERY_LISTENER = 'discovery';

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  readonly identity: AttachmentCheck;
  readonly certificates: ServerCertificates;
  /** Asked for each answer. */
  readonly core: () => Omit<DiscoveredCore, 'caPems'>;
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  /** Sockets of systemd's, by their names. */
  readonly inherited: ReadonlyMap<string, number>;
  readonly maxConnections: number;
  readonly requestsPerSecond: () => number;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #server: DiscoveryServer;
  readonly #ports: readonly DiscoveryPort[];
  readonly #subscription: CertificateSubscription;
  readonly #openedAt: number;
  #caPems: readonly string[] = [];

  /** Whatever cannot be opened is a finding. */
  static async open(options: DiscoveryOptions): Promise<Discovery> {
    const discovery = new Discovery(options);
    await Promise.all(discovery.#ports.map((port) => port.open()));
    return discovery;
  }

  private constructor(options: DiscoveryOptions) {
    this.#options = options;
    const { clock, logger, observer, identity, maxConnections, requestsPerSecond } = options;
    this.#openedAt = clock.now();
    const resource = new DiscoveryResource({
      listener: DISCOVERY_LISTENER,
      identity,
      core: () => ({ ...options.core(), caPems: this.#caPems }),
      refused: (refusal) => observer.refused(refusal),
    });
    this.#server = new DiscoveryServer({
      listener: DISCOVERY_LISTENER,
      clock,
      logger,
      observer,
      answer: (request, signal) => resource.answer(request, signal),
      maxConnections,
      requestsPerSecond,
    });
    this.#ports = placesOf(options).map(
      (place) =>
        new DiscoveryPort({
          listener: DISCOVERY_LISTENER,
          place,
          clock,
          logger,
          accepted: (socket, port) => this.#server.accept(socket, port),
        }),
    );
    this.#subscription = options.certificates.subscribe(
      { owner: DISCOVERY_LISTENER, name: 'https', keyType: undefined },
      (update) => this.#take(update),
    );
  }

  /** Those that listen. */
  listeners(): readonly ListenerState[] {
    return this.#ports.flatMap((port) => port.state() ?? []);
  }

  findings(): readonly Finding[] {
    const found = this.#ports.flatMap((port) => port.finding() ?? []);
    if (this.#options.core().addresses.length > 0) return found;
    const message =
      'discovery answers 404 to every device: no address of this host is known; set connectivity.hosts';
    return [...found, { severity: 'WARNING', code: 'discovery.no-address', message, since: this.#openedAt }];
  }

  statuses(): ReturnType<DiscoveryServer['statuses']> {
    return this.#server.statuses();
  }

  /** Resolves when every connection is closed, at the latest soon after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#subscription.end();
    for (const port of this.#ports) port.stop();
    await this.#server.stop(graceMs);
  }

  /** What it throws is logged by who calls; the certificate before it stays. */
  #take(update: CertificateUpdate): void {
    this.#server.setCertificate(update);
    this.#caPems = update.caPems;
  }
}

function placesOf({ listen, inherited }: DiscoveryOptions): readonly Place[] {
  const hasIPv4 = (port: number) => listen.some((each) => each.port === port && isIP(each.host) === 4);
  return [
    ...[...inherited].map(([name, fd]) => ({ name, fd })),
    ...listen.map(({ host, port }) => ({
      host,
      port,
      // `::` would take the port of `0.0.0.0` too.
      ipv6Only: isIP(host) === 6 && port !== 0 && hasIPv4(port),
    })),
  ];
}
