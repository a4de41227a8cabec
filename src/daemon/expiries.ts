/** What of this daemon expires, and what its operator is to do about each. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Configuration } from '../config/load.ts';
import type { ConfigurationWatcher } from '../config/watcher.ts';
import { isUnix } from '../endpoints/listeners/listener-config.ts';
import type { RegistryStore } from '../identity/registry/store.ts';
import type { DeviceCa } from '../pki/authorities/device-ca-store.ts';
import type { ServerCaControl, ServerCertificateControl } from '../pki/certificates-api.ts';
import type { Expiring, ExpiryWatch } from '../telemetry/expiry-watch.ts';

export interface ExpiryParts {
  readonly serverCa: Pick<ServerCaControl, 'state'>;
  readonly serverCertificates: Pick<ServerCertificateControl, 'list'>;
  readonly deviceCas: { list(): Promise<readonly DeviceCa[]> };
  readonly listeners: () => Configuration['listeners'];
  /** The file of the core device's certificate; undefined: there is none. */
  readonly coreFile: () => string | undefined;
}

const FILE_OF_CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export class Expiries {
  readonly #parts: ExpiryParts;
  #deviceCas: readonly Expiring[] = [];
  #files: readonly Expiring[] = [];

  constructor(parts: ExpiryParts) {
    this.#parts = parts;
  }

  /** Reads again what cannot be looked up at once. A file that cannot be read is told of by its listener. */
  async refresh(): Promise<void> {
    this.#deviceCas = (await this.#parts.deviceCas.list()).map(deviceCa);
    const core = coreOf(this.#parts.coreFile());
    this.#files = (await Promise.all([core, ...Object.entries(this.#parts.listeners()).map(filesOf)])).flat();
  }

  all(): readonly Expiring[] {
    return [...this.#serverCas(), ...this.#deviceCas, ...this.#files, ...this.#serverCertificates()];
  }

  #serverCas(): readonly Expiring[] {
    const { current, next, custom } = this.#parts.serverCa.state();
    const remedy = custom
      ? 'after that no device can verify a broker; put its successor where certificateAuthority points, in time for devices to fetch it.'
      : 'after that no device can verify a broker; `deviceauthctl ca rotate` announces a new one, if none is announced.';
    return [
      ...(current === undefined
        ? []
        : [
            {
              kind: 'server-ca' as const,
              name: '',
              notAfter: current.notAfter,
              what: `The server CA ${current.certificateId.slice(0, 16)}`,
              remedy,
            },
          ]),
      ...(next === undefined
        ? []
        : [
            {
              kind: 'server-ca-next' as const,
              name: '',
              notAfter: next.notAfter,
              what: `The announced server CA ${next.certificateId.slice(0, 16)}`,
              remedy: '`deviceauthctl ca rotate --cancel` drops it; announce one that lasts.',
            },
          ]),
    ];
  }

  /** One that nobody listens for is not renewed, and need not be. */
  #serverCertificates(): readonly Expiring[] {
    return this.#parts.serverCertificates.list().flatMap(({ name, certificate, rotatesAt, subscribers }) => {
      if (certificate === undefined || subscribers === 0) return [];
      const { notAfter } = certificate;
      return {
        kind: 'server-certificate' as const,
        name,
        notAfter,
        what: `The server certificate ${name}`,
        remedy:
          'devices cannot connect to its broker after that; `deviceauthctl certificate server list` says what is in the way, `certificate server rotate` tries again.',
        // With rotation disabled it ends when it ends, as the operator wanted.
        renewsAt: rotatesAt ?? notAfter,
      };
    });
  }
}

function deviceCa({ name, notAfter, localKey }: DeviceCa): Expiring {
  const remedy = localKey
    ? '`deviceauthctl ca create` makes another, whose certificates its devices must get before.'
    : 'get a new certificate of it from whoever has its key, and register that with `deviceauthctl ca register`.';
  return {
    kind: 'device-ca',
    name,
    notAfter,
    what: `The device CA ${name}`,
    remedy: `after that brokers refuse its devices; ${remedy}`,
  };
}

async function filesOf([name, config]: [string, Configuration['listeners'][string]]): Promise<Expiring[]> {
  if (isUnix(config) || config.tls === undefined) return [];
  const { certificateFile, clientCaFile } = config.tls;
  const renew = (file: string): string => `renew ${file}, then reload the configuration.`;
  const [own, clients] = await Promise.all([firstEnd(certificateFile), firstEnd(clientCaFile)]);
  const files: Expiring[] = [];
  if (own !== undefined) {
    files.push({
      kind: 'listener',
      name,
      notAfter: own,
      what: `The certificate of listener ${name}`,
      remedy: `after that its broker cannot call; ${renew(certificateFile)}`,
    });
  }
  if (clients !== undefined) {
    files.push({
      kind: 'listener-client-ca',
      name,
      notAfter: clients,
      what: `The client CA of listener ${name}`,
      remedy: `after that its broker cannot call; ${renew(clientCaFile)}`,
    });
  }
  return files;
}

async function coreOf(file: string | undefined): Promise<Expiring[]> {
  const notAfter = file === undefined ? undefined : await firstEnd(file);
  if (notAfter === undefined) return [];
  const remedy = `after that AWS does not know this host; put a new one and its key in place of ${file}, then reload the configuration.`;
  return [{ kind: 'core', name: '', notAfter, what: 'The certificate of this core device', remedy }];
}

/** Of several certificates in a file, the one that ends first. Undefined when none can be read. */
async function firstEnd(file: string): Promise<number | undefined> {
  try {
    const pems = (await readFile(file, 'utf8')).match(FILE_OF_CERTIFICATES) ?? [];
    const ends = pems.map((pem) => new X509Certificate(pem).validToDate.getTime());
    return ends.length === 0 ? undefined : Math.min(...ends);
  } catch {
    return undefined;
  }
}

export interface WatchParts {
  readonly expiries: Expiries;
  readonly expiryWatch: ExpiryWatch;
  readonly registry: Pick<RegistryStore, 'onChange'>;
  readonly certificates: { readonly ca: { onChange(listener: () => void): () => void } };
  readonly configuration: Pick<ConfigurationWatcher, 'onReload'>;
  readonly clock: Clock;
  readonly logger: { error(fields: Readonly<Record<string, unknown>>, message: string): void };
}

const HOUR = 3_600_000;

/** Looks now, every hour, and when a CA or a file may have changed. The answer stops it. */
export async function watchExpiries(parts: WatchParts): Promise<() => void> {
  const { expiries, expiryWatch, registry, certificates, configuration, clock, logger } = parts;
  let cancel = (): void => {};
  const again = (): void => {
    expiries
      .refresh()
      .then(() => expiryWatch.look())
      .catch((err: unknown) => logger.error({ err }, 'what expires could not be looked up'));
  };
  const hourly = (): void => {
    cancel = clock.after(HOUR, () => {
      again();
      hourly();
    });
  };
  await expiries.refresh();
  expiryWatch.look();
  hourly();
  const stops = [
    registry.onChange((change) => {
      if (change.kind === 'device-cas') again();
    }),
    certificates.ca.onChange(() => expiryWatch.look()),
    configuration.onReload(again),
  ];
  return () => {
    cancel();
    for (const stop of stops) stop();
  };
}
