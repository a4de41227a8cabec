import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { describeKeys } from '../../src/config/describe.ts';
import { type LoadResult, loadConfiguration } from '../../src/config/load.ts';
import { configurationSchema } from '../../src/config/schema.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { runs } from '../support/runs.ts';

/** Ten times the runs take ten times the time. */
const SOAK = 600_000;

const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -1, 1, 2 ** 31, 2 ** 31 - 1, -(2 ** 31), 1e300),
);
const scalar = fc.oneof(
  numbers,
  fc.string({ maxLength: 20 }),
  numbers.map(String),
  fc.boolean(),
  fc.constantFrom(
    null,
    '',
    'file:///x',
    '/x',
    '0660',
    'RSA_2048',
    'exact',
    'broker',
    '127.0.0.1:1',
    'localhost',
  ),
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.string(), scalar, { maxKeys: 3 }),
);

/** Documents made of keys that exist, keys nearly so, and any others. */
const paths = describeKeys().map(({ path }) => path.split('.'));
const entry = fc.record({
  path: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...paths) },
    fc.array(fc.oneof(fc.constantFrom(...paths.flat()), fc.string()), { minLength: 1, maxLength: 4 }),
  ),
  name: fc.constantFrom('a', 'b', 'constructor', 'admin'),
  value,
});
const documents = fc.array(entry, { maxLength: 6 }).map((entries) => {
  const root: Record<string, unknown> = {};
  for (const { path, name, value: inner } of entries) {
    const keys = path.map((key) => (key === '<name>' ? name : key)).filter((key) => key !== '__proto__');
    const last = keys.pop();
    if (last === undefined) continue;
    let holder = root;
    for (const key of keys) {
      const next = Object.hasOwn(holder, key) ? holder[key] : undefined;
      if (typeof next !== 'object' || next === null || Array.isArray(next)) {
        Object.defineProperty(holder, key, {
          value: {},
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
      holder = holder[key] as Record<string, unknown>;
    }
    Object.defineProperty(holder, last, {
      value: inner,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return root;
});

function expectSound(result: LoadResult): void {
  const { effective, warnings, errors } = result;
  const { certificateAuthority, ca_type, ...rest } = effective;
  const { customCA, caType, ...uris } = certificateAuthority;
  const again = configurationSchema.safeParse({
    ...rest,
    certificateAuthority: { caType: [caType], ...uris },
  });
  expect(again.error).toBeUndefined();
  expect(customCA).toBe(uris.privateKeyUri !== undefined && uris.certificateUri !== undefined);
  expect(effective.security.revalidateAfterSeconds).toBeLessThanOrEqual(
    effective.security.clientDeviceTrustDurationMinutes * 60,
  );
  for (const listener of Object.values(effective.listeners)) {
    if ('socket' in listener) expect(Number.parseInt(listener.mode, 8) & 0o002).toBe(0);
    else expect(listener.tls !== undefined || listener.insecureLoopback).toBe(true);
  }
  for (const problem of [...warnings, ...errors]) {
    const isWhole =
      Object.keys(problem).join() === 'path,value,rule' && problem.rule !== '' && problem.value !== undefined;
    const isPrintable = !/[\p{Cc}\p{Cs}]/u.test(problem.path + problem.rule);
    if (!isWhole || !isPrintable) expect.fail(JSON.stringify(problem));
  }
  expect(() => JSON.stringify(result)).not.toThrow();
}

function withoutPlaces(result: LoadResult): string {
  return JSON.stringify(result).replaceAll(/line \d+, column \d+/g, 'somewhere');
}

const validateDeviceGroups = compileDeviceGroups;

describe('Any configuration', () => {
  it(
    'of known and unknown keys with any values gives effective values within their ranges',
    () => {
      fc.assert(
        fc.property(documents, fc.boolean(), (document, asYaml) => {
          const text = asYaml ? stringify(document) : JSON.stringify(document);
          expectSound(loadConfiguration(text, { validateDeviceGroups }));
        }),
        runs(),
      );
    },
    SOAK,
  );

  it(
    'on a reload either applies without errors or leaves the running one as it was',
    () => {
      const running = loadConfiguration(
        'performance: {cloudRequestQueueSize: 42, maxConcurrentCloudRequests: 3}',
      ).effective;
      fc.assert(
        fc.property(documents, (document) => {
          const result = loadConfiguration(JSON.stringify(document), {
            previous: running,
            validateDeviceGroups,
          });
          if (result.errors.length > 0) expect(result.effective).toBe(running);
          else expectSound(result);
        }),
        runs(),
      );
    },
    SOAK,
  );

  it(
    'that is any JSON is read without a crash',
    () => {
      fc.assert(
        fc.property(fc.json({ maxDepth: 6 }), (text) => {
          expectSound(loadConfiguration(text, { validateDeviceGroups }));
        }),
        runs(),
      );
    },
    SOAK,
  );

  it(
    'that is any text is read without a crash',
    () => {
      const piece = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          ': ',
          '\n',
          '  ',
          '- ',
          '{',
          '}',
          '[',
          ']',
          '&a ',
          '*a',
          '"',
          "'",
          '|',
          '>',
          '!!',
          '# ',
          '? ',
          '---',
          '%',
          ',',
        ),
        fc.constantFrom(
          'performance',
          'listeners',
          'deviceGroups',
          'maxActiveAuthTokens',
          '__proto__',
          '0x10',
          'null',
        ),
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
          expectSound(loadConfiguration(pieces.join(''), { validateDeviceGroups }));
        }),
        runs(),
      );
    },
    SOAK,
  );

  it(
    'says the same of the same document in YAML and in JSON',
    () => {
      fc.assert(
        fc.property(documents, (document) => {
          const json = loadConfiguration(JSON.stringify(document));
          const yaml = loadConfiguration(stringify(JSON.parse(JSON.stringify(document))));
          expect(withoutPlaces(yaml)).toBe(withoutPlaces(json));
        }),
        { numRuns: runs().numRuns / 10 },
      );
    },
    SOAK,
  );
});
