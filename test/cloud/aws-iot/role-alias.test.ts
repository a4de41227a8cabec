import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoleAliasCredentials } from '../../../src/cloud/aws-iot/role-alias-credentials.ts';
import { HttpsConnection } from '../../../src/cloud/https-connection.ts';
import { CoreDirectory } from '../../support/fake-aws/core-directory.ts';
import { IotRoom } from './iot-room.ts';

const HOUR = 3_600_000;
const ASSUME = 'AssumeRoleWithCertificate';

let room: IotRoom;
let directory: CoreDirectory;
let connection: HttpsConnection;

beforeEach(async () => {
  room = await IotRoom.open();
  const { aws, clock } = room;
  aws.account.roleAliases.set('GatewayAlias', HOUR);
  directory = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
  connection = new HttpsConnection({
    host: 'localhost',
    port: aws.devicePort,
    alpn: undefined,
    files: directory.files,
    proxy: undefined,
    warn: () => {},
  });
  const credentials = new RoleAliasCredentials({
    connection,
    roleAlias: 'GatewayAlias',
    thingName: aws.core.thingName,
    clock,
    requestTimeoutMs: () => 5_000,
  });
  await room.reopen({ credentials: credentials.provide });
});
afterEach(async () => {
  connection.close();
  directory.remove();
  await room.close();
});

const ask = () => room.verifier.verifyCertificate(room.activeDevice(), room.asking());

describe('With a role alias', () => {
  it("the core's certificate opens AWS IoT, for as long as its credentials last", async () => {
    const verdicts = await Promise.all(Array.from({ length: 10 }, ask));
    expect(verdicts).toEqual(verdicts.map(() => ({ kind: 'active' })));
    await ask();
    expect(room.aws.requests.count(ASSUME)).toBe(1);
    const [assumed] = room.aws.requests.of(ASSUME);
    expect(assumed?.connection.clientCertificateId).toBe(room.aws.core.certificate.id);
    expect(assumed?.headers['x-amzn-iot-thingname']).toBe('MyCore');
  });

  it('credentials that AWS no longer accepts cost one question, not the rest of their time', async () => {
    await ask();
    room.aws.account.accessKeys.clear();
    expect(await ask()).toMatchObject({ kind: 'unavailable' });
    expect(await ask()).toEqual({ kind: 'active' });
    expect(room.aws.requests.count(ASSUME)).toBe(2);
  });

  it('and without new ones, it is not asked for them again and again', async () => {
    await ask();
    room.aws.account.accessKeys.clear();
    await ask();
    room.aws.account.deny(ASSUME);
    for (let times = 0; times < 5; times += 1) expect(await ask()).toMatchObject({ kind: 'unavailable' });
    expect(room.aws.requests.count(ASSUME)).toBe(2);
  });

  it('that the core may not use, the operator learns what is missing', async () => {
    room.aws.account.deny(ASSUME);
    expect(await ask()).toMatchObject({ cause: expect.stringContaining('iot:AssumeRoleWithCertificate') });
    expect(room.troubles).toMatchObject([{ trouble: 'misconfigured' }]);
  });

  it('and a core whose certificate is not active, the operator learns that', async () => {
    room.aws.account.setCertificate(room.aws.core.certificate.id, 'INACTIVE');
    expect(await ask()).toMatchObject({
      cause: expect.stringContaining("is the core's certificate active?"),
    });
    expect(room.troubles).toMatchObject([{ trouble: 'misconfigured' }]);
  });

  it('a provider that is asked too often is not an answer about a device', async () => {
    room.aws.faults.add({ kind: 'throttle', retryAfter: '4' }, { operation: ASSUME });
    expect(await ask()).toMatchObject({ kind: 'unavailable', retryAfterMs: 4_000 });
    expect(room.troubles).toMatchObject([{ trouble: 'throttled' }]);
  });

  it('and the network cut, the last credentials serve when it is back', async () => {
    await ask();
    await room.aws.cut();
    expect(await ask()).toMatchObject({ kind: 'unavailable' });
    expect(room.troubles).toMatchObject([{ trouble: 'unreachable' }]);
    await room.aws.restore();
    expect(await ask()).toEqual({ kind: 'active' });
    expect(room.aws.requests.count(ASSUME)).toBe(1);
  });
});
