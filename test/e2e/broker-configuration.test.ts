import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { MosquittoBroker } from './support/mosquitto-broker.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { fence, onMosquitto, onSeries, published, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(CONNECT, ...ANY_TOPIC);

/** Clients without a certificate are left to the broker. */
const DEFERRING = {
  mosquitto: { plain: true, allowAnonymous: true, pluginOptions: { no_certificate: 'defer' } },
};

/** A local client, which comes again when the answer about its client id was late. */
function joinLocal(scene: Scene, clientId: string, options: IClientOptions = {}): Promise<Device> {
  return until(`${clientId} is let in`, () =>
    scene
      .plain({ clientId, ...options })
      .connected()
      .catch(() => undefined),
  );
}

/** However often it comes, one answer is that its client id is not its own, and none lets it in. */
async function isTurnedAway(scene: Scene, clientId: string, options: IClientOptions = {}): Promise<void> {
  const from = scene.mosquitto.log.length;
  let entries = 0;
  await until(`${clientId} is a device’s`, async () => {
    await scene
      .plain({ clientId, ...options })
      .connected()
      .then(
        () => entries++,
        () => undefined,
      );
    return new RegExp(`"${clientId}" refused: .*device's`).test(scene.mosquitto.log.slice(from));
  });
  expect(entries).toBe(0);
}

onMosquitto(
  'a wrong option',
  (kind) => {
    it.each([
      ['one there is not', { colour: 'red' }, 'colour'],
      ['a socket that is no path', { socket: 'nowhere' }, 'socket'],
      ['a number that is none', { pending_max_ms: 'soon' }, 'pending_max_ms'],
      ['a number out of range', { will_grace_ms: '9999999999' }, 'will_grace_ms'],
      ['a word for no_certificate that is none', { no_certificate: 'perhaps' }, 'no_certificate'],
      ['a word for unknown_issuer that is none', { unknown_issuer: 'sometimes' }, 'unknown_issuer'],
      ['a blank after a word, which Mosquitto keeps', { no_certificate: 'deny ' }, 'no_certificate'],
      ['a blank after a path', { socket: '/run/daemon.sock ' }, 'socket'],
      ['a path longer than a socket’s may be', { socket: `/${'x'.repeat(108)}` }, 'socket'],
    ])('stops the broker, with a line that says which: %s', async (_what, pluginOptions, named) => {
      const broker = await MosquittoBroker.prepare(kind.release, {
        socket: '/nowhere/at/all.sock',
        deviceCas: [],
        pluginOptions,
      });
      try {
        expect(await broker.runToItsEnd()).not.toBe(0);
        const line = broker.log.split('\n').find((each) => /deviceauthd/.test(each) && each.includes(named));
        expect(line, broker.log).toBeDefined();
      } finally {
        await broker.discard();
      }
    });

    it.each([
      [
        'the same one twice',
        ['plugin_opt_pending_max_ms 500', 'plugin_opt_pending_max_ms 600'],
        /pending_max_ms is given twice/,
      ],
      ['one whose name has two letters', ['plugin_opt_xy z'], /Invalid '?(auth|plugin)_opt_/],
      ['one without a value', ['plugin_opt_pending_max_ms'], /pending_max_ms|plugin_opt_|[Ee]mpty/],
    ])('stops the broker, its own checks or ours: %s', async (_what, lines, said) => {
      const broker = await MosquittoBroker.prepare(kind.release, {
        socket: '/nowhere/at/all.sock',
        deviceCas: [],
        load: (file, options) => [`plugin ${file}`, ...options, ...lines],
      });
      try {
        expect(await broker.runToItsEnd()).not.toBe(0);
        expect(broker.log).toMatch(said);
      } finally {
        await broker.discard();
      }
    });
  },
  4,
);

onMosquitto(
  'a listener that names its clients itself',
  (kind) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it.each(['use_identity_as_username', 'use_subject_as_username'])(
      'skips authentication (%s), so every act is denied, with one warning that names the option',
      async (option) => {
        const broker = await scene.addBroker({ mosquitto: { listener: [`${option} true`] } });
        for (const thingName of ['one', 'two']) {
          const device = await scene.connect(await scene.enrol(thingName), {}, broker);
          expect(await device.subscribe('x', '#')).toEqual([
            kind.answers.filterRefused,
            kind.answers.filterRefused,
          ]);
          expect(await published(device, 'x', 'y')).toBe(kind.answers.publishRefused);
          await device.client.publishAsync('x', 'y', { qos: 0 });
          expect(device.messages).toEqual([]);
        }
        const warning = /^deviceauthd: .*without asking the plugin.*$/gm;
        await until('the warning', () => warning.test(broker.log));
        expect(broker.log.match(warning)).toEqual([expect.stringContaining(option)]);
        expect(await scene.sessions()).toEqual([]);
      },
    );
  },
  'one',
);

