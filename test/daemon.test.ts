import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SystemClock } from '../src/clock.ts';
import { ConfigurationWatcher } from '../src/config/watcher.ts';
import { startDaemon } from '../src/daemon.ts';
import { compileDeviceGroups } from '../src/policy/device-groups.ts';
import { Caller } from './endpoints/support/caller.ts';

it('a policy that is read while the daemon opens its doors is in force when they are open', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dad-'));
  const file = join(directory, 'deviceauthd.json');
  const admin = join(directory, 'admin.sock');
  const write = (resource: string): void =>
    writeFileSync(
      file,
      JSON.stringify({
        stateDirectory: join(directory, 'state'),
        admin: { socket: admin },
        listeners: { broker: { socket: join(directory, 'broker.sock'), mode: '0600' } },
        metrics: { listen: '' },
        deviceGroups: {
          formatVersion: '2021-03-05',
          definitions: { all: { selectionRule: 'thingName: *', policyName: 'all' } },
          policies: { all: { s: { operations: ['mqtt:publish'], resources: [`mqtt:topic:${resource}`] } } },
        },
      }),
    );
  const clock = new SystemClock();
  write('old');
  const configuration = await ConfigurationWatcher.open({
    file,
    clock,
    validateDeviceGroups: compileDeviceGroups,
  });
  const starting = startDaemon({ configuration, clock, writeLog: () => {} });
  // A socket listens no earlier than the next turn, so by now its doors are being opened.
  for (let step = 0; step < 1_000; step += 1) await undefined;
  write('new');
  const { changedPaths } = await configuration.reload();
  const daemon = await starting;
  const caller = new Caller(`unix:${admin}`);
  try {
    expect(changedPaths).toEqual(['deviceGroups']);
    const may = async (topic: string): Promise<boolean> => {
      const request = { thingName: 'a', operation: 'mqtt:publish', resource: `mqtt:topic:${topic}` };
      return (await caller.call('Explain', request)).allowed;
    };
    expect([await may('old'), await may('new')]).toEqual([false, true]);
  } finally {
    caller.close();
    await daemon.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});
