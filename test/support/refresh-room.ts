import type { Confirmations } from '../../src/identity/confirmations.ts';
import { BackgroundRefresh } from '../../src/identity/refresh/background-refresh.ts';
import type { Associations, RefreshSettings, Surroundings } from '../../src/identity/refresh/ports.ts';
import { CertificateMaker, type TestCertificate } from './certificates.ts';
import { IdentityRoom, type IdentityRoomOptions } from './identity-room.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryTrustPersistence } from './memory-trust-persistence.ts';
import { ScriptedVerifier } from './scripted-verifier.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const USUAL: RefreshSettings = {
  intervalHours: 24,
  forgetUnassociated: false,
  questionsPerSecond: 0,
  clockSkewSeconds: 0,
  trustDurationMinutes: 7 * 24 * 60,
};

/** The network between the verifier and us, which is known to be down as soon as it is. */
export class ManualNetwork implements Surroundings {
  isBusy = false;
  /** Whether anybody knows that the verifier is out of reach. */
  isKnown = true;
  readonly #verifier: ScriptedVerifier;
  readonly #listeners = new Set<() => void>();

  constructor(verifier: ScriptedVerifier) {
    this.#verifier = verifier;
  }

  busy(): boolean {
    return this.isBusy;
  }

  down(): boolean {
    return this.isKnown && this.#verifier.network === 'down';
  }

  onUp(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(network: 'up' | 'down'): void {
    const came = network === 'up' && this.#verifier.network === 'down';
    this.#verifier.network = network;
    if (came) for (const tell of [...this.#listeners]) tell();
  }
}

export interface RefreshRoomOptions extends Omit<IdentityRoomOptions, 'verifier' | 'clock'> {
  readonly refresh?: Partial<RefreshSettings>;
  readonly associations?: Associations;
  readonly pageSize?: number;
}

/** The identity room with its background refresh; what is on disk and what the cloud has outlives a restart. */
export class RefreshRoom {
  readonly clock = new ManualClock();
  readonly verifier = new ScriptedVerifier({ clock: this.clock });
  readonly network = new ManualNetwork(this.verifier);
  readonly persistence: MemoryTrustPersistence;
  /** Lines of the log. */
  readonly logged: { readonly fields: object; readonly message: string }[] = [];
  settings: RefreshSettings;
  readonly #options: RefreshRoomOptions;
  #identity: IdentityRoom | undefined;
  #refresh: BackgroundRefresh | undefined;

  private constructor(options: RefreshRoomOptions) {
    this.#options = options;
    this.persistence = options.persistence ?? new MemoryTrustPersistence();
    this.settings = { ...USUAL, ...options.refresh };
  }

  static async open(options: RefreshRoomOptions = {}): Promise<RefreshRoom> {
    const room = new RefreshRoom(options);
    await room.start();
    return room;
  }

  get identity(): IdentityRoom {
    if (this.#identity === undefined) throw new Error('the room is not open');
    return this.#identity;
  }

  get refresh(): BackgroundRefresh {
    if (this.#refresh === undefined) throw new Error('the room is not open');
    return this.#refresh;
  }

  get confirmations(): Confirmations {
    return this.identity.authenticator.confirmations;
  }

  async start(): Promise<void> {
    const { persistence, verifier, clock } = this;
    const note = (fields: object, message: string): void => {
      this.logged.push({ fields, message });
    };
    this.#identity = await IdentityRoom.open({
      ...this.#options,
      persistence,
      verifier,
      clock,
      settings: { trustDurationMinutes: this.settings.trustDurationMinutes, ...this.#options.settings },
    });
    this.#refresh = new BackgroundRefresh({
      persistence,
      trust: this.#identity.trust,
      confirmations: this.confirmations,
      clock: this.#identity.trustedClock,
      timer: clock,
      settings: () => this.settings,
      surroundings: this.network,
      associations: this.#options.associations,
      pageSize: this.#options.pageSize,
      log: { warn: note, error: note },
    });
    this.#refresh.start();
  }

  async stop(): Promise<void> {
    await this.#refresh?.stop();
    await this.#identity?.stop();
  }

  /** As after a kill: nothing is written any more, and what was not written is lost. */
  async kill(): Promise<void> {
    this.persistence.failing = true;
    await this.stop();
    this.persistence.failing = false;
    await this.start();
  }

  /** Time passes, a step after the other, and whatever it lets happen happens. */
  async passes(milliseconds: number, step = 60_000): Promise<void> {
    for (let left = milliseconds; left > 0; left -= step) {
      this.clock.advance(Math.min(step, left));
      await drained();
    }
  }

  /** A device that the cloud knows, and that has connected. */
  async connected(certificate: TestCertificate, ...things: readonly string[]): Promise<void> {
    this.verifier.setCertificate(certificate.id, 'active');
    for (const thing of things) {
      this.verifier.attach(certificate.id, thing);
      const result = await this.identity.authenticate(thing, certificate.pem);
      if (result.kind !== 'authenticated') throw new Error(`${thing} was not let in`);
    }
    await this.identity.trust.flush();
  }

  /** What the verifier was asked since it was last looked at, as `certificate aa` or `attachment aa pump`. */
  asked(names: Readonly<Record<string, TestCertificate>>): readonly string[] {
    const nameOf = (id = ''): string => Object.keys(names).find((name) => names[name]?.id === id) ?? id;
    const calls = this.verifier.calls.splice(0);
    return calls.map(({ about, certificateId, thingName = '' }) =>
      `${about} ${nameOf(certificateId)} ${thingName}`.trim(),
    );
  }
}

/** Everything that needs no timer has happened. */
export async function drained(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Certificates in the order in which a refresh meets them. */
export function certificatesInOrder(count: number): readonly TestCertificate[] {
  const maker = new CertificateMaker();
  const made = Array.from({ length: count }, (_, index) => maker.make({ subject: `device ${index}` }));
  return made.sort((a, b) => (a.id < b.id ? -1 : 1));
}
