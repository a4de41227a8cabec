import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { until } from './support/until.ts';
import { World } from './support/world.ts';

describe('a device that was just enrolled', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      configuration: {
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:publish', `mqtt:topic:clients/${OWN}/*`],
          ['mqtt:subscribe', `mqtt:topicfilter:clients/${OWN}/*`],
        ),
      },
    });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('connects with its certificate, publishes and is delivered to', async () => {
    const device = await world.connect(await world.enrol('sensor-1'));
    expect(await device.subscribe('clients/sensor-1/#')).toEqual([1]);
    await device.publish('clients/sensor-1/temperature', '21');
    await device.received('clients/sensor-1/temperature', '21');
  });

  it('has one session while it is connected, which the operator can see, and none afterwards', async () => {
    const enrolled = await world.enrol('sensor-2');
    const device = await world.connect(enrolled);
    const { sessions } = await world.admin.call('ListSessions', { thingName: 'sensor-2' });
    expect(sessions).toMatchObject([
      {
        thingName: 'sensor-2',
        clientId: 'sensor-2',
        certificateId: enrolled.certificateId,
        listener: 'broker',
        held: true,
      },
    ]);
    await device.end();
    await until('the session is closed', async () => {
      const { total } = await world.admin.call('ListSessions', { thingName: 'sensor-2' });
      return total === 0;
    });
  });

  it('may have an RSA key, and a key of its own that never left it', async () => {
    const issued = await world.admin.call('IssueCertificate', {
      thingName: 'rsa',
      createThing: true,
      keyType: 'RSA_2048',
    });
    await world.connect({
      thingName: 'rsa',
      certificateId: issued.certificate?.certificateId ?? '',
      certificatePem: issued.certificatePem,
      privateKeyPem: issued.privateKeyPem,
    });
  });

  it('sends a long username nobody asked for, as the AWS SDKs do, and it makes no difference', async () => {
    const enrolled = await world.enrol('aws');
    await world.connect(enrolled, {
      username: `?SDK=IoTDeviceSDK/JS&Platform=Unix&Metadata=(CRTVersion=${'x'.repeat(90)})`,
    });
  });

  it('is answered "unacceptable protocol version" if it speaks MQTT 5, which Aedes does not, and nobody is asked', async () => {
    const enrolled = await world.enrol('modern');
    await expect(world.connect(enrolled, { protocolVersion: 5 })).rejects.toMatchObject({ code: 1 });
    expect(world.broker.log.filter((line) => line.fields['clientId'] === 'modern')).toEqual([]);
  });

  it('comes back to a broker and a daemon that have both been away', async () => {
    const enrolled = await world.enrol('faithful');
    await (await world.connect(enrolled)).end();
    await world.daemon.kill('SIGTERM');
    await expect(world.connect(enrolled)).rejects.toMatchObject({ code: 3 });
    await world.daemon.restart();
    await until('the plugin is connected', () => world.broker.plugin.status().connected);
    await world.connect(enrolled);
  });
});