onMosquitto('a plain listener beside the one with certificates', (kind) => {
  it('lets nobody in, unless told to', async () => {
    await using scene = await Scene.start(kind, {
      configuration: { deviceGroups: GROUPS },
      broker: { mosquitto: { plain: true, allowAnonymous: true } },
    });
    const local = scene.plain({ clientId: 'local' });
    await expect(local.connected()).rejects.toMatchObject({ code: kind.answers.refused });
    await scene.join('device');
  });

  it('with no_certificate defer, but no rules of the broker’s own, lets in and allows nothing', async () => {
    await using scene = await Scene.start(kind, {
      configuration: { deviceGroups: GROUPS },
      broker: DEFERRING,
    });
    const local = await joinLocal(scene, 'local');
    expect(await local.subscribe('#')).toEqual([kind.answers.filterRefused]);
    const device = await scene.join('device');
    await device.subscribe('#');
    await local.publish('local/1', 'x').catch(() => undefined);
    await fence(device, device);
    expect(device.has('local/1')).toBe(false);
  });

  describe('with no_certificate defer', () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS }, broker: DEFERRING });
      const acl = join(scene.mosquitto.directory, 'acl');
      writeFileSync(acl, 'topic readwrite local/#\n', { mode: 0o600 });
      scene.mosquitto.configureMore(`acl_file ${acl}`);
      const from = scene.mosquitto.log.length;
      await scene.mosquitto.restart();
      await scene.mosquitto.logged(/in step with the daemon/, from);
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it('the broker’s own rules decide about those without a certificate, and about nobody else', async () => {
      const local = await joinLocal(scene, 'local');
      expect(await local.subscribe('local/#', 'other/#')).toEqual([1, expect.anything()]);
      const device = await scene.join('device-1');
      await device.subscribe('#');
      await local.publish('local/1', 'x');
      await local.publish('other/1', 'x').catch(() => undefined);
      await device.received('local/1', 'x');
      await device.publish('local/2', 'y');
      await local.received('local/2', 'y');
      await fence(device, device);
      expect(device.has('other/1')).toBe(false);
    });

    it('nobody takes the name of a device: of one that is connected', async () => {
      const device = await scene.join('device-2');
      await isTurnedAway(scene, 'device-2');
      expect(device.drops).toBe(0);
    });

    it('nor of one that is registered and away', async () => {
      const enrolled = await scene.enrol('device-3');
      const device = await scene.connect(enrolled, scene.persistent);
      await device.end();
      await until('it is away', async () => (await scene.sessions('device-3')).length === 0);
      await isTurnedAway(scene, 'device-3', { clean: false });
    });

    it('nor of one that never connected; broker’s and operator’s line can be matched', async () => {
      await scene.enrol('device-4');
      await isTurnedAway(scene, 'device-4');
      const refusal = await scene.refusal((each) => each.clientId === 'device-4');
      expect(refusal).toMatchObject({ operation: 'CheckClientId', reason: 'CLIENT_ID_NOT_ALLOWED' });
      await scene.mosquitto.logged(new RegExp(`"device-4" refused: .*${refusal.correlationId}`));
    });

    it('nor of one that is connected to another broker of the daemon', async () => {
      const other = await scene.addBroker();
      await scene.connect(await scene.enrol('device-5'), {}, other);
      await isTurnedAway(scene, 'device-5');
    });

    it('as long as the daemon cannot be asked nobody new is let in; who is in stays, reloads included', async () => {
      const local = await joinLocal(scene, 'local-2');
      await local.subscribe('local/#');
      await scene.daemon.kill('SIGKILL');
      await scene.mosquitto.logged(/no update stream from the daemon/);
      await expect(scene.plain({ clientId: 'local-3' }).connected()).rejects.toMatchObject({
        code: kind.answers.unavailable,
      });
      await scene.mosquitto.reload();
      await local.publish('local/3', 'z');
      await local.received('local/3', 'z');
      expect(local.drops).toBe(0);
      const from = scene.mosquitto.log.length;
      await scene.daemon.restart();
      await scene.mosquitto.logged(/in step with the daemon/, from);
      await joinLocal(scene, 'local-3');
    });
  });
});

onSeries(
  '2.0',
  'per_listener_settings true, with which 2.0.11 never calls the plugin’s timer,',
  (kind) => {
    it('is warned about; revocations hold all the same, and the device is cut off when another connects', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { deviceGroups: GROUPS },
        broker: { mosquitto: { settings: ['per_listener_settings true'] } },
      });
      const watcher = await scene.join('watcher');
      await watcher.subscribe('#');
      await until('the plugin has noticed', async () => {
        await watcher.publish('x', 'x');
        return scene.mosquitto.log.includes('per_listener_settings');
      });
      const enrolled = await scene.enrol('device');
      const device = await scene.connect(enrolled);
      const { certificateId } = enrolled;
      await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
      let number = 0;
      await until('nothing of it is let through', async () => {
        watcher.messages.length = 0;
        await device.publish('from-device', `${number++}`);
        await fence(watcher, watcher);
        return !watcher.has('from-device');
      });
      await until('it is cut off', async () => {
        await scene.join('another');
        return !device.client.connected;
      });
      expect(watcher.drops).toBe(0);
    });
  },
  4,
);
