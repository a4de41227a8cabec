import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { DEVICE_AUTH_OPERATIONS } from '../../src/config/operations.ts';
import { modeBits } from '../../src/config/schema.ts';
import { loadContract } from '../../src/contract/index.ts';

const unix = { socket: '/run/deviceauthd/b.sock', operations: ['broker'] };
const tls = { certificateFile: '/c.pem', keyFile: '/k.pem', clientCaFile: '/ca.pem' };
const tcp = { host: '192.0.2.1', port: 7443, tls, operations: ['broker'] };
const load = (listeners: unknown, more: object = {}) =>
  loadConfiguration(JSON.stringify({ listeners, ...more }));
const problemsOf = (listener: object) =>
  load({ b: listener }).errors.map(({ path, rule }) => `${path.replace('listeners.b', '')} ${rule}`.trim());

describe('A listener', () => {
  it('on a Unix socket has a mode and limits by default', () => {
    expect(load({ b: unix })).toMatchObject({ errors: [], warnings: [] });
    expect(load({ b: unix }).effective.listeners['b']).toEqual({
      socket: '/run/deviceauthd/b.sock',
      mode: '0660',
      operations: DEVICE_AUTH_OPERATIONS,
      limits: { maxMessageBytes: 1_048_576, maxConcurrentCalls: 1000, maxCallsPerSecond: 100_000 },
    });
    expect(modeBits('0660')).toBe(0o660);
  });

  it('knows exactly the operations of the contract, and broker for all of them', () => {
    expect([...DEVICE_AUTH_OPERATIONS]).toEqual(Object.keys(loadContract().deviceAuth).sort());
  });

  it('allows what it names, in one order and once, and nothing by default', () => {
    const operations = (names: unknown) => load({ b: { ...unix, operations: names } });
    expect(
      operations(['GetGrantSet', 'AuthorizeClientDeviceAction', 'GetGrantSet']).effective.listeners['b']
        ?.operations,
    ).toEqual(['AuthorizeClientDeviceAction', 'GetGrantSet']);
    const none = load({ b: { socket: '/b' } });
    expect(none.effective.listeners['b']?.operations).toEqual([]);
    expect(none.warnings).toMatchObject([{ path: 'listeners.b.operations' }]);
  });

  it('with a misspelt operation is an error that names the nearest, and is not opened', () => {
    const { errors, effective } = load({
      b: { ...unix, operations: ['broker', 'GetGrantset'] },
      other: { ...unix, socket: '/o' },
    });
    expect(errors).toMatchObject([{ path: 'listeners.b.operations[1]', value: 'GetGrantset' }]);
    expect(errors[0]?.rule).toMatch(/; the nearest is GetGrantSet$/);
    expect(Object.keys(effective.listeners)).toEqual(['other']);
  });

  it.each<[object, string]>([
    [{ ...unix, mode: '0666' }, '.mode must not let everybody write: any local user could call'],
    [{ ...unix, mode: '0662' }, '.mode must not let everybody write: any local user could call'],
    [{ ...unix, mode: '0968' }, '.mode must be three octal digits in quotes, such as "0660"'],
    [{ ...unix, mode: '4660' }, '.mode must be three octal digits in quotes, such as "0660"'],
    [{ ...unix, mode: 660 }, '.mode must be text: put it in quotes'],
    [{ ...unix, socket: '' }, '.socket must not be empty'],
    [
      { ...unix, socket: `/run/${'ü'.repeat(52)}` },
      ".socket has 109 bytes; a Unix socket's path has at most 107",
    ],
    [{ ...unix, port: 5 }, 'must have either socket, or host and port'],
    [{ operations: [] }, 'must have either socket, or host and port'],
    [{ ...tcp, port: undefined }, '.port is required'],
    [{ ...tcp, port: 65_536 }, '.port must be a whole number from 0 to 65535'],
    [{ ...tcp, port: '7443' }, '.port must be a whole number, not text'],
    [{ ...tcp, host: 'a b' }, '.host must be an address or a host name'],
    [
      { ...tcp, tls: undefined },
      '.tls is required on a TCP port (or insecureLoopback: true on a loopback address)',
    ],
    [
      { ...tcp, tls: undefined, insecureLoopback: true },
      '.insecureLoopback needs a loopback address, and 192.0.2.1 is none',
    ],
    [{ ...tcp, tls: { ...tls, keyFile: undefined } }, '.tls.keyFile is required'],
    [
      { ...tcp, tls: { ...tls, clientFingerprints: [] } },
      '.tls.clientFingerprints must name at least one; leave the key out to accept every certificate of clientCaFile',
    ],
    [
      { ...tcp, tls: { ...tls, clientFingerprints: ['ab'] } },
      '.tls.clientFingerprints[0] must be a SHA-256 fingerprint: 64 hex digits',
    ],
    [{ ...unix, operations: 'broker' }, '.operations must be a list, not text'],
    [{ ...unix, operations: [null] }, '.operations[0] must not be null'],
  ])('%j is an error', (listener, problem) => {
    expect(problemsOf(listener)).toEqual([problem]);
    expect(load({ b: listener }).effective.listeners).toEqual({});
  });

  it('may serve without TLS on loopback addresses only', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) {
      expect(problemsOf({ host, port: 7000, insecureLoopback: true, operations: ['broker'] })).toEqual([]);
    }
    for (const host of [
      '0.0.0.0',
      '::',
      '10.0.0.1',
      'localhost.example.org',
      '127.0.0.1.example.org',
      '1270.0.0.1',
    ]) {
      expect(problemsOf({ host, port: 7000, insecureLoopback: true, operations: ['broker'] })).toHaveLength(
        1,
      );
    }
  });

  it('takes fingerprints as openssl prints them', () => {
    const fingerprint = Array(32).fill('AB').join(':');
    const { effective } = load({ b: { ...tcp, tls: { ...tls, clientFingerprints: [fingerprint] } } });
    expect(effective.listeners['b']).toMatchObject({ tls: { clientFingerprints: ['ab'.repeat(32)] } });
  });

  it('has an address of its own', () => {
    const twice = load({ a: unix, b: { ...unix, socket: '/run//deviceauthd/./b.sock' } });
    expect(twice.errors).toMatchObject([
      { path: 'listeners.b.socket', rule: 'listeners.a.socket has this address already' },
    ]);
    const admin = load({ a: { ...unix, socket: '/run/deviceauthd/admin.sock' } });
    expect(admin.errors[0]?.rule).toBe('admin.socket has this address already');
    expect(load({ a: tcp, b: tcp }).errors).toHaveLength(1);
    expect(load({ a: { ...tcp, port: 0 }, b: { ...tcp, port: 0 } }).errors).toEqual([]);
  });

  it('has a name that can be told from the operator’s socket and from others', () => {
    for (const name of ['admin', 'discovery', 'sink', '', 'a b', 'a/b', '-a', 'x'.repeat(65), 'ü']) {
      expect(load({ [name]: unix }).errors).toHaveLength(1);
    }
    for (const name of ['mosquitto', 'A.b_c-1', 'constructor', 'toString']) {
      expect(load({ [name]: unix })).toMatchObject({ errors: [] });
      expect(Object.keys(load({ [name]: unix }).effective.listeners)).toEqual([name]);
    }
  });

  it('of the operator keeps its defaults where it is wrong', () => {
    const { errors, effective } = load({}, { admin: { socket: `/${'x'.repeat(107)}`, mode: '0666' } });
    expect(errors.map(({ path }) => path)).toEqual(['admin.socket', 'admin.mode']);
    expect(effective.admin).toEqual({ socket: '/run/deviceauthd/admin.sock', mode: '0600' });
    expect(load({}, { admin: { socket: `/${'x'.repeat(106)}` } }).errors).toEqual([]);
  });

  it('is clamped in its limits with a warning', () => {
    const { warnings, effective } = load({
      b: { ...unix, limits: { maxMessageBytes: 1, maxConcurrentCalls: 0 } },
    });
    expect(effective.listeners['b']?.limits).toMatchObject({
      maxMessageBytes: 65_536,
      maxConcurrentCalls: 1,
    });
    expect(warnings).toHaveLength(2);
  });
});
