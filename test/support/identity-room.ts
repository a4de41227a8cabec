import { Authenticator } from '../../src/identity/authenticator.ts';
import { CertificateParser } from '../../src/identity/certificate.ts';
import type { IdentitySettings } from '../../src/identity/confirmations.ts';
import type { IdentityObserver } from '../../src/identity/observer.ts';
import type { Revocations } from '../../src/identity/revocations.ts';
import { TrustStore } from '../../src/identity/trust.ts';
import { TrustedClock } from '../../src/identity/trusted-clock.ts';
import type { Asking, Verifier } from '../../src/identity/verifier.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryTrustPersistence } from './memory-trust-persistence.ts';

export const BUILD_DATE = Date.UTC(2025, 5, 1);

export const USUAL_SETTINGS: IdentitySettings = {
  clientIdRule: 'exact',
  clockSkewSeconds: 0,
  negativeCacheSeconds: 0,
  revalidateAfterSeconds: 60,
  trustDurationMinutes: 1,
  verificationDeadlineSeconds: 30,
};

export interface IdentityRoomOptions {
  readonly verifier: Verifier;
  readonly clock?: ManualClock;
  readonly persistence?: MemoryTrustPersistence;
  readonly settings?: Partial<IdentitySettings>;
  readonly observer?: IdentityObserver;
  readonly revocations?: Revocations;
}

/** The identity room as the daemon composes it, with a clock, a disk and a verifier that the test holds. */
export class IdentityRoom {
  readonly clock: ManualClock;
  readonly persistence: MemoryTrustPersistence;
  readonly trustedClock: TrustedClock;
  readonly trust: TrustStore;
  readonly authenticator: Authenticator;
  settings: IdentitySettings;

  private constructor(options: IdentityRoomOptions, clock: ManualClock, trustedClock: TrustedClock) {
    this.clock = clock;
    this.persistence = options.persistence ?? new MemoryTrustPersistence();
    this.trustedClock = trustedClock;
    this.settings = { ...USUAL_SETTINGS, ...options.settings };
    this.trust = new TrustStore({ persistence: this.persistence, clock: trustedClock, timer: clock });
    this.authenticator = new Authenticator({
      verifier: options.verifier,
      trust: this.trust,
      clock: trustedClock,
      timer: clock,
      parser: new CertificateParser({ capacity: 100 }),
      settings: () => this.settings,
      ...(options.observer === undefined ? {} : { observer: options.observer }),
      ...(options.revocations === undefined ? {} : { revocations: options.revocations }),
    });
  }

  static async open(options: IdentityRoomOptions): Promise<IdentityRoom> {
    const clock = options.clock ?? new ManualClock();
    const persistence = options.persistence ?? new MemoryTrustPersistence();
    const trustedClock = await TrustedClock.open({ clock, persistence, buildDate: BUILD_DATE });
    return new IdentityRoom({ ...options, persistence }, clock, trustedClock);
  }

  verify(certificatePem: string, signal: AbortSignal = patient()) {
    return this.authenticator.verifyIdentity(certificatePem, signal);
  }

  authenticate(clientId: string, certificatePem: string, signal: AbortSignal = patient()) {
    return this.authenticator.authenticate({ clientId, certificatePem }, signal);
  }

  verifyAttachment(thingName: string, certificatePem: string, signal: AbortSignal = patient()) {
    return this.authenticator.verifyAttachment({ thingName, certificatePem }, signal);
  }

  async stop(): Promise<void> {
    this.authenticator.stop();
    await this.trust.stop();
    await this.trustedClock.stop();
  }
}

/** Of a caller that waits for as long as it takes. */
export function patient(): AbortSignal {
  return new AbortController().signal;
}

/** Everything that is ready to run has run: no timer is waited for. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Of somebody who asks a verifier now, for as long as it takes. */
export function asking(signal: AbortSignal = patient()): Asking {
  return { signal, since: 0, deadline: Number.POSITIVE_INFINITY, onBehalfOf: undefined, standIn: false };
}
