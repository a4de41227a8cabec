import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitize } from '../../src/telemetry/sanitize.ts';
import { runs } from '../support/runs.ts';

describe('Text from outside', () => {
  it('cannot begin a new line, move the cursor or turn the reading direction', () => {
    expect(sanitize('a\nb')).toBe('a\\u{a}b');
    expect(sanitize('\u001b[2Jgone')).toBe('\\u{1b}[2Jgone');
    expect(sanitize('\u202eevil\u2028')).toBe('\\u{202e}evil\\u{2028}');
    expect(sanitize('half \ud800 a pair')).toBe('half \\u{d800} a pair');
    expect(sanitize('Gerät 温度 😀')).toBe('Gerät 温度 😀');
  });

  it('is short and printable, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const safe = sanitize(text, 100);
        expect(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(safe)).toBe(false);
        expect(safe.isWellFormed()).toBe(true);
        expect(safe.length).toBeLessThanOrEqual(101 * 10);
      }),
      runs(),
    );
  });
});
