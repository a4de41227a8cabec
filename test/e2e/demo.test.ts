import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from './support/until.ts';

const root = join(import.meta.dirname, '../..');

describe('npm start', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dad-'));
  const started: ChildProcess[] = [];
  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  function start(...args: string[]): { child: ChildProcess; output: () => string } {
    const all = [
      join(root, 'scripts/node'),
      join(root, 'scripts/demo.ts'),
      '--directory',
      directory,
      ...args,
    ];
    const child = spawn('sh', all, { cwd: root });
    started.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
    return { child, output: () => output };
  }

  async function finished(child: ChildProcess): Promise<number | null> {
    if (child.exitCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  /** Processes that name this test's directory: the daemon does. */
  function processes(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      })
      .filter((line) => line.includes(directory));
  }

  const certificates = () =>
    ['sensor-1', 'display-1', 'stranger'].map((name) =>
      readFileSync(join(directory, 'devices', `${name}.pem`), 'utf8'),
    );

  it('shows on a fresh directory what is allowed, what is refused and why, and who is refused and why', async () => {
    const { child, output } = start('--once', '--port', '0');
    expect(await finished(child), output()).toBe(0);
    expect(output()).toMatch(/sensor-1 \(enrolled\), display-1 \(enrolled\)/);
    expect(output()).toContain('allowed: display-1 received it');
    expect(output()).toMatch(/refused: nobody received it[\s\S]*Denied[\s\S]*ownTopics/);
    expect(output()).toMatch(/The operator sees:\s+CERTIFICATE_UNKNOWN/);
  });

  it('reuses at the second start what the first one made', async () => {
    const before = certificates();
    const { child, output } = start('--once', '--port', '0');
    expect(await finished(child), output()).toBe(0);
    expect(output()).toMatch(/sensor-1 \(as before\), display-1 \(as before\)/);
    expect(certificates()).toEqual(before);
  });

  it('names a port that is taken, and what to do, and starts nothing', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { child, output } = start('--port', `${port}`);
    expect(await finished(child)).toBe(1);
    expect(output()).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect(output()).toContain(`--port ${port + 1}`);
    expect(processes()).toEqual([]);
    other.close();
  });

  it('stays up, tells what happens to its devices, names three commands that work, and leaves nothing at Ctrl-C', async () => {
    const { child, output } = start('--port', '0');
    const commands = await until('three commands', () => {
      const lines = output().match(/^ {2}bin\/deviceauthctl .*$/gm) ?? [];
      return lines.length === 3 ? lines : undefined;
    });
    const results: string[] = [];
    for (const command of commands) {
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: root });
      results.push(stdout);
    }
    expect(results[0]).toMatch(/allowed/i);
    await until('the revoked device is told of', () => /sensor-1 (disconnected|refused)/.test(output()));
    child.kill('SIGINT');
    expect(await finished(child)).toBe(0);
    expect(processes()).toEqual([]);
    expect(readdirSync(join(directory, 'run'))).toEqual([]);
  });

  it('keeps everything in ./var of a checkout, however deep that is', async () => {
    const checkout = join(directory, 'deep'.repeat(30), 'checkout');
    mkdirSync(checkout, { recursive: true });
    for (const part of ['bin', 'plugins/aedes', 'proto', 'scripts', 'src', 'package.json'])
      cpSync(join(root, part), join(checkout, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    const child = spawn('sh', ['scripts/node', 'scripts/demo.ts', '--port', '0'], { cwd: checkout });
    started.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    const [explain] = await until('three commands', () => {
      const lines = output.match(/^ {2}bin\/deviceauthctl .*$/gm) ?? [];
      return lines.length === 3 || child.exitCode !== null ? lines : undefined;
    });
    expect(explain, output).toBeDefined();
    const { stdout } = await promisify(execFile)('sh', ['-c', explain ?? ''], { cwd: checkout });
    expect(stdout).toMatch(/allowed/i);
    child.kill('SIGINT');
    expect(await finished(child), output).toBe(0);
    expect(readdirSync(join(checkout, 'var', 'run'))).toEqual([]);
    expect(readdirSync(join(checkout, 'var', 'devices'))).toContain('sensor-1.pem');
  });

  it('enrols a device anew whose certificate was revoked meanwhile', async () => {
    const [sensor, display] = certificates();
    const { child, output } = start('--once', '--port', '0');
    expect(await finished(child), output()).toBe(0);
    expect(output()).toMatch(/sensor-1 \(enrolled\), display-1 \(as before\)/);
    expect(certificates()[0]).not.toBe(sensor);
    expect(certificates()[1]).toBe(display);
  });
});
