import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpiryQueue } from '../../src/sessions/expiry-queue.ts';
import { CertificateSessions } from '../../src/sessions/session.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';

const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('add' as const), lifetime: fc.integer({ min: 0, max: 100 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40 }) }),
  },
);

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
const begin = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 });

describe('the queue of certificates', () => {
  it('gives each one up at its time, whatever came and went before, and none earlier', () => {
    fc.assert(
      fc.property(begin, fc.array(command, { maxLength: 30 }), (lifetimes, more) => {
        const commands: Command[] = [
          ...lifetimes.map((lifetime) => ({ kind: 'add' as const, lifetime })),
          ...more,
        ];
        const clock = new ManualClock(0);
        const expired = new Set<CertificateSessions>();
        const queue = new ExpiryQueue({ clock, trusted: clock, onExpired: (one) => expired.add(one) });
        let expected: CertificateSessions[] = [];
        for (const [at, action] of commands.entries()) {
          if (action.kind === 'add') {
            const certificate = certificateUntil(`${at}`, clock.now() + action.lifetime);
            expected.push(certificate);
            queue.add(certificate);
            queue.add(certificate);
          } else if (action.kind === 'remove') {
            const certificate = expected[action.which];
            if (certificate === undefined) continue;
            queue.remove(certificate);
            queue.remove(certificate);
            expected = expected.filter((other) => other !== certificate);
          } else {
            clock.advance(action.ms);
            const due = expected.filter(({ notAfter }) => notAfter < clock.now());
            expected = expected.filter(({ notAfter }) => notAfter >= clock.now());
            expect(expired).toEqual(new Set(due));
            expired.clear();
          }
        }
        clock.advance(1_000);
        expect(expired).toEqual(new Set(expected));
      }),
      runs(),
    );
  });

  it('sets no timer when it is empty, and stops when told', () => {
    const clock = new ManualClock(0);
    const expired: string[] = [];
    const queue = new ExpiryQueue({ clock, trusted: clock, onExpired: ({ id }) => expired.push(id) });
    queue.add(certificateUntil('a', 10));
    queue.stop();
    clock.advance(100);
    expect(expired).toEqual([]);
    queue.check();
    expect(expired).toEqual(['a']);
  });
});

function certificateUntil(id: string, notAfter: number): CertificateSessions {
  return new CertificateSessions({ id, issuer: '', serialNumber: '', notAfter, pem: '' });
}
