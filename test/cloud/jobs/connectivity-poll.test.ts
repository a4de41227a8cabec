import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectivityAddress } from '../../../src/cloud/greengrass/connectivity-info.ts';
import { AddressPublication } from '../../../src/cloud/jobs/address-publication.ts';
import {
  CLOUD_SOURCE,
  CONNECTIVITY_FINDING,
  ConnectivityPoll,
} from '../../../src/cloud/jobs/connectivity-poll.ts';
import { answered, trouble } from '../../../src/cloud/outcome.ts';
import { CONFIGURATION, HostAddresses, INTERFACES } from '../../../src/connectivity/host-addresses.ts';
import { MemoryHostAddresses } from '../../support/memory-host-addresses.ts';
import { ScriptedDataPlane, Surroundings, UNREACHABLE } from './scripted-data-plane.ts';

let here: Surroundings;
let cloud: ScriptedDataPlane;
let store: MemoryHostAddresses;
let addresses: HostAddresses;
let interval: number;
let job: ConnectivityPoll;
let changes: number;

const entry = (hostAddress: string, portNumber = 0): ConnectivityAddress => ({
  id: hostAddress,
  hostAddress,
  portNumber,
  metadata: '',
});
const give = (...entries: ConnectivityAddress[]): void => {
  cloud.read = () => answered(entries);
};

async function open(): Promise<void> {
  addresses = await HostAddresses.open({ store, port: () => 8883, onListenerError: () => {} });
  addresses.onChange(() => {
    changes += 1;
  });
  job = new ConnectivityPoll({
    dataPlane: cloud,
    addresses,
    coreThingName: 'gateway',
    intervalSeconds: () => interval,
    ...here,
    random: () => here.random(),
  });
}

beforeEach(async () => {
  here = new Surroundings();
  cloud = new ScriptedDataPlane();
  store = new MemoryHostAddresses();
  interval = 60;
  changes = 0;
  await open();
});
afterEach(() => job.stop());

async function start(): Promise<void> {
  job.start();
  await job.idle();
}

async function later(milliseconds: number): Promise<void> {
  here.clock.advance(milliseconds);
  await job.idle();
}

describe('the poll of connectivity information', () => {
  it('joins what the operator gave in the cloud to the addresses of this host', async () => {
    give(entry('10.1.2.3', 8884), entry('Gateway.Example.'));
    await start();
    expect(addresses.current()).toEqual([
      { host: '10.1.2.3', port: 8884, source: 'connectivity-information-service' },
      { host: 'gateway.example', port: 8883, source: 'connectivity-information-service' },
    ]);
    expect(job.status()).toMatchObject({
      name: 'connectivity-information',
      state: 'waiting',
      detail: '2 addresses read',
      failures: 0,
      succeededAt: here.clock.now(),
    });
  });

  it.each([
    [0, 48_000],
    [0.5, 60_000],
    [1, 72_000],
  ])('comes again after its interval, give or take a fifth (random %s)', async (random, wait) => {
    here.random = () => random;
    await start();
    await later(wait - 1);
    expect(cloud.reads).toBe(1);
    await later(1);
    expect(cloud.reads).toBe(2);
  });

  it('changes nothing, and writes nothing, with the same set again', async () => {
    give(entry('10.1.2.3'), entry('a.example'));
    await start();
    give(entry('a.example'), entry('10.1.2.3'));
    await later(72_000);
    expect(changes).toBe(1);
    const { writes } = store;
    await later(72_000);
    expect(store.writes).toBe(writes);
  });

  it('takes an empty list for an answer', async () => {
    give(entry('10.1.2.3'));
    await start();
    give();
    await later(72_000);
    expect(addresses.of(CLOUD_SOURCE)).toEqual([]);
    expect(job.status().detail).toBe('0 addresses read');
  });

  it('leaves out what no device can connect to, and says so until it is corrected', async () => {
    give(
      ...['*.example', 'a b', '10.1.2', 'x:8883', ''].map((host) => entry(host)),
      entry('b.example', 70_000),
      entry('a.example'),
    );
    await start();
    expect(addresses.hosts()).toEqual(['a.example']);
    expect(job.status().detail).toBe('1 address read, 6 left out');
    expect(here.open.get(CONNECTIVITY_FINDING)).toMatchObject({
      severity: 'WARNING',
      message: expect.stringContaining('"*.example", "a b", "10.1.2" and 3 more'),
    });
    give(entry('a.example'));
    await later(72_000);
    expect(here.open.size).toBe(0);
  });

  it('takes the first hundred of more', async () => {
    give(...Array.from({ length: 130 }, (_, index) => entry(`host-${index}.example`)));
    await start();
    expect(addresses.of(CLOUD_SOURCE)).toHaveLength(100);
    expect(job.status().detail).toBe('100 addresses read, 30 left out');
  });

  it('has its addresses in force when they cannot be kept, says so, and keeps them with the next', async () => {
    store.full = true;
    give(entry('10.1.2.3'));
    await start();
    expect(addresses.hosts()).toEqual(['10.1.2.3']);
    expect(here.open.get(CONNECTIVITY_FINDING)?.message).toContain('the disk is full');
    store.full = false;
    await later(72_000);
    expect(store.kept.get(CLOUD_SOURCE)).toEqual([{ host: '10.1.2.3' }]);
    expect(here.open.size).toBe(0);
  });
});

