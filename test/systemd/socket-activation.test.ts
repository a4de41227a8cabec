import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../e2e/support/free-port.ts';
import { until } from '../e2e/support/until.ts';
import { Caller, refusal } from '../endpoints/support/caller.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/deviceauthd', import.meta.url));
const KEEPER = fileURLToPath(new URL('support/keep-socket.pl', import.meta.url));

let directory = '';
let broker = '';
let admin = '';
let output = '';
const children: ChildProcess[] = [];
const callers: Caller[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'activation-'));
  broker = join(directory, 'broker.sock');
  admin = join(directory, 'admin.sock');
  output = '';
  configure({});
});
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.close();
  for (const child of children.splice(0)) await end(child);
  rmSync(directory, { recursive: true, force: true });
});

function configure(more: Readonly<Record<string, unknown>>): void {
  const whole = {
    stateDirectory: join(directory, 'state'),
    admin: { socket: admin },
    listeners: { broker: { socket: broker, mode: '0600', operations: ['broker'] } },
    metrics: { listen: '' },
    ...more,
  };
  writeFileSync(join(directory, 'deviceauthd.json'), JSON.stringify(whole));
}

function run(command: string, args: readonly string[]): ChildProcess {
  const daemon = [LAUNCHER, 'serve', '--config', join(directory, 'deviceauthd.json')];
  const child = spawn(command, [...args, ...daemon], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  children.push(child);
  return child;
}

/** Its path is there a moment before it takes connections; to try would start the daemon. */
function takesCalls(socket: string): boolean {
  const accepting = /^\S+ \S+ \S+ 00010000 .* (\S+)$/gm;
  return [...readFileSync('/proc/net/unix', 'utf8').matchAll(accepting)].some(([, path]) => path === socket);
}

async function end(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await exited;
  return code;
}

function callerOf(socket: string): Caller {
  const caller = new Caller(`unix:${socket}`, undefined, { 'grpc.use_local_subchannel_pool': 1 });
  callers.push(caller);
  return caller;
}

/** A call that any daemon answers. */
async function answer(caller: Caller): Promise<string | undefined> {
  const request = { clientDeviceAuthToken: 'unknown', operation: 'a:b', resource: 'a:b:c' };
  return (await refusal(caller.call('AuthorizeClientDeviceAction', request))).reason;
}

/** Any but the daemon's. */
const A_GROUP = 12;
const ANSWERED = 'INVALID_CLIENT_DEVICE_AUTH_TOKEN';
const nameOf = (child: ChildProcess): string => readFileSync(`/proc/${child.pid}/comm`, 'utf8').trim();

describe('a daemon with sockets of systemd’s', () => {
  it('is started by the first call, answers it, and serves each socket as the listener of its name', async () => {
    const listens = ['--fdname=broker:admin', '-l', broker, '-l', admin];
    const child = run('systemd-socket-activate', listens);
    await until('systemd listens', () => takesCalls(broker) && takesCalls(admin));
    expect(nameOf(child)).toBe('systemd-socket-');
    expect(await answer(callerOf(broker))).toBe(ANSWERED);
    expect(nameOf(child)).not.toBe('systemd-socket-');
    const { listeners } = await callerOf(admin).call('GetStatus', {});
    expect(listeners.map(({ name, address }) => [name, address])).toEqual([
      ['broker', 'unix:systemd:broker'],
    ]);
  });

  it('leaves their mode and group as they are, whatever the configuration says, and the paths when it stops', async () => {
    const child = run('systemd-socket-activate', ['--fdname=broker', '-l', broker]);
    await until('systemd listens', () => takesCalls(broker));
    chmodSync(broker, 0o640);
    if (process.getuid?.() === 0) chownSync(broker, 0, A_GROUP);
    const before = statSync(broker);
    expect(await answer(callerOf(broker))).toBe(ANSWERED);
    expect(await end(child)).toBe(0);
    const { ino, mode, uid, gid } = statSync(broker);
    expect({ ino, mode, uid, gid }).toEqual({
      ino: before.ino,
      mode: before.mode,
      uid: before.uid,
      gid: before.gid,
    });
  });

  it('may have some of systemd’s and open the others itself', async () => {
    run('systemd-socket-activate', ['--fdname=broker', '-l', broker]);
    await until('systemd listens', () => takesCalls(broker));
    expect(existsSync(admin)).toBe(false);
    await answer(callerOf(broker));
    expect((await callerOf(admin).call('GetStatus', {})).version).not.toBe('');
  });
});

describe('a port that systemd opened for discovery', () => {
  it('is served beside those of the configuration, without having been configured', async () => {
    const port = await freePort();
    run('systemd-socket-activate', [
      ...['--fdname=discovery-lan:admin', '-l', `127.0.0.1:${port}`],
      ...['-l', admin],
    ]);
    await until('systemd listens', () => takesCalls(admin));
    const { listeners } = await callerOf(admin).call('GetStatus', {});
    expect(listeners).toMatchObject([
      { name: 'broker' },
      { name: 'discovery', address: `tcp:127.0.0.1:${port}` },
    ]);
    // Before there is a server certificate connections are closed.
    const reply = await until('discovery answers', async () => (await discover(port)) || undefined);
    expect(reply).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n.*\{"message":null,"traceId":"[0-9a-f-]{36}"\}$/s);
  });
});

/** By somebody without a certificate, whom the handshake lets through. */
async function discover(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.end('GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\n\r\n');
  return await text(socket);
}

describe('a socket that systemd keeps', () => {
  async function keep(): Promise<void> {
    run('perl', [KEEPER, broker, '0660', 'broker']);
    await until('the socket is there', () => output.includes('listening'));
  }
  const starts = (): readonly number[] =>
    [...output.matchAll(/^started (\d+)$/gm)].map((match) => Number(match[1]));

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'makes calls wait that come while a daemon ended by %s is away',
    async (signal) => {
      await keep();
      expect(await answer(callerOf(broker))).toBe(ANSWERED);
      const { ino } = statSync(broker);
      const [first] = starts();
      process.kill(first!, signal);
      await until('it is gone', () => !existsSync(`/proc/${first}`));
      expect(await answer(callerOf(broker))).toBe(ANSWERED);
      expect(starts()).toHaveLength(2);
      expect(statSync(broker).ino).toBe(ino);
    },
  );

  it('makes calls wait while the configuration is wrong, and they are answered when it is right', async () => {
    configure({ security: { clientIdRule: 'none' } });
    await keep();
    const waiting = answer(callerOf(broker));
    await until('it has ended twice', () => starts().length > 2, 25_000);
    expect(output).toContain('cannot be used');
    configure({});
    expect(await waiting).toBe(ANSWERED);
  });
});
