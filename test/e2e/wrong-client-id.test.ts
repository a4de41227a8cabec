import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, World } from './support/world.ts';

describe('a device that does not use its own client id', () => {
  let world: World;
  let sensor: Enrolled;

  beforeAll(async () => {
    world = await World.start({
      configuration: { deviceGroups: everyThing(CONNECT, ['mqtt:connect', 'mqtt:clientId:*']) },
    });
    sensor = await world.enrol('sensor');
    await world.enrol('other');
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it.each([
    ['another thing’s name', 'other', 'NOT_ATTACHED'],
    ['a name nobody has', 'nobody', 'THING_UNKNOWN'],
    ['its own name in other letters', 'SENSOR', 'THING_UNKNOWN'],
    ['its own name and more', 'sensor-2', 'THING_UNKNOWN'],
    ['no client id', '', 'CLIENT_ID_INVALID'],
    ['characters no thing may have', 'sensor/#', 'CLIENT_ID_INVALID'],
    ['a name longer than any thing’s', 's'.repeat(200), 'CLIENT_ID_TOO_LONG'],
  ])('is refused with %s, and the operator sees why', async (_what, clientId, reason) => {
    await expect(world.connect(sensor, { clientId })).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === clientId);
    expect(refusal.listener).toBe('broker');
    expect(refusal.reason).toBe(reason);
    // A client id that no thing can have is refused before anything is looked at.
    if (!reason.startsWith('CLIENT_ID')) expect(refusal.certificateId).toBe(sensor.certificateId);
    expect(world.broker.refusals.at(-1)?.fields).toMatchObject({
      reason: 'INVALID_CREDENTIAL',
      correlationId: refusal.correlationId,
    });
  });

  it('changes nothing for itself or for the other by having tried', async () => {
    await expect(world.connect(sensor, { clientId: 'other' })).rejects.toMatchObject({ code: 5 });
    await world.connect(sensor);
    await world.connect(await world.enrol('other'), { clientId: 'other' });
  });
});

describe('with the client-id rule "any"', () => {
  it('a certificate that belongs to one thing alone may use any id but another thing’s', async () => {
    await using world = await World.start({
      configuration: {
        security: { clientIdRule: 'any' },
        deviceGroups: everyThing(['mqtt:connect', 'mqtt:clientId:*']),
      },
    });
    await world.enrol('other');
    const shared = await world.enrol('shared');
    const issued = await world.admin.call('IssueCertificate', {
      thingName: 'alone',
      createThing: true,
      exclusive: true,
    });
    const alone = {
      thingName: 'alone',
      certificateId: issued.certificate?.certificateId ?? '',
      certificatePem: issued.certificatePem,
      privateKeyPem: issued.privateKeyPem,
    };
    await world.connect(alone, { clientId: 'anything-17' });
    await expect(world.connect(alone, { clientId: 'other' })).rejects.toMatchObject({ code: 5 });
    await expect(world.connect(shared, { clientId: 'anything-18' })).rejects.toMatchObject({ code: 5 });
  });
});
