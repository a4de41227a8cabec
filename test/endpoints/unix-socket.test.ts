import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ListenerError } from '../../src/endpoints/listeners/listener-error.ts';
import { bindUnixSocket, groupId } from '../../src/endpoints/listeners/unix-socket.ts';
import { House, unixListener } from './support/rooms.ts';

let directory: string;
let path: string;
const servers: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dau-'));
  path = join(directory, 'broker.sock');
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(directory, { recursive: true, force: true });
});

function bind(change: { path?: string; mode?: number; group?: string } = {}) {
  const server = createServer();
  servers.push(server);
  return bindUnixSocket(server, { listener: 'broker', path, mode: 0o660, group: undefined, ...change });
}

async function failure(change: Parameters<typeof bind>[0] = {}): Promise<string> {
  const error: unknown = await bind(change).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ListenerError);
  return error instanceof Error ? error.message : '';
}

/** What a daemon leaves that was killed. */
async function leaveStaleSocket(): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(lstatSync(path).isSocket()).toBe(true);
}

const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe('a Unix socket', () => {
  it('has exactly the configured mode and group, whatever the umask', async () => {
    const before = process.umask(0o000);
    try {
      await bind({ mode: 0o640, group: String(process.getgid?.() ?? 0) });
    } finally {
      process.umask(before);
    }
    expect(modeOf(path)).toBe(0o640);
    expect(statSync(path).gid).toBe(process.getgid?.());
    expect(process.umask()).toBe(before);
  });

  it('appears at its path only when its mode is right, and leaves no other file', async () => {
    const seen: number[] = [];
    const binding = bind({ mode: 0o600 });
    // Whatever stands at the path at any turn of the event loop is as closed as configured.
    let done = false;
    const watching = (async () => {
      while (!done) {
        if (existsSync(path)) seen.push(modeOf(path));
        for (const name of readdirSync(directory)) seen.push(modeOf(join(directory, name)) & 0o077);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await binding;
    done = true;
    await watching;
    expect(seen.every((mode) => (mode & 0o077) === 0)).toBe(true);
    expect(readdirSync(directory)).toEqual(['broker.sock']);
  });

  it('takes the place of a socket that a killed daemon left', async () => {
    await leaveStaleSocket();
    await bind();
    const again = await failure();
    expect(again).toContain('another process is listening on');
  });

  it('never takes the place of one that is served, and names it', async () => {
    await bind();
    const before = lstatSync(path).ino;
    expect(await failure()).toBe(`listener "broker": another process is listening on ${path}`);
    expect(lstatSync(path).ino).toBe(before);
    expect(readdirSync(directory)).toEqual(['broker.sock']);
  });

  it('gives the path to one of two that start at once', async () => {
    await leaveStaleSocket();
    const results = await Promise.allSettled([bind(), bind(), bind()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['broker.sock']);
  });

  it.each([
    ['a file', () => writeFileSync(path, 'precious')],
    ['a directory', () => mkdirSync(path)],
    ['a symbolic link', () => symlinkSync('/nowhere', path)],
  ])('never deletes %s at its path', async (_what, put) => {
    put();
    const before = lstatSync(path);
    expect(await failure()).toContain('is not a socket');
    expect(lstatSync(path).ino).toBe(before.ino);
    if (before.isFile()) expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('says that its directory is missing, and how to make it', async () => {
    const message = await failure({ path: join(directory, 'run', 'x.sock') });
    expect(message).toContain(`${directory}/run`);
    expect(message).toContain('does not exist; create it with: install -d');
  });

  it('says that its path is too long', async () => {
    const long = join(directory, 'x'.repeat(108 - Buffer.byteLength(directory)));
    expect(await failure({ path: long })).toContain('at most 107');
    // One byte less is fine.
    await bind({ path: long.slice(0, 107) });
  });

  it('may have a path relative to the working directory', async () => {
    const binding = await bind({ path: relative(process.cwd(), path), mode: 0o600 });
    expect(lstatSync(path).isSocket()).toBe(true);
    binding.remove();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says that its group is unknown, and how to make it', async () => {
    const message = await failure({ group: 'no-such-group-here' });
    expect(message).toContain('there is no group "no-such-group-here"; create it with: groupadd');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('knows groups by name and by number', () => {
    const line = readFileSync('/etc/group', 'utf8').split('\n')[0] ?? '';
    const [name = '', , gid] = line.split(':');
    expect(groupId('broker', name)).toBe(Number(gid));
    expect(groupId('broker', '1234')).toBe(1234);
    expect(() => groupId('broker', '--help')).toThrow(ListenerError);
    expect(() => groupId('broker', '')).toThrow(ListenerError);
  });

  it('is removed at the end, unless another has taken its place', async () => {
    const first = await bind();
    first.remove();
    expect(existsSync(path)).toBe(false);
    const second = await bind();
    renameSync(path, `${path}.old`);
    const third = await bind();
    second.remove();
    expect(existsSync(path)).toBe(true);
    third.remove();
    expect(existsSync(path)).toBe(false);
    expect(() => third.remove()).not.toThrow();
  });
});

describe('endpoints on Unix sockets', () => {
  it('open none if one cannot be opened', async () => {
    const opened = House.open(() => ({
      one: unixListener(join(directory, 'one.sock')),
      two: unixListener(join(directory, 'missing', 'two.sock')),
    }));
    await expect(opened).rejects.toThrow(ListenerError);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('raise an alarm for a directory in which anybody may replace the socket', async () => {
    chmodSync(directory, 0o777);
    const house = await House.open(() => ({ broker: unixListener(path) }));
    expect(house.endpoints.findings()).toMatchObject([
      { code: 'listener.directory-writable', severity: 'ALARM' },
    ]);
    await house.close();
  });
});
