import { afterAll, beforeAll, expect, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

onEveryBroker('a device that does not use its own client id', (kind) => {
  const refused = { code: kind.answers.refused };
  let scene: Scene;
  let sensor: Enrolled;

  beforeAll(async () => {
    scene = await Scene.start(kind, {
      configuration: { deviceGroups: everyThing(CONNECT, ['mqtt:connect', 'mqtt:clientId:*']) },
    });
    sensor = await scene.enrol('sensor');
    await scene.enrol('other');
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it.each([
    ['another thing’s name', 'other', 'NOT_ATTACHED'],
    ['a name nobody has', 'nobody', 'THING_UNKNOWN'],
    ['its own name in other letters', 'SENSOR', 'THING_UNKNOWN'],
    ['its own name and more', 'sensor-2', 'THING_UNKNOWN'],
    ['a "#"', 'sensor#', 'CLIENT_ID_INVALID'],
    ['a "+"', '+', 'CLIENT_ID_INVALID'],
    ['a "/"', 'sensor/x', 'CLIENT_ID_INVALID'],
    ['a letter outside ASCII', 'sensör', 'CLIENT_ID_INVALID'],
    ['a name longer than any thing’s', 's'.repeat(200), 'CLIENT_ID_TOO_LONG'],
  ])(
    'is refused with %s, and the broker’s line and the operator’s can be matched',
    async (_what, clientId, reason) => {
      await expect(scene.connect(sensor, { clientId })).rejects.toMatchObject(refused);
      const refusal = await scene.refusal((each) => each.clientId === clientId);
      expect(refusal).toMatchObject({ listener: 'broker', reason });
      // A client id that no thing can have is refused before anything is looked at.
      if (!reason.startsWith('CLIENT_ID')) expect(refusal.certificateId).toBe(sensor.certificateId);
      expect(refusal.correlationId).not.toBe('');
      const line = await until('the broker’s line', () =>
        scene.broker.log.split('\n').find((each) => each.includes(refusal.correlationId)),
      );
      expect(line).toContain('INVALID_CREDENTIAL');
    },
  );

  it('is refused without one: what the broker makes up is no thing of anybody’s', async () => {
    await expect(scene.connect(sensor, { clientId: '' })).rejects.toMatchObject(refused);
    await scene.refusal(
      ({ clientId, reason }) =>
        // Aedes leaves it empty; Mosquitto makes up "auto-" and a UUID.
        (clientId === '' && reason === 'CLIENT_ID_INVALID') ||
        (clientId.startsWith('auto-') && reason === 'THING_UNKNOWN'),
    );
    expect(await scene.sessions('sensor')).toEqual([]);
  });

  it('changes nothing for itself or for the other by having tried', async () => {
    const other = await scene.connect(await scene.enrol('other-2'));
    await expect(scene.connect(sensor, { clientId: 'other-2' })).rejects.toMatchObject(refused);
    await scene.connect(sensor);
    expect(other.drops).toBe(0);
    expect(await scene.sessions('other-2')).toMatchObject([{ held: true }]);
  });
});

onEveryBroker(
  'with the client-id rule "any"',
  (kind) => {
    it('a certificate that belongs to one thing alone may use any id but another thing’s', async () => {
      await using scene = await Scene.start(kind, {
        configuration: {
          security: { clientIdRule: 'any' },
          deviceGroups: everyThing(['mqtt:connect', 'mqtt:clientId:*']),
        },
      });
      const refused = { code: kind.answers.refused };
      await scene.enrol('other');
      const shared = await scene.enrol('shared');
      const issued = await scene.admin.call('IssueCertificate', {
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
      await scene.connect(alone, { clientId: 'anything-17' });
      await expect(scene.connect(alone, { clientId: 'other' })).rejects.toMatchObject(refused);
      await expect(scene.connect(alone, { clientId: 'any/#' })).rejects.toMatchObject(refused);
      await expect(scene.connect(shared, { clientId: 'anything-18' })).rejects.toMatchObject(refused);
    });
  },
  'one',
);
