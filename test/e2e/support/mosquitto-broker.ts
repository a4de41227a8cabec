/**
 * A real Mosquitto as a child process: a TLS listener that demands client certificates, with the plugin, and whatever
 * else a scenario writes into its configuration. Everything it touches is in one temporary directory. Its server
 * certificate comes from the daemon's own PKI room. With DEVICEAUTHD_SANITIZE=1 it runs the sanitized plugin, and stopping
 * it fails when a sanitizer had something to say.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CertificateMaker } from '../../support/certificates.ts';
import { TestServerCa } from '../../support/test-server-ca.ts';
import { freePort } from './free-port.ts';
import { sanitizerEnvironment, sanitizerReports } from './mosquitto-sanitizers.ts';
import { until } from './until.ts';

const VAR = fileURLToPath(new URL('../../../var/', import.meta.url));
const SANITIZED = process.env['DEVICEAUTHD_SANITIZE'] === '1';
/** The sanitizers make everything slower; Debian's broker starts in 20 ms. */
const START_MS = 25_000;
const VALIDITY_SECONDS = 86_400;

export interface MosquittoRelease {
  readonly series: '2.0' | '2.1';
  readonly binary: string;
}

export const RELEASES: readonly MosquittoRelease[] = [
  { series: '2.0', binary: '/usr/sbin/mosquitto' },
  { series: '2.1', binary: join(VAR, 'brokers/mosquitto-2.1/sbin/mosquitto') },
];

/** The shared object that `scripts/build-plugin` left, if any. */
export function pluginFile(): string | undefined {
  const directory = join(VAR, 'build', SANITIZED ? 'mosquitto-sanitized' : 'mosquitto');
  if (!existsSync(directory)) return undefined;
  const name = readdirSync(directory).find((each) => each.endsWith('.so'));
  return name === undefined ? undefined : join(directory, name);
}

/** Why scenarios of this release cannot run here; undefined: they can. */
export function missing({ series, binary }: MosquittoRelease): string | undefined {
  if (pluginFile() === undefined) return 'the plugin is not built (scripts/build-plugin)';
  if (existsSync(binary)) return undefined;
  return series === '2.0' ? 'mosquitto is not installed' : 'not built (scripts/build-mosquitto)';
}

export interface MosquittoOptions {
  /** Path of the daemon's; empty: left out. */
  readonly socket: string;
  readonly deviceCas: readonly string[];
  /** `plugin_opt_*`, without the prefix. */
  readonly pluginOptions?: Readonly<Record<string, string>>;
  /** A second listener without TLS. */
  readonly plain?: boolean;
  /** More lines of the TLS listener. */
  readonly listener?: readonly string[];
  readonly allowAnonymous?: boolean;
  /** More lines before any other. */
  readonly settings?: readonly string[];
  /** More lines at the end, such as a bridge's. */
  readonly last?: readonly string[];
  /** Another plugin than ours. */
  readonly plugin?: string;
  /** How the configuration names the plugin, its options after it; `plugin FILE` when left out. */
  readonly load?: (file: string, options: readonly string[]) => readonly string[];
  /** The TLS listener asks for no certificate. */
  readonly asksForNone?: boolean;
  /** Files in the broker’s directory; `%/` in the configuration’s lines is that directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Empty folders there. */
  readonly folders?: readonly string[];
  /** A file in the broker’s directory to log into as well. */
  readonly logFile?: string;
  /** Who the broker becomes after its start, when root starts it; root when left out. */
  readonly user?: string;
  /** What the broker does alone. */
  readonly withoutPlugin?: boolean;
  /**
   * The plugin keeps the broker's certificate in the folder `tls`, and the listener knows the device CAs from there: by
   * `capath` or `cafile`, and whom they revoked by `crlfile`.
   */
  readonly tls?: 'capath' | 'cafile' | 'crlfile';
  /** Under the sanitizers; by default if the whole run is (DEVICEAUTHD_SANITIZE=1). */
  readonly sanitized?: boolean;
}

export class MosquittoBroker {
  readonly release: MosquittoRelease;
  readonly directory = mkdtempSync(join(tmpdir(), 'dam-'));
  readonly port: number;
  /** 0: there is no plain listener. */
  readonly plainPort: number;
  readonly configurationFile = join(this.directory, 'mosquitto.conf');
  /** False: plugins are only called when clients do something, and log nothing before. */
  ticks = true;
  /** False: there is no plugin of ours to wait for. */
  hasPlugin = true;
  #tls: string | undefined;
  readonly #serverCa: TestServerCa;
  readonly #sanitized: boolean;
  #output = '';
  #child: ChildProcess | undefined;

  private constructor(
    release: MosquittoRelease,
    serverCa: TestServerCa,
    port: number,
    plainPort: number,
    sanitized: boolean,
  ) {
    this.#sanitized = sanitized;
    this.release = release;
    this.#serverCa = serverCa;
    this.port = port;
    this.plainPort = plainPort;
  }

