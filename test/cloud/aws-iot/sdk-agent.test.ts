import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSdkAgent } from '../../../src/cloud/aws-iot/sdk-agent.ts';
import { readRoots } from '../../../src/cloud/core-credentials.ts';
import { ProxyAddress } from '../../../src/cloud/proxy.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { ConnectProxy } from '../../support/fake-aws/connect-proxy.ts';
import { IotRoom } from './iot-room.ts';

let room: IotRoom;
let proxy: ConnectProxy;

beforeEach(async () => {
  room = await IotRoom.open();
  proxy = await ConnectProxy.start({ user: 'line', password: 'p:ss word' });
});
afterEach(async () => {
  await room.close();
  await proxy.stop();
});

const ask = () => room.controlPlane.describeCertificate(room.activeDevice().id, new AbortController().signal);

describe('The connections of the SDK', () => {
  it('go through the proxy, with its password, and know the server behind it', async () => {
    room.proxy = new ProxyAddress(proxy.url);
    expect(await ask()).toMatchObject({ kind: 'answered' });
    expect(proxy.connections).toMatchObject([{ target: `localhost:${room.aws.controlPort}` }]);
    expect(room.aws.requests.connections).toMatchObject([
      { sni: 'localhost', alpn: undefined, resumed: false },
    ]);
    room.aws.showCertificate('other-ca');
    room.aws.closeIdleConnections();
    expect(await ask()).toMatchObject({ trouble: 'misconfigured' });
  });

  it('tell of a proxy that refuses them, and not of its password', async () => {
    room.proxy = new ProxyAddress(proxy.url.replace('p%3Ass%20word', 'sesame'));
    const outcome = await ask();
    expect(outcome).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining('user and password'),
    });
    expect(JSON.stringify(outcome)).not.toContain('sesame');
  });

  it('are given up where a proxy says nothing', async () => {
    room.proxy = new ProxyAddress(proxy.url);
    room.requestTimeoutMs = 100;
    proxy.answers = 'stall';
    expect(await ask()).toMatchObject({ trouble: 'unreachable' });
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('are given up when the daemon stops, however long they might take', async () => {
    room.proxy = new ProxyAddress(proxy.url);
    room.requestTimeoutMs = 60_000;
    proxy.answers = 'stall';
    const asked = ask();
    await expect.poll(() => proxy.open).toBe(1);
    room.agent.destroy();
    expect(await asked).toMatchObject({ trouble: 'unreachable' });
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('come to be once the file with the roots can be read', async () => {
    const file = join(tmpdir(), `deviceauthd-roots-${process.pid}.pem`);
    const agent = createSdkAgent({
      rootCaPems: () => readRoots(file),
      proxyOf: () => undefined,
      timeoutMs: () => 5_000,
      clock: room.clock,
    });
    await room.reopen({ agent });
    const message = expect.stringContaining('cloud.rootCaFile');
    expect(await ask()).toMatchObject({ trouble: 'misconfigured', message });
    writeFileSync(file, room.aws.rootCaPem);
    expect(await ask()).toMatchObject({ kind: 'answered' });
    agent.destroy();
    rmSync(file);
  });

  it('hold servers against other roots once they were read again, and against the last ones while those cannot be used', async () => {
    const file = join(tmpdir(), `deviceauthd-other-roots-${process.pid}.pem`);
    writeFileSync(file, new CertificateMaker().ca('Other').pem);
    const agent = createSdkAgent({
      rootCaPems: () => readRoots(file),
      proxyOf: () => undefined,
      timeoutMs: () => 5_000,
      clock: room.clock,
    });
    await room.reopen({ agent });
    expect(await ask()).toMatchObject({ trouble: 'misconfigured' });
    writeFileSync(file, room.aws.rootCaPem);
    agent.reload();
    expect(await ask()).toMatchObject({ kind: 'answered' });
    writeFileSync(file, '');
    expect(() => agent.reload()).toThrow('cloud.rootCaFile');
    room.aws.closeIdleConnections();
    expect(await ask()).toMatchObject({ kind: 'answered' });
    agent.destroy();
    rmSync(file);
  });

  it('hold servers against Amazon’s roots where none are given', async () => {
    const rootCaPems = () => readRoots(undefined);
    const agent = createSdkAgent({
      rootCaPems,
      proxyOf: () => undefined,
      timeoutMs: () => 5_000,
      clock: room.clock,
    });
    await room.reopen({ agent });
    expect(await ask()).toMatchObject({ trouble: 'misconfigured' });
    agent.destroy();
  });

  it.each([
    ['eu-west-1', 'iot.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', 'iot.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'iot.cn-north-1.amazonaws.com.cn'],
  ])('go to the host of the region: %s', async (region, host) => {
    room.proxy = new ProxyAddress(proxy.url);
    proxy.answers = 403;
    await room.reopen({ region, endpoint: undefined });
    await ask();
    expect(proxy.connections).toMatchObject([{ target: `${host}:443` }]);
  });

  it('go by the address where it is one', async () => {
    const endpoint = `https://127.0.0.1:${room.aws.controlPort}`;
    const controlPlane = await room.openControlPlane({ endpoint });
    const { id } = room.activeDevice();
    expect(await controlPlane.describeCertificate(id, new AbortController().signal)).toMatchObject({
      kind: 'answered',
    });
  });
});
