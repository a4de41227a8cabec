import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, World } from './support/world.ts';

describe('a device that is connected', () => {
  let world: World;
  let bystander: Device;

  beforeAll(async () => {
    world = await World.start({
      configuration: {
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:publish', 'mqtt:topic:*'],
          ['mqtt:subscribe', 'mqtt:topicfilter:*'],
        ),
      },
    });
    bystander = await world.connect(await world.enrol('bystander'));
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const acts: readonly [string, boolean, (enrolled: Enrolled) => Promise<unknown>][] = [
    [
      'its certificate is revoked',
      false,
      ({ certificateId }) => world.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' }),
    ],
    [
      'its certificate is deactivated',
      false,
      ({ certificateId }) => world.admin.call('SetCertificateStatus', { certificateId, status: 'INACTIVE' }),
    ],
    [
      'its certificate is deleted',
      false,
      ({ certificateId }) => world.admin.call('DeleteCertificate', { certificateId }),
    ],
    [
      'its certificate is detached from its thing',
      false,
      ({ certificateId, thingName }) => world.admin.call('DetachCertificate', { certificateId, thingName }),
    ],
    ['its thing is deleted', false, ({ thingName }) => world.admin.call('DeleteThing', { name: thingName })],
    [
      'the operator ends its session',
      true,
      ({ thingName }) => world.admin.call('RevokeSessions', { thingName }),
    ],
  ];

  it.each(acts)('is cut off within a second when %s', async (what, mayReturn, act) => {
    const enrolled = await world.enrol(what.replaceAll(' ', '-'));
    const device = await world.connect(enrolled);
    await act(enrolled);
    await device.disconnected(1_000);
    const back = world.connect(enrolled);
    if (mayReturn) await back;
    else await expect(back).rejects.toMatchObject({ code: 5 });
    expect(bystander.drops).toBe(0);
  });

  it('is cut off with all its connections, at every broker', async () => {
    const second = await world.addBroker();
    const enrolled = await world.enrol('twice');
    const here = await world.connect(enrolled);
    const there = await world.connect(enrolled, {}, second);
    await world.admin.call('SetCertificateStatus', {
      certificateId: enrolled.certificateId,
      status: 'REVOKED',
    });
    await Promise.all([here.disconnected(1_000), there.disconnected(1_000)]);
  });

  it('publishes nothing after its certificate is revoked, even what was on its way', async () => {
    await bystander.subscribe('race/#');
    const enrolled = await world.enrol('racer');
    const device = await world.connect(enrolled);
    const { certificateId } = enrolled;
    let sent = 0;
    const flood = setInterval(() => device.client.publish('race/x', `${sent++}`, { qos: 0 }), 1);
    await bystander.received('race/x', '5');
    await world.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
    await device.disconnected(1_000);
    clearInterval(flood);
    const seen = bystander.messages.length;
    await bystander.publish('race/end', 'x');
    await bystander.received('race/end', 'x');
    expect(bystander.messages.length).toBe(seen + 1);
  });
});
