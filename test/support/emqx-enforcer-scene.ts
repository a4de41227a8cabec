/**
 * The enforcer over real HTTP against an API of EMQX's kind, with the sessions of a small daemon: who is live, what a client may
 * subscribe to, and whose certificate is revoked. Time stands still but for `pass`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmqxClients, GivenCertificate } from '../../src/endpoints/emqx/emqx-ports.ts';
import { Enforcer, type EnforcerOptions } from '../../src/endpoints/emqx/enforcer.ts';
import { ManagementApi } from '../../src/endpoints/emqx/management-api.ts';
import { CertificateParser } from '../../src/identity/certificate.ts';
import { CertificateMaker, type TestCertificate } from './certificates.ts';
import { API_KEY, type FakeClient, FakeEmqxApi, type FakeEmqxApiOptions } from './fake-emqx-api.ts';
import { ManualClock } from './manual-clock.ts';

export type SceneOptions = Partial<Pick<EnforcerOptions, 'requestsPerSecond' | 'retrySeconds' | 'mostJobs'>> &
  FakeEmqxApiOptions;

export type ConnectOptions = Partial<Pick<FakeClient, 'connected' | 'subscriptions' | 'cached'>> & {
  readonly session?: boolean;
};

const maker = new CertificateMaker();
const parser = new CertificateParser();

/** Certificates are made once. */
export const devices: readonly TestCertificate[] = ['one', 'two', 'three'].map((subject) =>
  maker.make({ subject }),
);

export class EnforcerScene implements EmqxClients {
  readonly emqx: FakeEmqxApi;
  readonly enforcer: Enforcer;
  readonly clock = new ManualClock();
  readonly log: unknown[][] = [];
  readonly keyFile: string;
  readonly revoked = new Set<string>();
  /** By client id, of each session the id of its certificate. Sessions are called as their certificate unless a test calls them. */
  readonly sessions = new Map<string, Map<string, string>>();
  readonly readmissions: string[] = [];
  /** By the last walk. */
  seen: readonly string[] | undefined;
  allows: (clientId: string, filter: string) => boolean = () => true;
  verdict: (clientId: string, certificateId: string) => 'live' | 'gone' | 'unknown' | undefined = () =>
    undefined;
  random = 0.5;
  readonly #directory: string;

  private constructor(emqx: FakeEmqxApi, options: SceneOptions) {
    this.emqx = emqx;
    this.#directory = mkdtempSync(join(tmpdir(), 'emqx-api-'));
    this.keyFile = join(this.#directory, 'key');
    writeFileSync(this.keyFile, API_KEY, { mode: 0o600 });
    const write =
      (level: string) =>
      (...args: unknown[]): void => {
        this.log.push([level, ...args]);
      };
    this.enforcer = new Enforcer({
      broker: 'plant',
      api: new ManagementApi({
        url: emqx.url,
        keyFile: this.keyFile,
        caFile: undefined,
        clock: this.clock,
        warn: () => {},
      }),
      clients: this,
      parser,
      requestsPerSecond: options.requestsPerSecond ?? 1_000,
      retrySeconds: options.retrySeconds ?? 3_600,
      ...(options.mostJobs === undefined ? {} : { mostJobs: options.mostJobs }),
      clock: this.clock,
      random: () => this.random,
      logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    });
  }

  static async open(options: SceneOptions = {}): Promise<EnforcerScene> {
    return new EnforcerScene(await FakeEmqxApi.start(options), options);
  }

  async close(): Promise<void> {
    await this.enforcer.stop();
    await this.emqx.down();
    rmSync(this.#directory, { recursive: true });
  }

  /** As EMQX has it after ExHook has let it in; with `session: false` the daemon does not know it. */
  connect(
    clientId: string,
    device: TestCertificate,
    { session = true, ...more }: ConnectOptions = {},
  ): FakeClient {
    if (session) this.openSession(clientId, device);
    return this.emqx.connect(clientId, { username: usernameOf(device), ...more });
  }

  openSession(clientId: string, { id }: Pick<TestCertificate, 'id'>, name = id): void {
    const live = this.sessions.get(clientId) ?? new Map<string, string>();
    this.sessions.set(clientId, live.set(name, id));
  }

  endSession(clientId: string, name: string): void {
    this.sessions.get(clientId)?.delete(name);
  }

  /** Its sessions end, and EMQX is told. */
  revoke({ id }: TestCertificate): void {
    this.revoked.add(id);
    for (const [clientId, live] of this.sessions) {
      const ended = [...live].filter(([, certificateId]) => certificateId === id);
      for (const [name] of ended) live.delete(name);
      if (ended.length > 0) this.enforcer.kick(clientId);
    }
  }

  hasSession(clientId: string, name: string): boolean {
    return this.sessions.get(clientId)?.has(name) ?? false;
  }

  isLive(clientId: string, certificateId: string | undefined): boolean {
    const live = [...(this.sessions.get(clientId)?.values() ?? [])];
    return certificateId === undefined ? live.length > 0 : live.includes(certificateId);
  }

  maySubscribe(clientId: string, filter: string): boolean | undefined {
    return this.isLive(clientId, undefined) ? this.allows(clientId, filter) : undefined;
  }

  async readmit(clientId: string, certificate: GivenCertificate): Promise<'live' | 'gone' | 'unknown'> {
    const id = 'attributes' in certificate ? certificate.attributes.certificateId : idOf(certificate.text);
    this.readmissions.push(clientId);
    const verdict = this.verdict(clientId, id) ?? (this.revoked.has(id) ? 'gone' : 'live');
    if (verdict === 'live') this.openSession(clientId, { id });
    return verdict;
  }

  connectedAre(clientIds: ReadonlySet<string>): void {
    this.seen = [...clientIds].toSorted();
  }

  findings(): string[] {
    return this.enforcer.findings().map(({ code, severity }) => `${severity} ${code}`);
  }

  /** Time passes, and whatever that sets going on the network is over before more of it does. */
  async pass(milliseconds: number, step = 50): Promise<void> {
    const end = this.clock.monotonic() + milliseconds;
    for (;;) {
      await this.quiet();
      const left = end - this.clock.monotonic();
      if (left <= 0) return;
      this.clock.advance(Math.min(step, left));
    }
  }

  /** Until every request that is to be answered has been. */
  async quiet(): Promise<void> {
    const since = performance.now();
    for (let calm = 0; calm < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const { requestsInFlight } = this.enforcer.state();
      calm = requestsInFlight === this.emqx.held ? calm + 1 : 0;
      if (performance.now() - since > 10_000) throw new Error('the network does not come to rest');
    }
  }
}

export function usernameOf({ der }: TestCertificate): string {
  return der.toString('base64');
}

function idOf(text: string): string {
  const parsed = parser.parse(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.certificate.id;
}
