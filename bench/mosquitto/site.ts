/**
 * The real daemon as a process, the certificates of everyone, and the shims of plain listeners. One site serves every
 * broker of a run; everything is in temporary directories.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { DaemonProcess } from '../../test/e2e/support/daemon-process.ts';
import type { Identity } from '../../test/e2e/support/device.ts';
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import { TestServerCa } from '../../test/support/test-server-ca.ts';
import { type BrokerOptions, type Files, MeasuredBroker } from './broker.ts';
import { buildGenerator, Generator } from './generator.ts';
import { Load, type Qos } from './load.ts';
import { connectPacket, type Endpoint } from './mqtt-connection.ts';
import { deviceGroups, type Variant, variants } from './variants.ts';

/** A server certificate of an EC P-256 CA of its own. */
export async function serverFiles(): Promise<{ files: Omit<Files, 'deviceCaPem'>; caPem: string }> {
  const ca = await TestServerCa.make();
  const issued = await ca.issue(['127.0.0.1']);
  const files = { serverCertificatePem: issued.certificatePem, serverKeyPem: issued.privateKeyPem };
  return { files, caPem: ca.certificatePem };
}

/** Secure contexts by client id, made once each: sessions are not resumed with them. */
export function secureContexts(
  caPem: string,
  identityOf: (clientId: string) => Identity,
): (clientId: string) => SecureContext {
  const made = new Map<string, SecureContext>();
  return (clientId) => {
    const known = made.get(clientId);
    if (known !== undefined) return known;
    const { certificatePem, privateKeyPem } = identityOf(clientId);
    const context = createSecureContext({ ca: caPem, cert: certificatePem, key: privateKeyPem });
    made.set(clientId, context);
    return context;
  };
}

export class Site {
  readonly variants: readonly Variant[];
  readonly daemon: DaemonProcess;
  readonly #directory = mkdtempSync(join(tmpdir(), 'das-'));
  readonly #identities: ReadonlyMap<string, Identity>;
  readonly #files: Files;
  readonly #serverCaPem: string;
  readonly #program: string;
  readonly #secureContext: (clientId: string) => SecureContext;

  private constructor(
    daemon: DaemonProcess,
    identities: ReadonlyMap<string, Identity>,
    files: Files,
    serverCaPem: string,
  ) {
    this.daemon = daemon;
    this.variants = variants(daemon.brokerSocket);
    this.#identities = identities;
    this.#files = files;
    this.#serverCaPem = serverCaPem;
    this.#secureContext = secureContexts(serverCaPem, (clientId) => this.#identity(clientId));
    this.#program = buildGenerator('load', this.#directory);
    this.#makeShims();
  }

  /** `devices`: more things that have a certificate. */
  static async open(devices: readonly string[] = []): Promise<Site> {
    const daemon = await DaemonProcess.start({ deviceGroups: deviceGroups(), log: { level: 'warn' } });
    try {
      const { certificatePem: deviceCaPem } = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      const names = variants('').flatMap(({ publisher, subscriber }) => [publisher, subscriber]);
      const identities = new Map<string, Identity>();
      for (const thingName of [...names, ...devices]) {
        const issued = await daemon.admin.call('IssueCertificate', { thingName, createThing: true });
        const { certificatePem, privateKeyPem } = issued;
        identities.set(thingName, { certificatePem, privateKeyPem });
      }
      const server = await serverFiles();
      return new Site(daemon, identities, { ...server.files, deviceCaPem }, server.caPem);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  start(
    release: MosquittoRelease,
    tls: boolean,
    variant: Variant,
    more: Pick<BrokerOptions, 'under' | 'bound'> = {},
  ): Promise<MeasuredBroker> {
    return MeasuredBroker.start({
      release,
      tls,
      files: this.#files,
      authorization: (directory) => variant.configure(release, directory),
      // Without rules too, so that it is the same for all.
      ...(tls ? {} : { environment: this.#shimEnvironment() }),
      ...more,
    });
  }

  endpoint(broker: MeasuredBroker): Endpoint {
    return { port: broker.port, secureContext: broker.tls ? this.#secureContext : undefined };
  }

  load(broker: MeasuredBroker, variant: Variant, qos: Qos): Promise<Load> {
    const identityOf = (clientId: string) => ({
      ...this.#identity(clientId),
      serverCaPem: this.#serverCaPem,
    });
    return Load.start({
      program: this.#program,
      endpoint: this.endpoint(broker),
      identityOf: broker.tls ? identityOf : undefined,
      variant,
      qos,
    });
  }

  /** Connects these devices over and over, so many at once. */
  connections(broker: MeasuredBroker, devices: readonly string[], atOnce: number): Generator {
    const directory = mkdtempSync(join(this.#directory, 'devices-'));
    writeFileSync(join(directory, 'ca.pem'), this.#serverCaPem);
    for (const [index, device] of devices.entries()) {
      const { certificatePem, privateKeyPem } = this.#identity(device);
      writeFileSync(join(directory, `${index}.pem`), certificatePem);
      writeFileSync(join(directory, `${index}.key`), privateKeyPem, { mode: 0o600 });
      writeFileSync(join(directory, `${index}.connect`), connectPacket(device));
    }
    const program = buildGenerator('connect', directory);
    return new Generator(program, [directory, broker.port, devices.length, atOnce]);
  }

  #identity(clientId: string): Identity {
    const identity = this.#identities.get(clientId);
    if (identity === undefined) throw new Error(`${clientId} has no certificate`);
    return identity;
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  #makeShims(): void {
    for (const name of ['certificate-shim', 'certificate-audit']) {
      const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
      const library = name === 'certificate-shim' ? ['-lcrypto'] : [];
      execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', this.#path(`${name}.so`), source, ...library]);
    }
    mkdirSync(this.#path('certificates'));
    for (const [clientId, { certificatePem }] of this.#identities) {
      writeFileSync(join(this.#path('certificates'), `${clientId}.pem`), certificatePem);
    }
  }

  #shimEnvironment(): Readonly<Record<string, string>> {
    return {
      // Otherwise calls between libraries would pass the linker's audit every time.
      LD_BIND_NOW: '1',
      LD_AUDIT: this.#path('certificate-audit.so'),
      LD_PRELOAD: this.#path('certificate-shim.so'),
      DEVICEAUTHD_BENCH_CERTIFICATES: this.#path('certificates'),
    };
  }
}