  static async start(release: MosquittoRelease, options: MosquittoOptions): Promise<MosquittoBroker> {
    const broker = await MosquittoBroker.prepare(release, options);
    try {
      await broker.run();
      return broker;
    } catch (error) {
      await broker.discard();
      throw error;
    }
  }

  /** Everything but the process. */
  static async prepare(release: MosquittoRelease, options: MosquittoOptions): Promise<MosquittoBroker> {
    const ca = await TestServerCa.make();
    const plainPort = options.plain === true ? await freePort() : 0;
    const sanitized = options.sanitized ?? SANITIZED;
    const broker = new MosquittoBroker(release, ca, await freePort(), plainPort, sanitized);
    await broker.#configure(options);
    return broker;
  }

  get serverCaPem(): string {
    return this.#tls === undefined
      ? this.#serverCa.certificatePem
      : readFileSync(join(this.#tls, 'ca.pem'), 'utf8');
  }

  /** Where the plugin keeps the broker's certificate. */
  get tlsDirectory(): string {
    if (this.#tls === undefined) throw new Error('the plugin does not keep the certificate of this broker');
    return this.#tls;
  }

  get deviceCas(): string {
    return readFileSync(join(this.tlsDirectory, 'device-cas.pem'), 'utf8');
  }

  /** How often it has been told to reload, by whomever. */
  get reloads(): number {
    return this.log.split('Reloading config').length - 1;
  }

  /** All it ever logged, the plugin's lines among it. */
  get log(): string {
    return this.#output;
  }

  get processId(): number {
    if (this.#child?.pid === undefined) throw new Error('mosquitto is not running');
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the process and waits until it listens. */
  async run(): Promise<void> {
    const from = this.#output.length;
    const child = this.#spawn();
    const running = await until(
      'mosquitto runs or ends',
      () =>
        /mosquitto version \S+ running/.test(this.#output.slice(from)) || (this.running ? undefined : 'no'),
      START_MS,
    );
    if (running === true) return;
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    throw new Error(`mosquitto did not start (${how}):\n${this.#reports().join('\n')}\n${this.log}`);
  }

  /** For configurations that must not work: the exit code. */
  async runToItsEnd(): Promise<number | null> {
    const child = this.#spawn();
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    await once(child, 'close');
    clearTimeout(timer);
    return child.exitCode;
  }

  /** Resolves with the match once the broker has logged that. */
  async logged(pattern: RegExp, from = 0, withinMs?: number): Promise<RegExpExecArray> {
    return await until(
      `the broker logs ${pattern}`,
      () => pattern.exec(this.#output.slice(from)) ?? undefined,
      withinMs,
    );
  }

  /** The plugin has reached the daemon; before, it may refuse devices for that. */
  async inStep(): Promise<void> {
    await this.logged(/deviceauthd: in step with the daemon/);
  }

  /** As `systemctl reload mosquitto` does; resolves when all of it is done. */
  async reload(): Promise<void> {
    const from = this.#output.length;
    this.#child?.kill('SIGHUP');
    await this.#whileNudged(this.logged(/Reloading config/, from));
  }

  /** Another server certificate of the same CA, in the same files. */
  async renewServerCertificate(): Promise<void> {
    const issued = await this.#serverCa.issue(['127.0.0.1'], VALIDITY_SECONDS);
    writeFileSync(join(this.directory, 'server.key'), issued.privateKeyPem, { mode: 0o600 });
    writeFileSync(join(this.directory, 'server.pem'), issued.certificatePem);
  }

  /** Ends the process as systemd does; it keeps its sessions on disk. Fails if it crashed or leaked. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const endedByItself = !this.running;
    if (this.running) {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      // One that comes before the broker's loop begins is lost.
      const again = setInterval(() => child.kill('SIGTERM'), 1000);
      await this.#whileNudged(closed);
      clearInterval(again);
    }
    this.#child = undefined;
    if (child.exitCode === 0 && !endedByItself) {
      this.#checkReports();
      return;
    }
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    const when = endedByItself ? 'by itself' : 'badly';
    throw new Error(`mosquitto ended ${when} (${how}):\n${this.#reports().join('\n')}\n${tail(this.log)}`);
  }

  /** What the sanitizers had to say so far. */
  #reports(): string[] {
    return this.#sanitized ? sanitizerReports(this.log, this.release.binary) : [];
  }

  #checkReports(): void {
    const reports = this.#reports();
    if (reports.length > 0) throw new Error(`the sanitizers say of mosquitto:\n${reports.join('\n\n')}`);
  }

  /**
   * A signal that reaches 2.1 just before it goes to sleep is seen when it wakes, which on an idle broker may be seconds
   * later (there is no plugin in that): a connection wakes it.
   */
  async #whileNudged<T>(done: Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      connectTcp(this.port, '127.0.0.1', function (this: Socket) {
        this.destroy();
      }).on('error', () => {});
    }, 200);
    try {
      return await done;
    } finally {
      clearInterval(timer);
    }
  }