describe('trouble', () => {
  it('leaves what was known, in this life and the next', async () => {
    give(entry('10.1.2.3'));
    await start();
    for (const kind of ['unreachable', 'throttled', 'misconfigured', 'server-error', 'unexpected'] as const) {
      cloud.read = () => trouble(kind, 'it went wrong');
      await later(72_000);
      expect(addresses.hosts()).toEqual(['10.1.2.3']);
    }
    await job.stop();
    await open();
    await start();
    expect(addresses.hosts()).toEqual(['10.1.2.3']);
    expect(job.status()).toMatchObject({ failures: 1, lastError: 'it went wrong' });
  });

  it('that passes is tried again after 1 s, doubled up to 30 s', async () => {
    cloud.read = () => UNREACHABLE;
    await start();
    const waits: number[] = [];
    for (let each = 0; each < 7; each += 1) {
      const wait = (job.status().nextAt ?? 0) - here.clock.now();
      waits.push(wait / 1_000);
      await later(wait);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(cloud.reads).toBe(8);
  });

  it('that only the operator can mend is a warning, and not tried more often than the interval', async () => {
    cloud.read = () => trouble('misconfigured', 'denied');
    await start();
    expect(here.open.get(CONNECTIVITY_FINDING)?.message).toContain('denied. See `deviceauthctl doctor`');
    await later(59_999);
    expect(cloud.reads).toBe(1);
    give();
    await later(1);
    expect(here.open.size).toBe(0);
  });

  it('is over at once when the network comes up', async () => {
    cloud.read = () => UNREACHABLE;
    here.goDown();
    await start();
    give(entry('10.1.2.3'));
    here.network.reached();
    await job.idle();
    expect(addresses.hosts()).toEqual(['10.1.2.3']);
  });

  it('is not made more by a network that flaps', async () => {
    await start();
    for (let each = 0; each < 20; each += 1) {
      here.goDown();
      here.network.reached();
      await job.idle();
    }
    expect(cloud.reads).toBe(1);
  });
});

describe('the interval', () => {
  it('0 is never, and what was read before stays', async () => {
    give(entry('10.1.2.3'));
    await start();
    interval = 0;
    job.settingsChanged();
    job.refresh();
    here.goDown();
    here.network.reached();
    await later(86_400_000);
    expect(cloud.reads).toBe(1);
    expect(job.status()).toMatchObject({ state: 'off', nextAt: undefined });
    expect(addresses.hosts()).toEqual(['10.1.2.3']);
    interval = 10;
    job.settingsChanged();
    await job.idle();
    expect(cloud.reads).toBe(2);
    await later(12_000);
    expect(cloud.reads).toBe(3);
  });

  it('0 leaves no complaint behind about what is not asked any more', async () => {
    cloud.read = () => trouble('misconfigured', 'it is not permitted');
    await start();
    expect(here.open.size).toBe(1);
    interval = 0;
    job.settingsChanged();
    expect(here.open.size).toBe(0);
    expect(job.status()).toMatchObject({ state: 'off', failures: 0, lastError: '' });
  });

  it('0 while an attempt is under way too', async () => {
    const answer = Promise.withResolvers<void>();
    cloud.read = async () => {
      await answer.promise;
      return trouble('misconfigured', 'it is not permitted');
    };
    job.start();
    interval = 0;
    job.settingsChanged();
    answer.resolve();
    await job.idle();
    expect(here.open.size).toBe(0);
    expect(job.status()).toMatchObject({ state: 'off', failures: 0, lastError: '' });
  });

  it('that is turned on again while the cloud asked to wait is said to wait', async () => {
    cloud.read = () => trouble('throttled', 'too many', 60_000);
    await start();
    interval = 0;
    job.settingsChanged();
    interval = 30;
    job.settingsChanged();
    expect(job.status()).toMatchObject({ state: 'waiting', nextAt: here.clock.now() + 60_000 });
  });

  it('is followed at once, and nothing else of the configuration is', async () => {
    await start();
    job.settingsChanged();
    await job.idle();
    expect(cloud.reads).toBe(1);
    interval = 3_600;
    job.settingsChanged();
    await job.idle();
    expect(cloud.reads).toBe(2);
    await later(3_600_000);
    expect(cloud.reads).toBe(2);
    await later(720_000);
    expect(cloud.reads).toBe(3);
  });

  it('may become 0 while an attempt is under way', async () => {
    const answer = Promise.withResolvers<void>();
    cloud.read = async () => {
      await answer.promise;
      return answered([]);
    };
    job.start();
    interval = 0;
    job.settingsChanged();
    answer.resolve();
    await job.idle();
    await later(86_400_000);
    expect(cloud.reads).toBe(1);
    expect(job.status().state).toBe('off');
  });
});

describe('publishing addresses', () => {
  const publication = () =>
    new AddressPublication({ dataPlane: cloud, addresses, coreThingName: 'gateway', ...here });
  const publish = () => publication().publish(new AbortController().signal);

  it('sends those of the configuration and the interfaces, with the port, and none that came from the cloud', async () => {
    await addresses.replace(CONFIGURATION, [{ host: 'gateway.example' }]);
    await addresses.replace(INTERFACES, [{ host: '10.1.2.3' }, { host: '2001:db8::1' }]);
    await addresses.replace(CLOUD_SOURCE, [{ host: 'other.example' }, { host: '10.1.2.3' }]);
    const outcome = await publish();
    expect(cloud.updates).toEqual([
      [
        { id: 'gateway.example:8883', hostAddress: 'gateway.example', portNumber: 8883, metadata: '' },
        { id: '10.1.2.3:8883', hostAddress: '10.1.2.3', portNumber: 8883, metadata: '' },
        { id: '2001:db8::1:8883', hostAddress: '2001:db8::1', portNumber: 8883, metadata: '' },
      ],
    ]);
    expect(outcome).toMatchObject({
      kind: 'answered',
      value: [{ host: 'gateway.example' }, { host: '10.1.2.3' }, { host: '2001:db8::1' }],
    });
  });

  it('sends nothing when there is none, so that nothing is deleted there by accident', async () => {
    await addresses.replace(CLOUD_SOURCE, [{ host: 'other.example' }]);
    expect(await publish()).toMatchObject({ kind: 'trouble', trouble: 'misconfigured' });
    expect(cloud.updates).toEqual([]);
  });

  it('explains what a missing service role is', async () => {
    await addresses.replace(INTERFACES, [{ host: '10.1.2.3' }]);
    cloud.update = () =>
      trouble(
        'misconfigured',
        'Greengrass is not authorized to assume the Service Role associated with this account',
      );
    expect(await publish()).toMatchObject({
      message: expect.stringMatching(
        /not authorized to assume.*associate-service-role-to-account.*docs\/aws\.md/,
      ),
    });
    cloud.update = () => UNREACHABLE;
    expect(await publish()).toEqual(UNREACHABLE);
  });
});
