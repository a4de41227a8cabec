import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateUpdate } from '../../../src/pki/certificates-api.ts';
import type { FileSinkSettings } from '../../../src/pki/delivery/file-sink.ts';
import { FileSinks } from '../../../src/pki/delivery/file-sinks.ts';
import { DurableFiles, type FileOperations } from '../../../src/pki/durable-files.ts';
import { until } from '../../e2e/support/until.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { FailingFiles } from '../failing-files.ts';

const UPDATE: CertificateUpdate = {
  certificatePem: 'certificate 1\n',
  privateKeyPem: 'key 1\n',
  publicKeyPem: 'public 1\n',
  caPems: ['new CA\n', 'old CA\n'],
  deviceCaPems: ['device CA 1\n', 'device CA 2\n'],
  deviceCaCrlPems: [],
  notAfter: 1,
};
const RENEWED = { ...UPDATE, certificatePem: 'certificate 2\n', privateKeyPem: 'key 2\n' };

describe('a file sink', () => {
  let root: string;
  let clock: ManualClock;
  let sinks: FileSinks;
  let problems: (string | undefined)[];
  let subscribers: ((update: CertificateUpdate) => void)[];
  let requests: object[];
  const directory = () => join(root, 'tls');
  const content = (name: string) => readFileSync(join(directory(), name), 'utf8');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deviceauthd-sink-'));
    clock = new ManualClock();
    start();
  });
  afterEach(async () => {
    await sinks.stop();
    rmSync(root, { recursive: true });
  });

  function start(files: FileOperations = new DurableFiles()): void {
    problems = [];
    subscribers = [];
    requests = [];
    sinks = new FileSinks({
      certificates: {
        subscribe: (request, sink) => {
          subscribers.push(sink);
          requests.push(request);
          return { end: () => subscribers.splice(subscribers.indexOf(sink), 1) };
        },
      },
      files,
      clock,
      groupId: (group) => {
        if (group === 'nobody-knows') throw new Error('there is no group "nobody-knows"');
        return Number(group);
      },
      encodePkcs12: (update, { password }) =>
        Promise.resolve(Buffer.from(`${update.certificatePem}${password}`)),
      log: { info: () => {} },
      onProblem: (_sink, problem) => problems.push(problem),
    });
  }

  const configured = (change: Partial<FileSinkSettings> = {}): FileSinkSettings => ({
    directory: directory(),
    files: {
      certificate: 'server.pem',
      privateKey: 'server.key',
      caCertificates: 'ca.pem',
      deviceCas: 'device-cas.pem',
      deviceCaCrls: 'device-cas.crl',
      pkcs12: 'server.p12',
    },
    mode: '0640',
    ...change,
  });

  /** Resolves when it was dealt with: well or not. */
  async function tell(update: CertificateUpdate): Promise<string | undefined> {
    const before = problems.length;
    for (const subscriber of subscribers) subscriber(update);
    await until('the sink is done', () => problems.length > before || undefined);
    return problems.at(-1);
  }

  /** A reload that adds a line to a file. */
  const counting = () => ({
    command: ['/bin/sh', '-c', `echo reloaded >> '${join(root, 'reloads')}'`],
    signal: 'SIGHUP' as const,
    timeoutSeconds: 10,
  });
  const reloads = () => {
    try {
      return readFileSync(join(root, 'reloads'), 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  };

  it('holds the certificate with its chain, the key, what devices trust and what they are checked against', async () => {
    await sinks.apply({ broker: configured({ keyType: 'RSA_2048' }) });
    expect(requests).toEqual([{ owner: 'sink', name: 'broker', keyType: 'RSA_2048' }]);
    expect(await tell(UPDATE)).toBeUndefined();
    expect(content('server.pem')).toBe('certificate 1\n');
    expect(content('server.key')).toBe('key 1\n');
    expect(content('ca.pem')).toBe('new CA\nold CA\n');
    expect(content('device-cas.pem')).toBe('device CA 1\ndevice CA 2\n');
    expect(statSync(join(directory(), 'server.key')).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory())).not.toContain('device-cas.crl');
  });

  it('is for the group that was named', async () => {
    // Root may give files to any group, others to those they are in.
    const group = process.getuid?.() === 0 ? 1 : (process.getgroups?.().at(-1) ?? 0);
    await sinks.apply({ broker: configured({ group: String(group) }) });
    expect(await tell(UPDATE)).toBeUndefined();
    for (const name of ['server.key', 'current']) expect(statSync(join(directory(), name)).gid).toBe(group);
  });

  it('tells the broker after each change, and only then', async () => {
    await sinks.apply({ broker: configured({ reload: counting() }) });
    await tell(UPDATE);
    await tell(UPDATE);
    expect(reloads()).toBe(1);
    await tell(RENEWED);
    expect(reloads()).toBe(2);
    await sinks.stop();
    start();
    await sinks.apply({ broker: configured({ reload: counting() }) });
    await tell(RENEWED);
    expect(reloads()).toBe(2);
  });

  it('tells the broker of a change that a crash kept it from telling', async () => {
    await sinks.apply({ broker: configured({ reload: counting() }) });
    await tell(UPDATE);
    const failing = { command: ['/bin/false'], signal: 'SIGHUP' as const, timeoutSeconds: 10 };
    await sinks.apply({ broker: configured({ reload: failing }) });
    expect(await tell(RENEWED)).toContain('/bin/false');
    await sinks.stop();
    start();
    await sinks.apply({ broker: configured({ reload: counting() }) });
    await tell(RENEWED);
    expect(reloads()).toBe(2);
  });

  it('tells the broker of files that somebody had taken away', async () => {
    await sinks.apply({ broker: configured({ reload: counting() }) });
    await tell(UPDATE);
    rmSync(join(directory(), 'current'));
    await tell({ ...UPDATE, notAfter: 2 });
    expect([content('server.pem'), reloads()]).toEqual(['certificate 1\n', 2]);
  });

  it('gives the process of a pid file the signal', async () => {
    const got = new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()));
    const pidFile = join(root, 'broker.pid');
    writeFileSync(pidFile, `${process.pid}\n`);
    await sinks.apply({ broker: configured({ reload: { pidFile, signal: 'SIGUSR2', timeoutSeconds: 10 } }) });
    expect(await tell(UPDATE)).toBeUndefined();
    await got;
  });

  it.each([
    ['no pid file', undefined, 'the broker does not run'],
    ['a pid file of process 1', '1\n', 'does not hold the number of a process'],
    ['a pid file of a group of processes', '-5\n', 'does not hold the number of a process'],
    ['a pid file with nothing in it', '', 'does not hold the number of a process'],
    ['a pid file of a process that has ended', '4194303999\n', 'not running'],
  ])('with %s says so, keeps the files, and tries again', async (_what, text, problem) => {
    const pidFile = join(root, 'broker.pid');
    if (text !== undefined) writeFileSync(pidFile, text);
    await sinks.apply({ broker: configured({ reload: { pidFile, signal: 'SIGHUP', timeoutSeconds: 10 } }) });
    expect(await tell(UPDATE)).toContain(problem);
    expect(content('server.pem')).toBe('certificate 1\n');
    const before = problems.length;
    clock.advance(30_000);
    await until('another attempt', () => problems.length > before || undefined);
  });

  it('kills a command that takes too long, and says what one that fails said', async () => {
    const command = (text: string) => ({
      command: ['/bin/sh', '-c', text],
      signal: 'SIGHUP' as const,
      timeoutSeconds: 1,
    });
    await sinks.apply({ broker: configured({ reload: command('exec sleep 60') }) });
    expect(await tell(UPDATE)).toContain('took longer than 1 s');
    await sinks.apply({ broker: configured({ reload: command('echo no such unit >&2; exit 5') }) });
    expect(await tell(UPDATE)).toContain('no such unit');
  });

  it('keeps the CRLs it once had when there are none to be had: a broker that names the file needs it', async () => {
    await sinks.apply({ broker: configured() });
    await tell({ ...UPDATE, deviceCaCrlPems: ['crl 1\n', 'crl 2\n'] });
    expect(content('device-cas.crl')).toBe('crl 1\ncrl 2\n');
    expect(await tell({ ...RENEWED, deviceCaCrlPems: [] })).toContain('not every device CA');
    expect([content('server.pem'), content('device-cas.crl')]).toEqual(['certificate 2\n', 'crl 1\ncrl 2\n']);
    expect(await tell({ ...RENEWED, deviceCaCrlPems: ['crl 3\n', 'crl 4\n'] })).toBeUndefined();
    expect(content('device-cas.crl')).toBe('crl 3\ncrl 4\n');
  });

  it('has a PKCS#12 store where its password is in a file', async () => {
    const pkcs12PasswordFile = join(root, 'password');
    await sinks.apply({ broker: configured({ pkcs12PasswordFile }) });
    expect(await tell(UPDATE)).toContain(pkcs12PasswordFile);
    writeFileSync(pkcs12PasswordFile, '\nchangeit\n');
    expect(await tell(UPDATE)).toContain('empty');
    writeFileSync(pkcs12PasswordFile, 'changeit\nanything\n');
    expect(await tell(UPDATE)).toBeUndefined();
    expect(content('server.p12')).toBe('certificate 1\nchangeit');
  });

  it('says what to do about a disk that is full, a directory it may not write, a group there is not', async () => {
    const full = (code: string): FileOperations => {
      const files = new FailingFiles();
      files.writeNew = () => Promise.reject(Object.assign(new Error('failed'), { code }));
      return files;
    };
    for (const [code, remedy] of [
      ['ENOSPC', 'make room'],
      ['EACCES', 'ReadWritePaths'],
      ['EROFS', 'ReadWritePaths'],
    ] as const) {
      await sinks.stop();
      start(full(code));
      await sinks.apply({ broker: configured() });
      expect(await tell(UPDATE)).toContain(remedy);
    }
    await sinks.stop();
    start();
    await sinks.apply({ broker: configured({ group: 'nobody-knows' }) });
    expect(await tell(UPDATE)).toContain('nobody-knows');
  });

  it('begins, changes and ends with the configuration', async () => {
    await sinks.apply({ a: configured(), b: configured({ directory: join(root, 'b') }) });
    const [first] = subscribers;
    await sinks.apply({ a: configured(), b: configured({ directory: join(root, 'c') }) });
    expect(subscribers[0]).toBe(first);
    expect(subscribers).toHaveLength(2);
    await sinks.apply({});
    expect(subscribers).toEqual([]);
    expect(problems).toEqual([undefined, undefined, undefined]);
  });
});