  async restart(): Promise<void> {
    await this.end();
    await this.run();
  }

  async stop(): Promise<void> {
    try {
      await this.end();
    } finally {
      this.#remove();
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** However it stands with it; but what the sanitizers reported by then is not passed over. */
  async discard(): Promise<void> {
    await this.kill();
    try {
      this.#checkReports();
    } finally {
      this.#remove();
    }
  }

  /** What the process needs of its environment. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...(this.#sanitized ? sanitizerEnvironment() : {}) };
  }

  #remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const child = spawn(this.release.binary, ['-c', this.configurationFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.environment,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#output += data.toString();
      });
    }
    return child;
  }

  async #configure(options: MosquittoOptions): Promise<void> {
    const { directory } = this;
    const file = (name: string) => join(directory, name);
    this.hasPlugin = options.withoutPlugin !== true;
    this.ticks = options.settings?.includes('per_listener_settings true') !== true;
    await this.renewServerCertificate();
    // A listener that demands certificates must know some CA.
    const cas =
      options.deviceCas.length > 0 ? options.deviceCas : [new CertificateMaker().ca('nobody’s').pem];
    writeFileSync(file('device-cas.pem'), cas.join('\n'));
    mkdirSync(file('data'));
    const socket = options.socket === '' ? {} : { socket: options.socket };
    if (options.tls !== undefined) {
      this.#tls = file('tls');
      mkdirSync(this.#tls, { mode: 0o750 });
    }
    const crls = options.tls === 'crlfile' ? { tls_crls: 'keep' } : {};
    const tls = this.#tls === undefined ? {} : { tls_dir: this.#tls, ...crls };
    const pluginOptions = Object.entries({ ...socket, ...tls, ...options.pluginOptions });
    const own = options.plugin ?? pluginFile() ?? '';
    const copy = file('plugin.so');
    // Wherever this checkout is, another user may have no way to it.
    if (options.user !== undefined) copyFileSync(own, copy);
    const load = options.load ?? ((plugin, its) => [`plugin ${plugin}`, ...its]);
    const plugin = load(
      options.user === undefined ? own : copy,
      pluginOptions.map(([name, value]) => `plugin_opt_${name} ${value}`),
    );
    const lines = [
      // `per_listener_settings` has to come first.
      ...(options.settings ?? []),
      ...(process.getuid?.() === 0 ? [`user ${options.user ?? 'root'}`] : []),
      'log_dest stderr',
      ...(options.logFile === undefined ? [] : [`log_dest file ${file(options.logFile)}`]),
      'log_type all',
      'log_timestamp false',
      'set_tcp_nodelay true',
      'persistence true',
      `persistence_location ${file('data')}/`,
      'max_queued_messages 100000',
      `listener ${this.port} 127.0.0.1`,
      `allow_anonymous ${options.allowAnonymous === true}`,
      ...certificateLines(directory, options.tls),
      ...(options.asksForNone === true ? [] : ['require_certificate true']),
      ...(options.listener ?? []),
      ...(options.withoutPlugin === true ? [] : plugin),
      ...(this.plainPort === 0 ? [] : [`listener ${this.plainPort} 127.0.0.1`]),
      ...(options.last ?? []),
    ];
    for (const name of options.folders ?? []) mkdirSync(file(name));
    for (const [name, content] of Object.entries(options.files ?? {})) this.file(name, content);
    writeFileSync(this.configurationFile, `${lines.join('\n').replaceAll('%/', `${directory}/`)}\n`);
    if (options.user !== undefined) execFileSync('chown', ['-R', `${options.user}:`, directory]);
  }

  /** A file in its directory, readable by whoever the broker becomes. */
  file(name: string, content: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, content, { mode: 0o644 });
    return path;
  }

  /** Adds lines; they hold at the next start, or the next reload where Mosquitto takes them then. */
  configureMore(...lines: string[]): void {
    appendFileSync(this.configurationFile, `${lines.join('\n')}\n`);
  }

  /** Takes that many lines away from the end. */
  configureLess(count: number): void {
    const lines = readFileSync(this.configurationFile, 'utf8').trimEnd().split('\n');
    writeFileSync(this.configurationFile, `${lines.slice(0, -count).join('\n')}\n`);
  }
}

function certificateLines(directory: string, tls: MosquittoOptions['tls']): string[] {
  const own = tls === undefined ? directory : join(directory, 'tls');
  return [
    `certfile ${join(own, 'server.pem')}`,
    `keyfile ${join(own, 'server.key')}`,
    tls === 'capath' ? `capath ${join(own, 'device-cas')}` : `cafile ${join(own, 'device-cas.pem')}`,
    ...(tls === 'crlfile' ? [`crlfile ${join(own, 'device-cas.crl')}`] : []),
  ];
}

function tail(text: string): string {
  return text.split('\n').slice(-40).join('\n');
}
