import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { RawClient } from './support/raw-client.ts';
import { onAedes, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(
  CONNECT,
  ['mqtt:publish', `mqtt:topic:clients/${OWN}/*`],
  ['mqtt:subscribe', `mqtt:topicfilter:clients/${OWN}/*`],
);

onEveryBroker('a device that was just enrolled', (kind) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('connects with its certificate, publishes and is delivered to', async () => {
    const device = await scene.join('sensor-1');
    expect(await device.subscribe('clients/sensor-1/#')).toEqual([1]);
    await device.publish('clients/sensor-1/temperature', '21');
    await device.received('clients/sensor-1/temperature', '21');
  });

  it('has one session while it is connected, which the operator can see, and none afterwards', async () => {
    const enrolled = await scene.enrol('sensor-2');
    const device = await scene.connect(enrolled);
    expect(await scene.sessions('sensor-2')).toMatchObject([
      {
        thingName: 'sensor-2',
        clientId: 'sensor-2',
        certificateId: enrolled.certificateId,
        listener: 'broker',
        held: true,
      },
    ]);
    await device.end();
    await scene.left('sensor-2');
  });

  it('may have an RSA key', async () => {
    const issued = await scene.admin.call('IssueCertificate', {
      thingName: 'rsa',
      createThing: true,
      keyType: 'RSA_2048',
    });
    const rsa = { certificatePem: issued.certificatePem, privateKeyPem: issued.privateKeyPem };
    await scene.device(rsa, { clientId: 'rsa' }).connected();
  });

  it('may send a long username, as the AWS SDKs do, and a password: they make no difference', async () => {
    const username = `?SDK=IoTDeviceSDK/JS&Platform=Unix&Metadata=(CRTVersion=${'x'.repeat(90)})`;
    await scene.join('aws', { username, password: 'anything' });
  });

  it('may send another device’s name as username: it makes no difference either', async () => {
    const device = await scene.join('honest', { username: 'sensor-1' });
    expect(await device.subscribe('clients/sensor-1/#', 'clients/honest/#')).toEqual([
      kind.answers.filterRefused,
      1,
    ]);
  });

  it('leaves no key, certificate or token in the broker’s log', async () => {
    await (await scene.join('discreet')).end();
    await scene.left('discreet');
    expect(scene.broker.log).toContain('discreet');
    expect(scene.broker.log).not.toMatch(/-----BEGIN|token/i);
  });

  it('is not harmed by port scanners, who say nothing, or garbage', async () => {
    const bystander = await scene.join('bystander');
    await bystander.subscribe('clients/bystander/#');
    for (const bytes of ['', 'GET / HTTP/1.0\r\n\r\n', '\x16\x03\x01\x00\x05xxxxx']) {
      const socket = connectTcp(scene.broker.port, '127.0.0.1');
      await new Promise<void>((resolve) => {
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.on('connect', () => socket.end(bytes));
        socket.resume();
      });
    }
    await bystander.publish('clients/bystander/x', '1');
    await bystander.received('clients/bystander/x', '1');
    expect(bystander.drops).toBe(0);
  });

  it('is not harmed by one that finishes the handshake and leaves without a CONNECT', async () => {
    const enrolled = await scene.enrol('silent');
    const bystander = await scene.join('bystander-2');
    await bystander.subscribe('clients/bystander-2/#');
    for (let n = 0; n < 5; n++) (await RawClient.open(scene.broker, enrolled, kind.mqtt)).close();
    const half = await RawClient.open(scene.broker, enrolled, kind.mqtt);
    half.send({ cmd: 'pingreq' });
    await half.cut();
    expect(half.packets).toEqual([]);
    await bystander.publish('clients/bystander-2/x', '1');
    await bystander.received('clients/bystander-2/x', '1');
    expect(bystander.drops).toBe(0);
    expect(await scene.sessions('silent')).toEqual([]);
    await scene.connect(enrolled);
  });

  it('gets nothing done before its CONNECT is answered, not even in the same breath as the CONNECT of a refused one', async () => {
    const watcher = await scene.join('watcher');
    await watcher.subscribe('clients/watcher/#');
    const stranger = await RawClient.open(scene.broker, await scene.enrol('stranger'), kind.mqtt);
    const payload = Buffer.from('too early');
    stranger.send(
      stranger.hello('watcher'),
      { cmd: 'publish', qos: 0, dup: false, retain: false, topic: 'clients/watcher/x', payload },
      { cmd: 'publish', qos: 0, dup: false, retain: true, topic: 'clients/watcher/y', payload },
    );
    await stranger.cut();
    await watcher.publish('clients/watcher/fence', '1');
    await watcher.received('clients/watcher/fence', '1');
    expect(watcher.has('clients/watcher/x') || watcher.has('clients/watcher/y')).toBe(false);
    expect(watcher.drops).toBe(0);
  });

  it('comes back to a daemon that has been away', async () => {
    const enrolled = await scene.enrol('faithful');
    await (await scene.connect(enrolled)).end();
    await scene.daemon.kill('SIGTERM');
    await until('the broker knows that the daemon is away', async () => {
      const refused = await scene.connect(enrolled).then(
        () => undefined,
        (error: { code?: number }) => error.code,
      );
      return refused === kind.answers.unavailable;
    });
    await scene.daemon.restart();
    await until('it is let in', () => scene.connect(enrolled).catch(() => undefined));
  });
});

onAedes('a device that speaks MQTT 5, which Aedes does not,', (kind) => {
  it('is answered "unacceptable protocol version", and nobody is asked', async () => {
    await using scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
    await expect(scene.join('modern', { protocolVersion: 5 })).rejects.toMatchObject({ code: 1 });
    expect(scene.aedes.lines.filter((line) => line.fields['clientId'] === 'modern')).toEqual([]);
    expect(await scene.sessions()).toEqual([]);
  });
});

onEveryBroker(
  'a policy without mqtt:connect',
  (kind) => {
    it('lets nobody in, and leaves no session behind', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { deviceGroups: everyThing(['mqtt:publish', 'mqtt:topic:*']) },
      });
      await expect(scene.join('mute')).rejects.toMatchObject({ code: kind.answers.refused });
      await scene.left('mute');
    });
  },
  'one',
);
