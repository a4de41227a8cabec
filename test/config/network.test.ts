import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';

const load = (text: object) => loadConfiguration(JSON.stringify(text));

describe('connectivity.hosts', () => {
  it('are names and addresses', () => {
    const hosts = ['gw.example', 'GW', '192.168.1.10', 'fd00::10'];
    expect(load({ connectivity: { hosts } })).toMatchObject({
      errors: [],
      effective: { connectivity: { hosts } },
    });
  });

  it.each(['192.168.1', 'gw..example', '-gw', 'fd00:::1'])(
    'with %j in them are an error, and the others stay',
    (host) => {
      const { errors, effective } = load({ connectivity: { hosts: ['gw', host] } });
      expect(errors).toEqual([
        {
          path: 'connectivity.hosts[1]',
          value: host,
          rule: 'must be a host name or an IP address, without a port',
        },
      ]);
      expect(effective.connectivity.hosts).toEqual(['gw']);
    },
  );
});

describe('discovery.listen', () => {
  it('names any number of ports', () => {
    const listen = ['0.0.0.0:8443', '[::]:8443', '192.168.1.10:443', 'gw:8443', '127.0.0.1:0', '127.0.0.1:0'];
    expect(load({ discovery: { listen } })).toMatchObject({
      errors: [],
      effective: { discovery: { listen } },
    });
  });

  it.each([
    [':::8443', 'must be host:port'],
    ['[gw]:8443', 'must be host:port'],
    ['gw:65536', 'must be host:port'],
    ['0.0.0.0:443', 'is there twice'],
  ])('with %s in it is an error, and the others stay', (wrong, rule) => {
    const { errors, effective } = load({ discovery: { listen: ['0.0.0.0:443', wrong] } });
    expect(errors).toEqual([{ path: 'discovery.listen[1]', value: wrong, rule }]);
    expect(effective.discovery.listen).toEqual(['0.0.0.0:443']);
  });

  it('is closed by default, so that nobody asks without the operator’s leave', () => {
    expect(load({}).effective.discovery.listen).toEqual([]);
  });
});

it('a listener named discovery is an error: it would be taken for the ports of discovery', () => {
  const { errors } = load({ listeners: { discovery: { socket: '/s', operations: ['broker'] } } });
  expect(errors).toMatchObject([
    { path: 'listeners.discovery', rule: expect.stringContaining('local discovery') },
  ]);
});
