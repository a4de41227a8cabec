import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkClientId, isThingName } from '../../src/identity/client-id.ts';
import { runs } from '../support/runs.ts';

describe('a client id under the rule "exact"', () => {
  it.each(['a', 'pump-1', 'AZaz09:_-', 'x'.repeat(128)])('may be the thing name %s', (clientId) => {
    expect(checkClientId(clientId, 'exact')).toBeUndefined();
  });

  it.each(['Thing!', 'a b', 'a/b', 'a\n', '\na', 'é', 'a\0', '*', `${'$'}{x}`, '\ud800'])(
    'may not be %j',
    (clientId) => {
      expect(checkClientId(clientId, 'exact')?.reason).toBe('CLIENT_ID_INVALID');
    },
  );
});

describe('a client id under the rule "any"', () => {
  it.each(['pump 1', 'é日本', '💡', '*', '?', `${'$'}{iot:ClientId}`, '!'.repeat(128), '💡'.repeat(128)])(
    'may be %s',
    (clientId) => {
      expect(checkClientId(clientId, 'any')).toBeUndefined();
    },
  );

  it.each(['a/b', 'a+', '#', 'a\0', 'a\n', '\u007f', '\u0085', 'a\ud800', '\udc00b'])(
    'may not be %j',
    (clientId) => {
      expect(checkClientId(clientId, 'any')?.reason).toBe('CLIENT_ID_INVALID');
    },
  );
});

describe.each(['exact', 'any'] as const)('a client id, whatever the rule (%s)', (rule) => {
  it('may not be empty', () => {
    expect(checkClientId('', rule)?.reason).toBe('CLIENT_ID_INVALID');
  });

  it.each(['x'.repeat(129), 'x'.repeat(1_000_000), '💡'.repeat(129)])(
    'may not be longer than 128',
    (clientId) => {
      expect(checkClientId(clientId, rule)?.reason).toBe('CLIENT_ID_TOO_LONG');
    },
  );

  it('is right or refused with a reason, and is never text that could change a topic', () => {
    const units = fc.constantFrom('binary', 'grapheme', 'binary-ascii');
    const texts = units.chain((unit) => fc.string({ unit, maxLength: 140 }));
    fc.assert(
      fc.property(texts, (text) => {
        const refusal = checkClientId(text, rule);
        if (refusal !== undefined) {
          expect(refusal.message).not.toBe('');
          return;
        }
        expect([...text].length).toBeGreaterThan(0);
        expect([...text].length).toBeLessThanOrEqual(128);
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
        for (const forbidden of ['\0', '\n', '+', '#', '/']) expect(text).not.toContain(forbidden);
        if (rule === 'exact') expect(isThingName(text)).toBe(true);
      }),
      runs(),
    );
  });
});
