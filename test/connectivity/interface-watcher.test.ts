import { execFileSync, spawnSync } from 'node:child_process';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { HostAddresses } from '../../src/connectivity/host-addresses.ts';
import { type InterfaceSettings, InterfaceWatcher } from '../../src/connectivity/interface-watcher.ts';
import { settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryHostAddresses } from '../support/memory-host-addresses.ts';

const USUAL: InterfaceSettings = {
  interfaces: true,
  excludeInterfaces: ['docker*', 'veth?'],
  addressFamilies: ['IPv4'],
  removalDelaySeconds: 600,
};

let clock: ManualClock;
let store: MemoryHostAddresses;
let addresses: HostAddresses;
let machine: Record<string, string[]>;
let broken: Error | undefined;
let settings: InterfaceSettings;
let problems: unknown[];
let changes: number;
let watcher: InterfaceWatcher;

async function start(read?: () => NodeJS.Dict<NetworkInterfaceInfo[]>): Promise<void> {
  addresses = await HostAddresses.open({
    store,
    port: () => 8883,
    onListenerError: (error) => {
      throw error;
    },
  });
  changes = 0;
  addresses.onChange(() => {
    changes += 1;
  });
  watcher = new InterfaceWatcher({
    clock,
    read: read ?? readMachine,
    settings: () => settings,
    addresses,
    onProblem: (error) => problems.push(error),
  });
  watcher.start();
  await settled();
}

function readMachine(): NodeJS.Dict<NetworkInterfaceInfo[]> {
  if (broken !== undefined) throw broken;
  return Object.fromEntries(Object.entries(machine).map(([name, all]) => [name, all.map(info)]));
}

function info(address: string): NetworkInterfaceInfo {
  const internal = address.startsWith('127.') || address === '::1';
  const same = { address, mac: '00:00:00:00:00:00', internal, netmask: '', cidr: null };
  return address.includes(':') ? { ...same, family: 'IPv6', scopeid: 0 } : { ...same, family: 'IPv4' };
}

async function passes(seconds: number): Promise<void> {
  clock.advance(seconds * 1_000);
  await settled();
}

beforeEach(() => {
  clock = new ManualClock();
  store = new MemoryHostAddresses();
  machine = { lo: ['127.0.0.1', '::1'], eth0: ['192.168.1.10', 'fd00::10'] };
  broken = undefined;
  settings = USUAL;
  problems = [];
});

describe('the addresses of the interfaces', () => {
  it('are those by which another machine may reach this one', async () => {
    machine['docker0'] = ['172.17.0.1'];
    machine['veth1'] = ['172.18.0.1'];
    machine['veth12'] = ['172.18.0.2'];
    machine['eth1'] = ['169.254.7.7', '10.0.0.1'];
    await start();
    expect(addresses.hosts()).toEqual(['10.0.0.1', '172.18.0.2', '192.168.1.10']);
  });

  it('are of the configured families, and never link-local', async () => {
    machine['eth0'] = ['fe80::1', 'febf::1', 'fec0::1', 'fd00::10', '192.168.1.10'];
    settings = { ...USUAL, addressFamilies: ['IPv6'] };
    await start();
    expect(addresses.hosts()).toEqual(['fd00::10', 'fec0::1']);
    settings = { ...USUAL, addressFamilies: ['IPv4', 'IPv6'] };
    watcher.settingsChanged();
    expect(addresses.hosts()).toEqual(['192.168.1.10', 'fd00::10', 'fec0::1']);
  });

  it('come in the same order, whatever the order of the interfaces', async () => {
    machine = { b: ['10.0.0.2'], a: ['10.0.0.1'] };
    await start();
    const before = addresses.current();
    machine = { a: ['10.0.0.1'], b: ['10.0.0.2'] };
    await passes(5);
    expect([addresses.current(), changes]).toEqual([before, 1]);
  });

  it('count at once when they are new', async () => {
    await start();
    machine['wlan0'] = ['10.1.1.1'];
    await passes(4.999);
    expect(addresses.hosts()).toEqual(['192.168.1.10']);
    await passes(0.001);
    expect(addresses.hosts()).toEqual(['10.1.1.1', '192.168.1.10']);
  });

  it('leave when they have been gone for as long as is configured', async () => {
    await start();
    machine['eth0'] = ['192.168.1.11'];
    await passes(5);
    await passes(595);
    expect(addresses.hosts()).toEqual(['192.168.1.10', '192.168.1.11']);
    await passes(5);
    expect(addresses.hosts()).toEqual(['192.168.1.11']);
  });

  it('that come and go change nothing', async () => {
    await start();
    for (let turn = 0; turn < 5; turn += 1) {
      machine['eth0'] = [];
      await passes(300);
      machine['eth0'] = ['192.168.1.10'];
      await passes(300);
    }
    expect([addresses.hosts(), changes]).toEqual([['192.168.1.10'], 1]);
  });

  it('are those of the last life while the network is not up yet', async () => {
    await start();
    watcher.stop();
    machine['eth0'] = [];
    await start();
    await passes(500);
    expect([addresses.hosts(), changes]).toEqual([['192.168.1.10'], 0]);
    machine['eth0'] = ['192.168.1.10'];
    await passes(500);
    expect([addresses.hosts(), changes]).toEqual([['192.168.1.10'], 0]);
  });
});

