import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDue, rotationTime } from '../../../src/pki/server-certificates/rotation.ts';
import { runs } from '../../support/runs.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 1, 28);

describe('a certificate of seven days', () => {
  const made = (remaining: number) => ({ issuedAt: NOW + remaining - 7 * DAY, notAfter: NOW + remaining });

  it.each([
    ['CE-011: a second less than a day is left', DAY - 1_000, true],
    ['CE-012: two days are left', 2 * DAY, false],
    ['CE-013: exactly a day is left', DAY, false],
  ])('%s', (_name, remaining, expected) => {
    expect(isDue(made(remaining), NOW)).toBe(expected);
  });
});

describe('a certificate of a day or less (CE-014)', () => {
  it.each([60, 3600, 86_400])(
    'of %s seconds is renewed at two thirds of its life, not at every look',
    (seconds) => {
      const life = { issuedAt: NOW, notAfter: NOW + seconds * 1_000 };
      expect(rotationTime(life)).toBe(NOW + Math.ceil((seconds * 2_000) / 3));
      expect(isDue(life, NOW + 30_000)).toBe(false);
      expect(isDue(life, life.notAfter - 1)).toBe(true);
    },
  );
});

it('any certificate is renewed once in at least two thirds of its life, and before it ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 30 * 86_400 }), (seconds) => {
      const life = { issuedAt: NOW, notAfter: NOW + seconds * 1_000 };
      const at = rotationTime(life);
      expect(at - NOW).toBeGreaterThanOrEqual((seconds * 2_000) / 3);
      expect(at).toBeLessThan(life.notAfter);
      expect(at).toBeGreaterThanOrEqual(life.notAfter - DAY);
    }),
    runs(),
  );
});
