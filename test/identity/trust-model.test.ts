/**
 * Whatever is done to the clock, nothing is trusted for longer than the trust duration of real
 * time. Real time is what passes while the daemon runs; a kill may lose the minute that the clock's
 * mark is behind and the last 250 ms of confirmations, and time during which the daemon was down
 * counts when the wall clock tells of it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrustStore } from '../../src/identity/trust.ts';
import { TrustedClock } from '../../src/identity/trusted-clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryTrustPersistence } from '../support/memory-trust-persistence.ts';
import { runs } from '../support/runs.ts';

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'set' | 'restart' | 'kill'; readonly wall: number }
  | { readonly kind: 'confirm' | 'withdraw'; readonly id: string }
  | { readonly kind: 'accept' | 'flush' };

const START = Date.UTC(2026, 0, 1);
const IDS = ['a', 'b'];
const LOST_TO_A_KILL = 60_000;

const walls = fc.oneof(
  fc.constantFrom(0, START, START - 1, Date.UTC(2040, 0, 1), Date.UTC(9999, 0, 1)),
  fc.integer({ min: START - 600_000, max: START + 600_000 }),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), wall: walls }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'kill' as const), wall: walls }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('confirm' as const), id: fc.constantFrom(...IDS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('withdraw' as const), id: fc.constantFrom(...IDS) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('accept' as const, 'flush' as const) }) },
);

/** What is so, known by counting real time only. */
interface Oracle {
  /** Real time at the last confirmation, in milliseconds; absent when withdrawn or never made. */
  readonly confirmed: Map<string, number>;
  real: number;
  /** How much of real time the daemon may have forgotten. */
  lost: number;
}

class Daemon {
  readonly #persistence = new MemoryTrustPersistence();
  #clock = new ManualClock(START);
  #trustedClock!: TrustedClock;
  #trust!: TrustStore;
  #lastTrustNow = Number.NEGATIVE_INFINITY;

  async start(wall: number): Promise<void> {
    this.#clock = new ManualClock(wall);
    this.#trustedClock = await TrustedClock.open({
      clock: this.#clock,
      persistence: this.#persistence,
      buildDate: 0,
    });
    this.#trust = new TrustStore({
      persistence: this.#persistence,
      clock: this.#trustedClock,
      timer: this.#clock,
      capacity: 4,
    });
  }

  async take(step: Step, oracle: Oracle): Promise<void> {
    switch (step.kind) {
      case 'pass':
        this.#clock.advance(step.ms);
        oracle.real += step.ms;
        break;
      case 'set':
        this.#clock.setWall(step.wall);
        break;
      case 'confirm':
        expect(this.#trust.confirmCertificate(step.id, 'aws', this.#trust.ticket())).toBe(true);
        oracle.confirmed.set(step.id, oracle.real);
        break;
      case 'withdraw':
        await this.#trust.withdrawCertificate(step.id);
        oracle.confirmed.delete(step.id);
        break;
      case 'accept':
        await this.#trustedClock.accept();
        break;
      case 'flush':
        await this.#trust.flush();
        break;
      case 'restart':
        await this.#trust.stop();
        await this.#trustedClock.stop();
        await this.start(step.wall);
        break;
      case 'kill':
        oracle.lost += LOST_TO_A_KILL;
        this.#lastTrustNow = Number.NEGATIVE_INFINITY;
        await this.start(step.wall);
        break;
    }
  }

  async check(oracle: Oracle, minutes: number): Promise<void> {
    const now = this.#trustedClock.trustNow();
    expect(now).toBeGreaterThanOrEqual(this.#lastTrustNow);
    this.#lastTrustNow = now;
    for (const id of IDS) {
      const trusted = this.#trust.trusted(await this.#trust.certificate(id), minutes);
      const confirmed = oracle.confirmed.get(id);
      if (confirmed === undefined) expect(trusted, `${id} was withdrawn`).toBe(false);
      else if (trusted) expect(oracle.real - confirmed - oracle.lost).toBeLessThan(minutes * 60_000);
    }
  }
}

describe('trust, whatever happens to the clock', () => {
  it('is never kept for longer than the trust duration of real time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { maxLength: 25 }),
        fc.integer({ min: 1, max: 3 }),
        async (taken, minutes) => {
          const daemon = new Daemon();
          const oracle: Oracle = { confirmed: new Map(), real: 0, lost: 0 };
          await daemon.start(START);
          for (const step of taken) {
            await daemon.take(step, oracle);
            await daemon.check(oracle, minutes);
          }
        },
      ),
      runs(),
    );
  });

  it('is kept for the whole trust duration when the clock only goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 10 }), async (waits) => {
        const clock = new ManualClock(START);
        const persistence = new MemoryTrustPersistence();
        const trustedClock = await TrustedClock.open({ clock, persistence, buildDate: 0 });
        const trust = new TrustStore({ persistence, clock: trustedClock, timer: clock, capacity: 4 });
        trust.confirmCertificate('a', 'aws', trust.ticket());
        let elapsed = 0;
        for (const wait of waits) {
          clock.advance(wait);
          elapsed += wait;
          expect(trust.trusted(await trust.certificate('a'), 1)).toBe(elapsed < 60_000);
        }
      }),
      runs(),
    );
  });
});
