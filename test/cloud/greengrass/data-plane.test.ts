import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConnectivityAddress,
  MOST_ADDRESSES,
  readConnectivityInfo,
} from '../../../src/cloud/greengrass/connectivity-info.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { patient } from '../../support/identity-room.ts';
import { GreengrassRoom } from './greengrass-room.ts';

const CORE = 'MyCore';
const ca = new CertificateMaker().ca('Core CA');

let room: GreengrassRoom;

beforeEach(async () => {
  room = await GreengrassRoom.open();
});

afterEach(() => room.close());

const put = (core = CORE) => room.dataPlane.putCertificateAuthorities(core, [ca.pem], patient());
const get = (core = CORE) => room.dataPlane.getConnectivityInfo(core, patient());
const update = (list: readonly ConnectivityAddress[]) =>
  room.dataPlane.updateConnectivityInfo(CORE, list, patient());

function address(hostAddress: string, more: Partial<ConnectivityAddress> = {}): ConnectivityAddress {
  return { id: hostAddress, hostAddress, portNumber: 8883, metadata: '', ...more };
}

describe("a core's CAs", () => {
  it('are put under its name', async () => {
    expect(await put()).toEqual({ kind: 'answered', value: { kind: 'yes' } });
    expect(room.aws.account.uploads).toEqual([{ coreThingName: CORE, pems: [ca.pem] }]);
  });

  it('are not, when AWS does not accept them, which is its last word', async () => {
    expect(await room.dataPlane.putCertificateAuthorities(CORE, ['x'], patient())).toMatchObject({
      kind: 'answered',
      value: { kind: 'no', message: expect.stringContaining('ValidationException') },
    });
    expect(room.aws.account.uploads).toEqual([]);
  });

  it('are not, when the core is none, which the operator may change', async () => {
    expect(await put('Nobody')).toMatchObject({ kind: 'trouble', trouble: 'misconfigured' });
    expect(room.aws.account.uploads).toEqual([]);
  });

  it('are not, when they are put too often, and are told when to come back', async () => {
    room.aws.faults.add({ kind: 'throttle', retryAfter: '3' });
    expect(await put()).toMatchObject({ trouble: 'throttled', retryAfterMs: 3_000 });
  });

  it('are not asked about without a path', async () => {
    await room.close();
    room = await GreengrassRoom.open({}, {});
    expect(await put()).toEqual({
      kind: 'trouble',
      trouble: 'misconfigured',
      message: 'cloud.dataPlane.paths.putCertificateAuthorities is not set; AWS does not publish it',
    });
    expect(room.aws.requests.count()).toBe(0);
  });
});

describe("a core's connectivity information", () => {
  const list = [address('10.0.0.7'), address('gw.example', { id: '2', portNumber: 443, metadata: 'm' })];

  it('comes back as it was given', async () => {
    expect(await update(list)).toEqual({ kind: 'answered', value: 'version-1' });
    expect(await get()).toEqual({ kind: 'answered', value: list });
    expect(room.aws.account.connectivity.get(CORE)).toEqual([
      { Id: '10.0.0.7', HostAddress: '10.0.0.7', PortNumber: 8883, Metadata: '' },
      { Id: '2', HostAddress: 'gw.example', PortNumber: 443, Metadata: 'm' },
    ]);
  });

  it('is understood with small letters, too', async () => {
    await update(list);
    room.aws.account.lowerCaseConnectivity = true;
    expect(await get()).toEqual({ kind: 'answered', value: list });
  });

  it('is none when none was given, or there is no such core', async () => {
    expect(await get()).toEqual({ kind: 'answered', value: [] });
    expect(await get('Nobody')).toEqual({ kind: 'answered', value: [] });
  });

  it('is not none when AWS cannot say', async () => {
    room.aws.faults.add({ kind: 'error', status: 500, type: 'InternalServerException' });
    expect(await get()).toMatchObject({ trouble: 'server-error' });
    room.aws.faults.clear();
    room.aws.faults.add({ kind: 'answer', status: 404, body: '<html>' });
    expect(await get()).toMatchObject({ trouble: 'unexpected' });
  });

  it.each([undefined, '', { ConnectivityInfo: 'no' }])('is not none when the answer is %o', async (body) => {
    room.aws.faults.add({ kind: 'answer', status: 200, body });
    expect(await get()).toMatchObject({ trouble: 'unexpected' });
  });

  it('cannot be given without the service role', async () => {
    room.aws.account.serviceRole = false;
    expect(await update(list)).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining('service role'),
    });
  });

  it('is a bounded list of plain entries, whatever comes', () => {
    const host = (HostAddress: unknown, PortNumber: unknown = 1) => ({ Id: 7, HostAddress, PortNumber });
    const strange = [null, 1, 'x', {}, host(''), host('a b'), host('ä'), host('x'.repeat(256)), host(5)];
    const ports = [host('p', -1), host('p', 65_536), host('p', 1.5), host('p', '8883')];
    expect(
      readConnectivityInfo({ ConnectivityInfo: [...strange, ...ports, host('good', 0), host('none', null)] }),
    ).toEqual([
      { id: '', hostAddress: 'good', portNumber: 0, metadata: '' },
      { id: '', hostAddress: 'none', portNumber: 0, metadata: '' },
    ]);
    const many = Array.from({ length: 5_000 }, (_, n) => host(`h${n}`));
    expect(readConnectivityInfo({ ConnectivityInfo: many })).toHaveLength(MOST_ADDRESSES);
    expect(readConnectivityInfo({ ConnectivityInfo: null })).toEqual([]);
  });

  it('is not given longer than it may be', async () => {
    const many = Array.from({ length: MOST_ADDRESSES + 1 }, (_, n) => address(`h${n}`));
    await expect(update(many)).rejects.toThrow(RangeError);
  });
});
