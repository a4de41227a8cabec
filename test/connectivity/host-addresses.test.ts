import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GivenAddress, HostAddressStore } from '../../src/connectivity/host-address-store.ts';
import { HostAddresses, MOST_ADDRESSES } from '../../src/connectivity/host-addresses.ts';
import { normalizeHost } from '../../src/connectivity/host-name.ts';
import { openRegistry } from '../../src/identity/registry/sqlite-registry.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryHostAddresses } from '../support/memory-host-addresses.ts';
import { runs } from '../support/runs.ts';

const CLOUD = 'connectivity-information-service';
const hosts = (...names: string[]): GivenAddress[] => names.map((host) => ({ host }));

let store: MemoryHostAddresses;
let port: number;
let faults: unknown[];
let addresses: HostAddresses;
let told: number;

async function open(from: HostAddressStore = store): Promise<void> {
  addresses = await HostAddresses.open({
    store: from,
    port: () => port,
    onListenerError: (error) => faults.push(error),
  });
  told = 0;
  addresses.onChange(() => {
    told += 1;
  });
}

beforeEach(async () => {
  store = new MemoryHostAddresses();
  port = 8883;
  faults = [];
  await open();
});

describe('the addresses of a host', () => {
  it('are those of the configuration, then those of the interfaces, then those of others', async () => {
    await addresses.replace(CLOUD, [{ host: 'cloud.example', port: 443 }]);
    await addresses.replace('another', hosts('10.0.0.9'));
    await addresses.replace('interfaces', hosts('10.0.0.2', '10.0.0.1'));
    await addresses.replace('configuration', hosts('gw.example'));
    expect(addresses.current()).toEqual([
      { host: 'gw.example', port: 8883, source: 'configuration' },
      { host: '10.0.0.2', port: 8883, source: 'interfaces' },
      { host: '10.0.0.1', port: 8883, source: 'interfaces' },
      { host: '10.0.0.9', port: 8883, source: 'another' },
      { host: 'cloud.example', port: 443, source: CLOUD },
    ]);
    expect(addresses.hosts()).toEqual(['gw.example', '10.0.0.2', '10.0.0.1', '10.0.0.9', 'cloud.example']);
  });

  it('are there once, however many sources gave them and however they wrote them', async () => {
    await addresses.replace('configuration', hosts('GW.Example.', 'gw.example', 'FD00:0:0::1'));
    await addresses.replace(CLOUD, [{ host: 'gw.EXAMPLE', port: 8883 }, { host: 'fd00::1' }]);
    expect(addresses.current().map(({ host, source }) => [host, source])).toEqual([
      ['gw.example', 'configuration'],
      ['fd00::1', 'configuration'],
    ]);
  });

  it('may have several ports, and are one name in a certificate', async () => {
    await addresses.replace(CLOUD, [{ host: 'gw.example', port: 443 }, { host: 'gw.example' }]);
    expect(addresses.current().map((each) => each.port)).toEqual([443, 8883]);
    expect(addresses.hosts()).toEqual(['gw.example']);
  });

  it('have the configured port of now where none was given', async () => {
    await addresses.replace('configuration', hosts('gw.example'));
    port = 1884;
    expect(addresses.current()).toEqual([{ host: 'gw.example', port: 1884, source: 'configuration' }]);
  });

  it('are forgotten when their source gives none', async () => {
    await addresses.replace('configuration', hosts('gw.example'));
    await addresses.replace('configuration', []);
    expect(addresses.current()).toEqual([]);
  });
});

