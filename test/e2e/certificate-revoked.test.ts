import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, onEveryBroker, onMosquitto, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(CONNECT, ...ANY_TOPIC);

onEveryBroker(
  'a device that is connected',
  (kind) => {
    let scene: Scene;
    let bystander: Device;

    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
      bystander = await scene.join('bystander');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    const acts: readonly [string, boolean, (enrolled: Enrolled) => Promise<unknown>][] = [
      ['its certificate is revoked', false, (enrolled) => scene.revoke(enrolled)],
      ['its certificate is deactivated', false, (enrolled) => scene.setStatus(enrolled, 'INACTIVE')],
      [
        'its certificate is deleted',
        false,
        ({ certificateId }) => scene.admin.call('DeleteCertificate', { certificateId }),
      ],
      [
        'its certificate is detached from its thing',
        false,
        ({ certificateId, thingName }) => scene.admin.call('DetachCertificate', { certificateId, thingName }),
      ],
      [
        'its thing is deleted',
        false,
        ({ thingName }) => scene.admin.call('DeleteThing', { name: thingName }),
      ],
      [
        'the operator ends its session',
        true,
        ({ thingName }) => scene.admin.call('RevokeSessions', { thingName }),
      ],
    ];

    it.each(acts)('is cut off within a second when %s', async (what, mayReturn, act) => {
      const enrolled = await scene.enrol(what.replaceAll(' ', '-'));
      const device = await scene.connect(enrolled);
      await act(enrolled);
      await device.disconnected(1_000);
      const back = scene.connect(enrolled);
      if (mayReturn) await back;
      else await expect(back).rejects.toMatchObject({ code: kind.answers.refused });
      expect(bystander.drops).toBe(0);
    });

    it('is cut off with all its connections, at every broker', async () => {
      const second = await scene.addBroker();
      const enrolled = await scene.enrol('twice');
      const here = await scene.connect(enrolled);
      const there = await scene.connect(enrolled, {}, second);
      await scene.revoke(enrolled);
      await Promise.all([here.disconnected(1_000), there.disconnected(1_000)]);
    });

    it('publishes nothing after its certificate is revoked, even what was on its way', async () => {
      await bystander.subscribe('race/#');
      const enrolled = await scene.enrol('racer');
      const device = await scene.connect(enrolled);
      let sent = 0;
      const flood = setInterval(() => device.client.publish('race/x', `${sent++}`, { qos: 0 }), 1);
      await bystander.received('race/x', '5');
      await scene.revoke(enrolled);
      await device.disconnected(1_000);
      clearInterval(flood);
      await bystander.publish('race/fence', 'x');
      await bystander.received('race/fence', 'x');
      const seen = bystander.messages.length;
      await bystander.publish('race/end', 'x');
      await bystander.received('race/end', 'x');
      expect(bystander.messages.length).toBe(seen + 1);
    });

    it('with fifty others at once, all are cut off and nobody else', async () => {
      const enrolled = await Promise.all(Array.from({ length: 50 }, (_, n) => scene.enrol(`many-${n}`)));
      const devices: Device[] = [];
      for (const each of enrolled) devices.push(await scene.connect(each));
      await Promise.all(enrolled.slice(0, 40).map((each) => scene.revoke(each)));
      await Promise.all(devices.slice(0, 40).map((device) => device.disconnected(2_000)));
      expect(devices.slice(40).map((device) => device.drops)).toEqual(Array.from({ length: 10 }, () => 0));
    });
  },
  'one',
);

onEveryBroker(
  'a kick',
  (kind) => {
    it('hits the connection it was meant for, never its successor', async () => {
      await using scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
      const enrolled = await scene.enrol('phoenix');
      for (let round = 0; round < 20; round++) {
        const first = await scene.connect(enrolled);
        const ended = scene.admin.call('RevokeSessions', { thingName: 'phoenix' });
        await scene.connect(enrolled).catch(() => undefined);
        await ended;
        await first.disconnected();
        // The one who came in between may have been meant too; whoever comes now was not.
        const third = await scene.connect(enrolled);
        await until('one session', async () => (await scene.sessions('phoenix')).length === 1);
        await third.subscribe('x');
        await third.publish('x', `${round}`);
        await third.received('x', `${round}`);
        expect(third.drops).toBe(0);
        await third.end();
      }
    });
  },
  'one',
);

onMosquitto(
  'a kick',
  (kind) => {
    it('tells an MQTT 5 device that it was the administrator', async () => {
      await using scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
      const device = await scene.join('told');
      let reason: number | undefined;
      device.client.on('disconnect', (packet) => {
        reason = packet.reasonCode;
      });
      await scene.admin.call('RevokeSessions', { thingName: 'told' });
      await device.disconnected(1_000);
      expect(reason).toBe(152);
    });
  },
  5,
);