describe('a reload of the settings', () => {
  beforeEach(async () => {
    machine['eth1'] = ['10.0.0.1'];
    await start();
  });

  it('takes what is excluded now away at once', () => {
    settings = { ...USUAL, excludeInterfaces: ['eth1'] };
    watcher.settingsChanged();
    expect(addresses.hosts()).toEqual(['192.168.1.10']);
  });

  it('takes all of them away where interfaces do not count any more, and brings them back', () => {
    settings = { ...USUAL, interfaces: false };
    watcher.settingsChanged();
    expect(addresses.hosts()).toEqual([]);
    settings = USUAL;
    watcher.settingsChanged();
    expect(addresses.hosts()).toEqual(['10.0.0.1', '192.168.1.10']);
  });

  it('ends a delay that is shorter now', async () => {
    machine['eth1'] = [];
    await passes(10);
    expect(addresses.hosts()).toContain('10.0.0.1');
    settings = { ...USUAL, removalDelaySeconds: 5 };
    watcher.settingsChanged();
    expect(addresses.hosts()).toEqual(['192.168.1.10']);
  });
});

describe('interfaces that cannot be read', () => {
  it('change nothing and are told of, until they can be read', async () => {
    await start();
    broken = new Error('EAFNOSUPPORT');
    await passes(10_000);
    expect(addresses.hosts()).toEqual(['192.168.1.10']);
    expect(problems).toContain(broken);
    broken = undefined;
    await passes(5);
    await passes(5);
    expect(problems.at(-1)).toBeUndefined();
    expect(problems.filter((problem) => problem === undefined)).toHaveLength(1);
  });

  it('are told of too when their addresses cannot be kept on disk, and are kept later', async () => {
    store.full = true;
    await start();
    expect([addresses.hosts(), problems]).toEqual([['192.168.1.10'], [new Error('the disk is full')]]);
    store.full = false;
    await passes(5);
    expect(problems.at(-1)).toBeUndefined();
    expect(store.kept.get('interfaces')).toEqual([{ host: '192.168.1.10' }]);
  });
});

describe('a watcher that was stopped', () => {
  it('looks no more', async () => {
    await start();
    watcher.stop();
    machine['wlan0'] = ['10.1.1.1'];
    await passes(60);
    watcher.settingsChanged();
    expect(addresses.hosts()).toEqual(['192.168.1.10']);
  });
});

const FOLLOW = fileURLToPath(new URL('follow-interfaces.ts', import.meta.url));
/** Root may make a network namespace, which nothing else on the machine sees, and links in it. */
const mayMakeLinks =
  spawnSync('unshare', ['-n', 'ip', 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'other'])
    .status === 0;

describe("the machine's own interfaces", () => {
  it('are read without an error, and none of their addresses is loopback or link-local', async () => {
    settings = { ...USUAL, excludeInterfaces: [], addressFamilies: ['IPv4', 'IPv6'] };
    await start(networkInterfaces);
    expect(problems).toEqual([]);
    const all = Object.values(networkInterfaces()).flatMap((each = []) => each);
    const scoped = (address: string) => /^(127\.|169\.254\.|::1$|fe[89ab])/.test(address);
    const expected = all.map(({ address }) => address).filter((address) => !scoped(address));
    expect([...addresses.hosts()].sort()).toEqual([...new Set(expected)].sort());
  });

  it.skipIf(!mayMakeLinks)('are followed while they come and go', () => {
    const output = execFileSync('unshare', ['-n', process.execPath, FOLLOW], { encoding: 'utf8' });
    const steps = output
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(steps).toEqual([[], ['198.51.100.7', 'fd00::7'], ['198.51.100.9', 'fd00::7'], []]);
  });
});