describe('a listener', () => {
  it('is told when the merged set has changed', async () => {
    await addresses.replace('configuration', hosts('gw.example'));
    await addresses.replace(CLOUD, hosts('10.0.0.1'));
    await addresses.replace(CLOUD, []);
    expect(told).toBe(3);
  });

  it('is not told of the same addresses again, another order, or what another source gave already [CE-021, CE-023]', async () => {
    await addresses.replace('configuration', hosts('gw.example', '10.0.0.1'));
    told = 0;
    await addresses.replace('configuration', hosts('gw.example', '10.0.0.1'));
    await addresses.replace('configuration', hosts('10.0.0.1', 'GW.example', 'gw.example.'));
    await addresses.replace(CLOUD, hosts('gw.example'));
    await addresses.replace(CLOUD, []);
    expect(told).toBe(0);
  });

  it('sees the new set when it is told', async () => {
    const seen: (readonly string[])[] = [];
    addresses.onChange(() => seen.push(addresses.hosts()));
    await addresses.replace('configuration', hosts('gw.example'));
    expect(seen).toEqual([['gw.example']]);
  });

  it('is told though another one throws, and no more after it has ended', async () => {
    const end = addresses.onChange(() => {
      throw new Error('a defect');
    });
    let later = 0;
    addresses.onChange(() => {
      later += 1;
    });
    await addresses.replace('configuration', hosts('a'));
    end();
    await addresses.replace('configuration', hosts('b'));
    expect([later, faults]).toEqual([2, [new Error('a defect')]]);
  });

  it('is told exactly when the set differs, whatever is given', async () => {
    const entry = fc.record({
      source: fc.constantFrom('configuration', 'interfaces', CLOUD),
      given: fc.array(fc.constantFrom('a', 'A.', 'b', 'c', '10.0.0.1', 'fd00::1', 'FD00:0::1'), {
        maxLength: 5,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (steps) => {
        await open(new MemoryHostAddresses());
        for (const { source, given } of steps) {
          const before = [...addresses.hosts()].sort().join();
          told = 0;
          await addresses.replace(source, hosts(...given));
          const after = [...addresses.hosts()].sort().join();
          expect(told).toBe(before === after ? 0 : 1);
          expect(new Set(addresses.hosts()).size).toBe(addresses.hosts().length);
          expect(addresses.hosts().map(normalizeHost)).toEqual(addresses.hosts());
        }
      }),
      runs(),
    );
  });
});

describe('a list with something in it that is no host', () => {
  it.each([
    ['a port in the name', [{ host: 'gw.example:8883' }], 'neither a host name nor an IP address'],
    ['half an address', [{ host: '10.0.0' }], 'neither a host name nor an IP address'],
    ['a zone', [{ host: 'fe80::1%eth0' }], 'neither a host name nor an IP address'],
    ['nothing', [{ host: '' }], 'neither a host name nor an IP address'],
    ['a wildcard', [{ host: '*.example' }], 'no device can connect to'],
    ['no port', [{ host: 'gw.example', port: 0 }], 'a port is 1 to 65535'],
  ])(
    '(%s) is refused whole with its source and its problem, and changes nothing',
    async (_, list, problem) => {
      await addresses.replace('configuration', hosts('gw.example'));
      await addresses.replace(CLOUD, hosts('10.0.0.1'));
      told = 0;
      const error = await addresses
        .replace(CLOUD, [...hosts('10.0.0.2'), ...list])
        .catch((each: unknown) => each);
      expect(error).toMatchObject({ reason: 'INVALID_ARGUMENTS' });
      expect(String(error)).toContain(`"${CLOUD}"`);
      expect(String(error)).toContain(problem);
      expect([addresses.hosts(), told]).toEqual([['gw.example', '10.0.0.1'], 0]);
    },
  );

  it('is also one with more than fit into a certificate', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => ({ host: `host-${n}` }));
    await expect(addresses.replace('x', many(MOST_ADDRESSES + 1))).rejects.toThrow('leave some out');
    await addresses.replace('x', [...many(MOST_ADDRESSES), ...many(MOST_ADDRESSES)]);
    expect(addresses.hosts()).toHaveLength(MOST_ADDRESSES);
  });
});

describe('addresses on disk', () => {
  it('are in force at the next start, before anybody has given any [CE-020]', async () => {
    await addresses.replace(CLOUD, [{ host: 'gw.example', port: 443 }]);
    await addresses.replace('interfaces', hosts('10.0.0.1'));
    await open();
    expect(addresses.current()).toEqual([
      { host: '10.0.0.1', port: 8883, source: 'interfaces' },
      { host: 'gw.example', port: 443, source: CLOUD },
    ]);
    await addresses.replace(CLOUD, [{ host: 'gw.example', port: 443 }]);
    expect(told).toBe(0);
  });

  it('are not written again when nothing changed', async () => {
    await addresses.replace('configuration', hosts('gw.example'));
    await addresses.replace('configuration', hosts('gw.example'));
    expect(store.writes).toBe(1);
  });

  it('that could not be written are in force all the same, and are written with the next list', async () => {
    store.full = true;
    await expect(addresses.replace('configuration', hosts('gw.example'))).rejects.toThrow('full');
    expect([addresses.hosts(), told]).toEqual([['gw.example'], 1]);
    store.full = false;
    await addresses.replace('configuration', hosts('gw.example'));
    expect(store.kept.get('configuration')).toEqual(hosts('gw.example'));
  });

  describe('in the registry’s database', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'connectivity-'));
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    it('are those given last, in their order', async () => {
      const registry = await openRegistry({ directory, clock: new ManualClock() });
      await open(registry.hostAddresses);
      await addresses.replace('interfaces', hosts('b', 'a', 'c'));
      await addresses.replace(CLOUD, [{ host: 'gw.example', port: 443 }]);
      await addresses.replace('interfaces', hosts('c', 'b'));
      await registry.close();
      const again = await openRegistry({ directory, clock: new ManualClock() });
      await open(again.hostAddresses);
      expect(addresses.of('interfaces')).toEqual(hosts('c', 'b'));
      expect(addresses.of(CLOUD)).toEqual([{ host: 'gw.example', port: 443 }]);
      await again.close();
    });
  });
});
