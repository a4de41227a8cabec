import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Configuration, DaemonProcess, type Launch } from '../e2e/support/daemon-process.ts';
import { until } from '../e2e/support/until.ts';
import { NotifyReceiver } from './support/notify-receiver.ts';

/** A ping every 300 ms. */
const WATCHDOG_MS = 900;
const LISTENERS = 20;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'notify-'));
  cleanUps.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function receive(
  address = join(directory(), 'notify'),
  probes: string[] = [],
): Promise<NotifyReceiver> {
  const receiver = await NotifyReceiver.open(address, probes);
  cleanUps.push(() => receiver.close());
  return receiver;
}

async function start(launch: Launch, configuration: Configuration = {}): Promise<DaemonProcess> {
  const daemon = await DaemonProcess.start(configuration, launch);
  cleanUps.push(() => daemon.stop());
  return daemon;
}

/** As systemd starts it: the watchdog is for the process that was started, and for no other. */
function withWatchdog({ address }: NotifyReceiver): Launch {
  return {
    before: ['sh', '-c', 'WATCHDOG_PID=$$ exec "$0" "$@"'],
    environment: { NOTIFY_SOCKET: address, WATCHDOG_USEC: `${WATCHDOG_MS * 1000}` },
  };
}

describe('a daemon whose service manager waits to be told', () => {
  it('says that it is ready when every socket takes connections, not before', async () => {
    const run = directory();
    const sockets = Array.from({ length: LISTENERS }, (_, n) => join(run, `broker-${n}.sock`));
    const receiver = await receive(undefined, sockets);
    const listeners = Object.fromEntries(sockets.map((socket, n) => [`broker-${n}`, { socket }]));
    await start({ environment: { NOTIFY_SOCKET: receiver.address } }, { listeners });
    await receiver.heard('READY=1');
    expect(receiver.messages).toEqual([['READY=1', 'STATUS=0 sessions, 0 brokers']]);
    expect(receiver.closed).toEqual([0]);
  });

  it('is heard at an address in the abstract namespace', async () => {
    const receiver = await receive(`@deviceauthd-test-${process.pid}`);
    await start({ environment: { NOTIFY_SOCKET: receiver.address } });
    await receiver.heard('READY=1');
  });

  it('says when it reads its configuration again and when that is done, also where the file has errors', async () => {
    const receiver = await receive();
    const daemon = await start({ environment: { NOTIFY_SOCKET: receiver.address } });
    daemon.signal('SIGHUP');
    await receiver.heard('READY=1', 1);
    expect(receiver.states()).toEqual(['READY=1', 'RELOADING=1', 'READY=1']);
    // The daemon sees this by itself.
    daemon.configure({ security: { clientIdRule: 'none' } });
    await receiver.heard('READY=1', 2);
    await until(
      'the line tells of the error',
      () => receiver.count('STATUS=0 sessions, 0 brokers; 1 warning') > 0,
    );
  });

  it('says that it stops', async () => {
    const receiver = await receive();
    const daemon = await start({ environment: { NOTIFY_SOCKET: receiver.address } });
    await receiver.heard('READY=1');
    await daemon.kill('SIGTERM');
    await receiver.heard('STOPPING=1');
    expect(receiver.messages.at(-1)).toEqual(['STOPPING=1', 'STATUS=stopping']);
  });

  it('leaves none of systemd’s variables to its children', async () => {
    const receiver = await receive();
    const places = directory();
    // What it asks about a group it does not find in /etc/group.
    const script = `#!/bin/sh\nenv >${places}/environment\necho nobody-knows:x:${process.getgid?.()}:\n`;
    spawnSync('sh', ['-c', `cat >${places}/getent && chmod 755 ${places}/getent`], { input: script });
    const environment = {
      NOTIFY_SOCKET: receiver.address,
      WATCHDOG_USEC: '60000000',
      PATH: `${places}:${process.env['PATH']}`,
    };
    const listeners = { broker: { socket: join(places, 'broker.sock'), group: 'nobody-knows' } };
    await start({ environment }, { listeners });
    const seen = spawnSync('cat', [join(places, 'environment')], { encoding: 'utf8' }).stdout;
    expect(seen).toContain('PATH=');
    expect(seen).not.toMatch(/NOTIFY_SOCKET|WATCHDOG_/);
  });

  it('serves all the same, with one warning, where there is no systemd-notify', async () => {
    const receiver = await receive();
    const tools = directory();
    for (const tool of ['sh', 'readlink', 'dirname', 'uname'])
      symlinkSync(
        spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(),
        join(tools, tool),
      );
    const daemon = await start({ environment: { NOTIFY_SOCKET: receiver.address, PATH: tools } });
    await until('it is warned of', () => daemon.output.includes('the service manager could not be told'));
    daemon.signal('SIGHUP');
    await until('it reads its configuration again', () => daemon.output.includes('was read again'));
    await daemon.kill('SIGTERM');
    expect(daemon.output.split('the service manager could not be told')).toHaveLength(2);
    expect(receiver.messages).toEqual([]);
  });
});

describe('the watchdog', () => {
  it('is pinged by the process it was set for', async () => {
    const receiver = await receive();
    await start(withWatchdog(receiver));
    await receiver.heard('WATCHDOG=1', 2);
  });

  it('is not pinged for another process', async () => {
    const receiver = await receive();
    const { environment } = withWatchdog(receiver);
    await start({ environment: { ...environment, WATCHDOG_PID: `${process.pid}` } });
    await receiver.heard('READY=1');
    await wait(2 * WATCHDOG_MS);
    expect(receiver.count('WATCHDOG=1')).toBe(0);
  });

  it('is not pinged by a daemon that stands still, and is again when that goes on', async () => {
    const receiver = await receive();
    const daemon = await start(withWatchdog(receiver));
    await receiver.heard('WATCHDOG=1');
    daemon.signal('SIGSTOP');
    try {
      // A ping that was under way may still arrive.
      await wait(WATCHDOG_MS);
      const before = receiver.count('WATCHDOG=1');
      await wait(2 * WATCHDOG_MS);
      expect(receiver.count('WATCHDOG=1')).toBe(before);
    } finally {
      daemon.signal('SIGCONT');
    }
    await receiver.heard('WATCHDOG=1', receiver.count('WATCHDOG=1'));
  });
});
