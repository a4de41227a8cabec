/**
 * Whatever happens, and in whatever order: devices connect, are revoked, the network and the clock come and go, the
 * daemon is stopped and killed. No window sees a second run, nobody known is left out, and what was withdrawn stays so.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TestCertificate } from '../../support/certificates.ts';
import { certificatesInOrder, drained, HOUR, RefreshRoom } from '../../support/refresh-room.ts';
import { runs } from '../../support/runs.ts';

type Step =
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'network'; readonly to: 'up' | 'down' }
  | { readonly kind: 'connect' | 'revoke'; readonly device: number }
  | { readonly kind: 'stop' | 'kill' }
  | { readonly kind: 'set'; readonly hours: number };

const DEVICES = certificatesInOrder(4);
const WINDOW = 2 * HOUR;
/** A run at the slowest pace takes ten minutes, looks are a quarter of an hour apart, and tries up to half an hour. */
const SLACK = HOUR;

const device = fc.nat({ max: DEVICES.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      minutes: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 10, max: 70 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('network' as const),
      to: fc.constantFrom('up' as const, 'down' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('connect' as const), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('stop' as const, 'kill' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('set' as const), hours: fc.integer({ min: -10, max: 10 }) }),
  },
);

/** What is so, counted by what really passes. */
class Model {
  readonly #room: RefreshRoom;
  /** When a question about the certificate was answered last, or it became known. */
  readonly #answered = new Map<string, { at: number; upSince: number }>();
  readonly #revoked = new Set<string>();
  /** Revoked, and the daemon has learned of it. */
  readonly #withdrawn = new Set<string>();
  readonly #windows: number[] = [];
  /** How long the network has been up, all told. */
  #up = 0;

  constructor(room: RefreshRoom) {
    this.#room = room;
    const verify = room.verifier.verifyCertificate.bind(room.verifier);
    room.verifier.verifyCertificate = (certificate, asking) => {
      const { id } = certificate;
      if (room.verifier.network === 'up') this.#note(id);
      if (room.verifier.network === 'up' && this.#revoked.has(id)) this.#withdrawn.add(id);
      return verify(certificate, asking);
    };
    const write = room.persistence.setRefreshState.bind(room.persistence);
    room.persistence.setRefreshState = async (state, mark) => {
      await write(state, mark);
      if (this.#windows.at(-1) !== state.beganAt) this.#windows.push(state.beganAt);
    };
  }

  async take(taken: Step): Promise<void> {
    const { network, verifier, clock } = this.#room;
    switch (taken.kind) {
      case 'pass':
        for (let left = taken.minutes; left > 0; left -= 10) {
          const minutes = Math.min(left, 10);
          if (verifier.network === 'up') this.#up += minutes * 60_000;
          await this.#room.passes(minutes * 60_000, minutes * 60_000);
          this.#check();
        }
        break;
      case 'network':
        network.set(taken.to);
        break;
      case 'connect':
        await this.#connect(taken.device);
        break;
      case 'revoke':
        this.#revoked.add(certificateOf(taken.device).id);
        verifier.setCertificate(certificateOf(taken.device).id, 'CERTIFICATE_REVOKED');
        break;
      case 'stop':
        await this.#room.stop();
        await this.#room.start();
        break;
      case 'kill':
        await this.#room.kill();
        break;
      case 'set':
        clock.setWall(clock.now() + taken.hours * HOUR);
        break;
    }
    await drained();
    this.#check();
  }

  async #connect(index: number): Promise<void> {
    const { id, pem } = certificateOf(index);
    const result = await this.#room.identity.authenticate(`thing${index}`, pem);
    if (this.#withdrawn.has(id)) expect(result.kind).not.toBe('authenticated');
    await this.#room.passes(250, 250);
  }

  #check(): void {
    const { certificates } = this.#room.persistence;
    for (const [index, began] of this.#windows.entries()) {
      if (index > 0) expect(began - (this.#windows[index - 1] ?? 0)).toBeGreaterThanOrEqual(WINDOW);
    }
    for (const id of this.#withdrawn) expect(certificates.has(id), 'it was withdrawn').toBe(false);
    for (const { id } of DEVICES) {
      if (!certificates.has(id)) {
        if (this.#revoked.has(id)) this.#withdrawn.add(id);
        this.#answered.delete(id);
        continue;
      }
      if (!this.#answered.has(id)) this.#note(id);
      const { at, upSince } = this.#answered.get(id) ?? { at: 0, upSince: 0 };
      const passed = this.#room.clock.monotonic() - at;
      if (this.#up - upSince < passed / 2) continue;
      expect(passed, 'it was left out').toBeLessThanOrEqual(2 * WINDOW + SLACK);
    }
  }

  #note(id: string): void {
    this.#answered.set(id, { at: this.#room.clock.monotonic(), upSince: this.#up });
  }
}

function certificateOf(index: number): TestCertificate {
  const found = DEVICES[index];
  if (found === undefined) throw new Error('no such device');
  return found;
}

it('the refresh asks about everybody, about nobody too often, and brings nothing back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40, size: 'max' }),
      fc.constantFrom(0, 1 / 60),
      async (steps, questionsPerSecond) => {
        const room = await RefreshRoom.open({
          refresh: { intervalHours: WINDOW / HOUR, questionsPerSecond },
          pageSize: 2,
        });
        for (const [index, { id }] of DEVICES.entries()) {
          room.verifier.setCertificate(id, 'active');
          room.verifier.attach(id, `thing${index}`);
        }
        const model = new Model(room);
        for (const each of steps) await model.take(each);
        await room.stop();
      },
    ),
    { ...runs(), numRuns: runs().numRuns / 10 },
  );
});
