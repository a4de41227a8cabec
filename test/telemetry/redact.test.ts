import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';
import { redactText, redactValue } from '../../src/telemetry/redact.ts';
import { runs } from '../support/runs.ts';

const directory = mkdtempSync(join(tmpdir(), 'redact-'));
afterAll(() => rmSync(directory, { recursive: true }));

const pems: string[] = [];
beforeAll(() => {
  for (const [name, key] of [
    ['rsa', ['rsa:2048']],
    ['ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
  ] as const) {
    const [certificate, privateKey] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
    const request = ['req', '-x509', '-nodes', '-newkey', ...key, '-subj', '/CN=sensor', '-days', '1'];
    execFileSync('openssl', [...request, '-out', certificate, '-keyout', privateKey], { stdio: 'ignore' });
    pems.push(readFileSync(certificate, 'utf8'), readFileSync(privateKey, 'utf8'));
  }
});

const bodyLines = (pem: string) => pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
const bare = (pem: string) => bodyLines(pem).join('');

/** Ways in which a PEM comes along. */
const disguises: readonly ((pem: string) => string)[] = [
  (pem) => pem,
  (pem) => pem.trim(),
  (pem) => pem.replaceAll('\n', '\r\n'),
  (pem) => pem.replaceAll('\n', '\\n'),
  (pem) => JSON.stringify({ pem }),
  (pem) => JSON.stringify(JSON.stringify({ pem })),
  (pem) => pem + pem,
  (pem) => bare(pem),
  (pem) => bodyLines(pem).join('\n'),
  (pem) => bodyLines(pem).join('\r\n'),
  (pem) => pem.slice(0, Math.floor(pem.length / 2)),
  (pem) => pem.slice(100),
];

/** Lines of a body that are long enough to be told from words. */
function leaked(output: string, pem: string): boolean {
  return bodyLines(pem).some((line) => line.length >= 40 && output.includes(line.slice(0, 40)));
}

/** Ten times the runs take ten times the time. */
const SOAK = 600_000;

const arbitrarySecret = fc.record({
  pem: fc.nat(3),
  disguise: fc.nat(disguises.length - 1),
  before: fc.string(),
  after: fc.string(),
  shape: fc.nat(7),
});

const output: string[] = [];
const logger = createLogger({ write: (line) => output.push(line) });

describe('Redaction', () => {
  it(
    'lets no body of a PEM through the log, wherever it is put',
    () => {
      fc.assert(
        fc.property(arbitrarySecret, ({ pem: index, disguise, before, after, shape }) => {
          const pem = pems[index]!;
          const text = `${before} ${disguises[disguise]!(pem)} ${after}`;
          output.length = 0;
          const fault = new Error(text, { cause: new Error(text) });
          const put: readonly (() => void)[] = [
            () => logger.info(text),
            () => logger.info({ text }, 'a field'),
            () => logger.info({ deep: [{ er: { text: [text] } }] }, 'nested'),
            () => logger.error({ err: fault }, 'an error'),
            () => logger.error({ error: fault }, text),
            () => logger.child({ certificate: text }).info('a child'),
            () => logger.info({ [text]: 1 }, 'a key'),
            () => logger.info({ bytes: Buffer.from(text) }, 'bytes'),
          ];
          put[shape]!();
          const written = output.join('');
          expect(written).not.toBe('');
          expect(() => JSON.parse(written)).not.toThrow();
          expect(leaked(written, pem)).toBe(false);
          expect(written).not.toContain(Buffer.from(text).join(','));
        }),
        runs(),
      );
    },
    SOAK,
  );

  it(
    'lets no whole token through, and leaves enough of it to find the session',
    () => {
      fc.assert(
        fc.property(fc.uuid({ version: 4 }), fc.string(), fc.nat(4), (token, around, shape) => {
          output.length = 0;
          const text = `${around}${shape === 0 ? token.toUpperCase() : token}${around}`;
          const put: readonly (() => void)[] = [
            () => logger.info(text),
            () => logger.info({ token }, 'a field'),
            () => logger.info({ tokens: [token, token], correlationId: token }, text),
            () => logger.info({ [token]: true }, 'a key'),
            () => logger.error({ err: new Error(text) }, 'an error'),
          ];
          put[shape]!();
          const written = output.join('').toLowerCase();
          expect(written).not.toContain(token);
          expect(written).not.toContain(token.slice(9));
          expect(written).toContain(token.slice(0, 8));
        }),
        runs(),
      );
    },
    SOAK,
  );

  it(
    'lets no password through, by its name or in a sentence',
    () => {
      const password = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/);
      fc.assert(
        fc.property(
          password,
          fc.constantFrom('password', 'Passphrase', 'secret', 'pin-value'),
          (secret, name) => {
            output.length = 0;
            logger.info({ credential: { [name]: secret, inner: { [name]: { value: secret } } } }, 'connect');
            logger.info(`connect failed with ${name}=${secret}`);
            logger.info(`{"${name}": "${secret}"}`);
            logger.child({ [name]: secret }).info(`https://user:${secret}@host/`);
            expect(output).toHaveLength(4);
            expect(output.join('')).not.toContain(secret);
          },
        ),
        runs(),
      );
    },
    SOAK,
  );

  it('redacts the whole of a private key whose end was cut off', () => {
    const text = redactText(`key: ${pems[1]!.slice(0, 400)}`);
    expect(text).toBe('key: [redacted PEM]');
  });

  it('leaves alone what only looks a little like a secret', () => {
    const certificateId = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
    const lines = [
      `certificate ${certificateId} of sensor:1 expired`,
      'mqtt:topic:factory/line/cell/robot/temperature/celsius/average/minute/of/the/hour',
      `${certificateId}\n${certificateId}\n${certificateId}`,
      'the passing of a device, 2026-11-22T07:00:00Z',
      'MAIN/FACTORY/LINE/CELL/ROBOT/TEMPERATURE/CELSIUS/AVERAGE/MINUTE/HOUR/DAY',
      '018f3f7e-7b1a-7cc4-9d54-1f9f0a3c6b11 is a UUID v7',
    ];
    for (const line of lines) expect(redactText(line)).toBe(line);
  });

  it('comes back from text that is made to keep it busy', () => {
    const nasty = [
      '-----BEGIN ',
      '-----END ',
      'MA',
      'password=',
      '://a:',
      `${'A'.repeat(64)}\n`,
      '\\',
      'pass"',
      '-',
    ];
    // Quadratic work on 8 MB would take hours.
    for (const piece of nasty)
      expect(typeof redactText(piece.repeat(8_000_000 / piece.length))).toBe('string');
  });

  it(
    'never throws, for any value',
    () => {
      fc.assert(
        fc.property(
          fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withMap: true }),
          (value) => {
            redactValue(value);
          },
        ),
        runs(),
      );
    },
    SOAK,
  );

  it('shows at most eight characters under the name of a token, UUID or not', () => {
    expect(redactValue({ clientDeviceAuthToken: 'made-up-by-the-caller', token: 'short' })).toEqual({
      clientDeviceAuthToken: 'made-up-…',
      token: 'short',
    });
    expect(JSON.stringify(redactValue({ tokens: [randomUUID()] }))).toMatch(
      /^\{"tokens":\["[0-9a-f]{8}…"\]\}$/,
    );
  });
});
