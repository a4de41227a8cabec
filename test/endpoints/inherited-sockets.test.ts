import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inheritedSockets } from '../../src/endpoints/listeners/inherited-sockets.ts';
import { Caller } from './support/caller.ts';
import { TOKEN } from './support/rooms.ts';

describe('systemd’s sockets', () => {
  it('are found by the names of the listeners, and hidden from children', () => {
    const environment = {
      LISTEN_PID: '42',
      LISTEN_FDS: '2',
      LISTEN_FDNAMES: 'mosquitto:admin',
      PATH: '/bin',
    };
    expect([...inheritedSockets(environment, 42)]).toEqual([
      ['mosquitto', 3],
      ['admin', 4],
    ]);
    expect(environment).toEqual({ PATH: '/bin' });
  });

  it('are none when they are meant for another process, or there are none', () => {
    expect(inheritedSockets({ LISTEN_PID: '41', LISTEN_FDS: '1', LISTEN_FDNAMES: 'a' }, 42).size).toBe(0);
    expect(inheritedSockets({}, 42).size).toBe(0);
    expect(inheritedSockets({ LISTEN_PID: '42', LISTEN_FDS: '0' }, 42).size).toBe(0);
  });

  it.each([
    { LISTEN_FDS: 'many', LISTEN_FDNAMES: 'a' },
    { LISTEN_FDS: '2', LISTEN_FDNAMES: 'a' },
    { LISTEN_FDS: '1' },
    { LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:a' },
  ])('that cannot be told apart are an error: %j', (environment) => {
    expect(() => inheritedSockets({ LISTEN_PID: '42', ...environment }, 42)).toThrow(Error);
  });

  it('are served like our own, and not removed at the end', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dai-'));
    const path = join(directory, 'broker.sock');
    const script = fileURLToPath(new URL('support/socket-activator.ts', import.meta.url));
    const child = spawn(process.execPath, [script, path, 'broker'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [address] = (await once(child.stdout, 'data')) as [Buffer];
    expect(address.toString().trim()).toBe('unix:systemd:broker');
    const caller = new Caller(`unix:${path}`);
    const answer = await caller.call('AuthorizeClientDeviceAction', {
      clientDeviceAuthToken: TOKEN,
      operation: 'a:b',
      resource: 'a:b:c',
    });
    caller.close();
    const exited = once(child, 'exit');
    child.stdin.end();
    expect(await exited).toEqual([0, null]);
    expect(answer).toEqual({ isAuthorized: true });
    expect(existsSync(path)).toBe(true);
    rmSync(directory, { recursive: true, force: true });
  });
});
