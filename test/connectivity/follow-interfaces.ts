/** To be run in a network namespace of its own: what the watcher makes of real interfaces that come and go, one JSON list a step. */
import { execFileSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { HostAddresses } from '../../src/connectivity/host-addresses.ts';
import { InterfaceWatcher } from '../../src/connectivity/interface-watcher.ts';
import { settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryHostAddresses } from '../support/memory-host-addresses.ts';

const fail = (error: unknown): void => {
  if (error !== undefined) throw error;
};
const clock = new ManualClock();
const store = new MemoryHostAddresses();
const addresses = await HostAddresses.open({ store, port: () => 8883, onListenerError: fail });
const watcher = new InterfaceWatcher({
  clock,
  read: networkInterfaces,
  settings: () => ({
    interfaces: true,
    excludeInterfaces: ['skipped*'],
    addressFamilies: ['IPv4', 'IPv6'],
    removalDelaySeconds: 0,
  }),
  addresses,
  onProblem: fail,
});
watcher.start();
for (const commands of [
  ['link set lo up', 'link add wire type veth peer name skipped', 'link set wire up', 'link set skipped up'],
  [
    'addr add 198.51.100.7/32 dev wire',
    'addr add fd00::7/64 dev wire nodad',
    'addr add 198.51.100.8/32 dev skipped',
  ],
  ['addr add 198.51.100.9/32 dev wire', 'addr del 198.51.100.7/32 dev wire'],
  ['link delete wire'],
]) {
  for (const command of commands) execFileSync('ip', command.split(' '), { stdio: 'inherit' });
  clock.advance(5_000);
  await settled();
  process.stdout.write(`${JSON.stringify(addresses.hosts())}\n`);
}
