import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { freePort } from './support/free-port.ts';
import { RELEASES } from './support/mosquitto-broker.ts';
import { until } from './support/until.ts';

const binary = RELEASES.find(({ series }) => series === '2.0')?.binary ?? '';
const page = readFileSync(fileURLToPath(new URL('../../docs/tls.md', import.meta.url)), 'utf8');

/** The lines of the page by the name of their profile. */
const profiles = new Map(
  [...page.matchAll(/```conf\n# profile: (\S+)\n([\s\S]*?)```/g)].map(([, name = '', lines = '']) => [
    name,
    lines,
  ]),
);

interface Row {
  readonly version: string;
  readonly suite: string;
  readonly taken: readonly boolean[];
}

const table = page.slice(page.indexOf('| version | suite |')).split('\n\n')[0]?.split('\n') ?? [];
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
/** After version, suite and V1. */
const columns = cells(table[0] ?? '').slice(3);
const rows: readonly Row[] = table.slice(2).map((line) => {
  const [version = '', suite = '', , ...taken] = cells(line);
  return { version, suite, taken: taken.map((cell) => cell === 'yes') };
});

describe.skipIf(!existsSync(binary) && process.env['CI'] !== 'true')('docs/tls.md', () => {
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-tls-'));
  const ports = new Map<string, number>();
  let broker: ChildProcess | undefined;
  let log = '';

  const file = (name: string): string => join(directory, name);
  const listener = (port: number, key: string, lines: string): string =>
    [
      `listener ${port} 127.0.0.1`,
      `cafile ${file('ca.pem')}`,
      `certfile ${file(`${key}.pem`)}`,
      `keyfile ${file(`${key}.key`)}`,
      'require_certificate true',
      lines,
    ].join('\n');

  beforeAll(async () => {
    const maker = new CertificateMaker();
    // As the daemon's by default: an RSA CA.
    const ca = maker.ca('Greengrass Core CA', { key: 'RSA' });
    const write = (name: string, { pem, keyPem }: TestCertificate): void => {
      writeFileSync(file(`${name}.pem`), pem);
      writeFileSync(file(`${name}.key`), keyPem);
    };
    write('ca', ca);
    write('EC', maker.make({ subject: 'broker', issuer: ca, key: 'EC', purpose: 'server' }));
    write('RSA', maker.make({ subject: 'broker', issuer: ca, key: maker.keys('RSA'), purpose: 'server' }));
    write('device', maker.make({ subject: 'device', issuer: ca, key: maker.keys('RSA'), purpose: 'client' }));
    const listeners: string[] = [];
    for (const column of columns) {
      const [profile = '', key = ''] = column.split(', ');
      ports.set(column, await freePort());
      listeners.push(listener(ports.get(column) ?? 0, key, profiles.get(profile) ?? 'no such profile'));
    }
    for (const [name, lines] of [
      ['none', ''],
      ['tlsv1.1', 'tls_version tlsv1.1'],
      ['tlsv1.1 and SECLEVEL', 'tls_version tlsv1.1\nciphers DEFAULT:@SECLEVEL=0'],
    ] as const) {
      ports.set(name, await freePort());
      listeners.push(listener(ports.get(name) ?? 0, 'RSA', lines));
    }
    writeFileSync(
      file('mosquitto.conf'),
      [
        'user root',
        'per_listener_settings false',
        'allow_anonymous true',
        'log_dest stderr',
        ...listeners,
      ].join('\n'),
    );
    const running = spawn(binary, ['-c', file('mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    broker = running;
    running.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    await until('the broker runs', () => log.includes(' running') || running.exitCode !== null);
    expect(running.exitCode, log).toBeNull();
  });
  afterAll(async () => {
    const running = broker;
    if (running !== undefined && running.exitCode === null) {
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGTERM');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  });

  /** What a device gets that can do no more than is said here. */
  function connect(listenerName: string, options: readonly string[]): Promise<string> {
    const args = [
      ...['s_client', '-connect', `127.0.0.1:${ports.get(listenerName)}`, '-CAfile', file('ca.pem')],
      ...['-cert', file('device.pem'), '-key', file('device.key'), ...options],
    ];
    return new Promise((resolve) => {
      const child = execFile('openssl', args, { timeout: 10_000 }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
      child.stdin?.end();
    });
  }

  async function suiteOf(listenerName: string, version: string, suite: string): Promise<string> {
    const only = version === '1.3' ? ['-tls1_3', '-ciphersuites', suite] : oldVersion(version, suite);
    const said = await connect(listenerName, only);
    if (!said.includes('Verify return code: 0 (ok)') || /alert|\(NONE\)/.test(said)) return 'refused';
    return /Cipher is (\S+)/.exec(said)?.[1] ?? 'refused';
  }

  /** The device's own OpenSSL is not to be what refuses. */
  function oldVersion(version: string, suite: string): readonly string[] {
    const flag = version === '1.0' ? '-tls1' : `-tls${version.replace('.', '_')}`;
    return [flag, '-cipher', `${suite}:@SECLEVEL=0`];
  }

  it('has a profile for each column, and says something of every version', () => {
    expect(columns).toHaveLength(4);
    for (const column of columns) expect(profiles.has(column.split(', ')[0] ?? '')).toBe(true);
    expect(new Set(rows.map(({ version }) => version))).toEqual(new Set(['1.3', '1.2', '1.1', '1.0']));
    for (const { taken } of rows) expect(taken).toHaveLength(columns.length);
  });

  it.each(rows)('is right about $suite with TLS $version', async ({ version, suite, taken }) => {
    const seen = await Promise.all(columns.map((column) => suiteOf(column, version, suite)));
    expect(Object.fromEntries(columns.map((column, index) => [column, seen[index]]))).toEqual(
      Object.fromEntries(columns.map((column, index) => [column, taken[index] ? suite : 'refused'])),
    );
  });

  it('gives a device that knows no elliptic curves a listener', async () => {
    const options = ['-tls1_2', '-sigalgs', 'RSA+SHA256', '-cipher'];
    expect(await connect('rsa-only, RSA', [...options, 'AES128-GCM-SHA256'])).toContain(
      'Cipher is AES128-GCM-SHA256',
    );
    expect(await connect('current, RSA', [...options, 'AES128-GCM-SHA256'])).toContain('handshake failure');
  });

  it('lets the server choose the suite', async () => {
    const said = await connect('current, RSA', [
      '-tls1_2',
      '-cipher',
      'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256',
    ]);
    expect(said).toContain('Cipher is ECDHE-RSA-AES128-GCM-SHA256');
  });

  it('is right about what happens without settings: RSA key exchange is taken, and only the security level stops TLS 1.1', async () => {
    expect(await suiteOf('none', '1.2', 'AES128-SHA')).toBe('AES128-SHA');
    expect(await suiteOf('none', '1.3', 'TLS_AES_128_GCM_SHA256')).toBe('TLS_AES_128_GCM_SHA256');
    expect(await connect('none', oldVersion('1.1', 'AES128-SHA'))).toContain('internal error');
    expect(await connect('current, RSA', oldVersion('1.1', 'AES128-SHA'))).toContain('protocol version');
  });

  it('is right about TLS 1.1: it takes SECLEVEL 0, and TLS 1.0 is not to be had', async () => {
    const old = oldVersion('1.1', 'AES128-SHA');
    expect(await connect('tlsv1.1', old)).toContain('internal error');
    expect(await connect('tlsv1.1 and SECLEVEL', old)).toContain('Cipher is AES128-SHA');
    expect(await connect('tlsv1.1 and SECLEVEL', oldVersion('1.0', 'AES128-SHA'))).toContain(
      'protocol version',
    );
  });

  it.each(['-tls1_2', '-tls1_3'])('is right about sessions: they are resumed (%s)', async (version) => {
    const session = file(`session${version}`);
    // TLS 1.3 sends tickets after the handshake: the device must read on for them.
    await until('a session was given', async () => {
      await connect('current, EC', [version, '-sess_out', session]);
      return existsSync(session);
    });
    expect(await connect('current, EC', [version, '-sess_in', session])).toContain('Reused, TLS');
  });
});
