import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProxyAddress } from '../../../src/cloud/proxy.ts';
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

  it('go by the address where it is one', async () => {
    const endpoint = `https://127.0.0.1:${room.aws.controlPort}`;
    const controlPlane = await room.openControlPlane({ endpoint });
    const { id } = room.activeDevice();
    expect(await controlPlane.describeCertificate(id, new AbortController().signal)).toMatchObject({
      kind: 'answered',
    });
  });
});
