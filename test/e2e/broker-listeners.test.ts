import { execFileSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { DaemonProcess } from './support/daemon-process.ts';
import { Device } from './support/device.ts';
import { freePort } from './support/free-port.ts';
import { MosquittoBroker } from './support/mosquitto-broker.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { fence, onMosquitto, onSeries, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(
  CONNECT,
  ['mqtt:publish', 'mqtt:topic:*'],
  ['mqtt:subscribe', 'mqtt:topicfilter:*'],
);
const configuration = { deviceGroups: GROUPS };
const maker = new CertificateMaker();
const RELOADING = fileURLToPath(new URL('support/reloading-plugin.c', import.meta.url));

onMosquitto(
  'a listener with use_username_as_clientid',
  (kind) => {
    it('refuses whoever sends no username without asking the plugin, and shows the daemon the username as client id', async () => {
      await using scene = await Scene.start(kind, {
        configuration,
        broker: { mosquitto: { listener: ['use_username_as_clientid true'] } },
      });
      const enrolled = await scene.enrol('thing');
      const other = await scene.enrol('other');
      const before = await scene.daemon.callsOfBrokers();
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
      expect(await scene.daemon.callsOfBrokers()).toBe(before);
      await scene.connect(enrolled, { clientId: 'anything', username: 'thing' });
      expect(await scene.sessions('thing')).toMatchObject([{ clientId: 'thing', held: true }]);
      await expect(scene.connect(other, { username: 'thing' })).rejects.toMatchObject({
        code: kind.answers.refused,
      });
    });
  },
  'one',
);

onMosquitto(
  'a TLS listener that asks for no certificate',
  (kind) => {
    it('lets nobody in, whatever they would show', async () => {
      await using scene = await Scene.start(kind, {
        configuration,
        broker: { mosquitto: { asksForNone: true } },
      });
      await expect(scene.join('device')).rejects.toMatchObject({ code: kind.answers.refused });
      await scene.mosquitto.logged(/client "device" refused: it shows no certificate/);
    });
  },
  'one',
);

onMosquitto(
  'MQTT 5’s enhanced authentication',
  (kind) => {
    it('is refused: nobody offers a method, and the daemon is not asked', async () => {
      await using scene = await Scene.start(kind, { configuration });
      const enrolled = await scene.enrol('device');
      const before = await scene.daemon.callsOfBrokers();
      const properties = { authenticationMethod: 'SCRAM', authenticationData: Buffer.from('x') };
      await expect(scene.connect(enrolled, { properties })).rejects.toMatchObject({ code: 140 });
      expect(await scene.daemon.callsOfBrokers()).toBe(before);
      expect(await scene.sessions()).toEqual([]);
    });
  },
  5,
);

onMosquitto(
  'a new device CA',
  (kind) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it('in the folder of capath is known at the next handshake, with no reload', async () => {
      const folder = scene.mosquitto.folder('cas');
      scene.mosquitto.configureMore(`capath ${folder}`);
      await scene.mosquitto.restart();
      await scene.mosquitto.inStep();
      const bystander = await scene.join('bystander');
      const ca = maker.ca('in the folder');
      const enrolled = await scene.register('new-1', maker.make({ subject: 'new-1', issuer: ca }));
      await expect(scene.connect(enrolled)).rejects.not.toMatchObject({ code: kind.answers.refused });
      scene.mosquitto.file('cas/new.pem', ca.pem);
      execFileSync('openssl', ['rehash', folder], { stdio: 'pipe' });
      await scene.connect(enrolled);
      expect(bystander.drops).toBe(0);
    });

    it('in the file of cafile is not known before a restart', async () => {
      const ca = maker.ca('in the file');
      const enrolled = await scene.register('new-2', maker.make({ subject: 'new-2', issuer: ca }));
      scene.mosquitto.file('device-cas.pem', `${scene.deviceCaPem}\n${ca.pem}`);
      await scene.mosquitto.reload();
      await expect(scene.connect(enrolled)).rejects.not.toMatchObject({ code: kind.answers.refused });
      await scene.mosquitto.restart();
      await until('it is let in', () => scene.connect(enrolled).catch(() => undefined));
    });
  },
  'one',
);

onMosquitto(
  'two listeners for devices',
  (kind) => {
    it('are served by one plugin, by default', async () => {
      const port = await freePort();
      await using scene = await Scene.start(kind, {
        configuration,
        broker: {
          mosquitto: {
            listener: [
              `listener ${port} 127.0.0.1`,
              'cafile %/device-cas.pem',
              'certfile %/server.pem',
            ].concat('keyfile %/server.key', 'require_certificate true'),
          },
        },
      });
      const second = { port, serverCaPem: scene.broker.serverCaPem };
      const here = await scene.join('here');
      const there = await scene.connect(await scene.enrol('there'), {}, second);
      await there.subscribe('#');
      await fence(here, there);
      const enrolled = await scene.enrol('moving');
      const first = await scene.connect(enrolled);
      await scene.connect(enrolled, {}, second);
      await first.disconnected();
      await scene.revoke(enrolled);
      await scene.left('moving');
      expect([here.drops, there.drops]).toEqual([0, 0]);
    });

    it('may have a plugin each (per_listener_settings true), each with its own socket of the daemon', async () => {
      const port = await freePort();
      await using scene = await Scene.start(kind, {
        configuration: {
          ...configuration,
          listeners: {
            broker: { socket: '%/run/broker.sock', operations: ['broker'] },
            other: { socket: '%/run/other.sock', operations: ['broker'] },
          },
        },
        broker: {
          mosquitto: {
            settings: ['per_listener_settings true'],
            load: (file, options) => [
              `plugin ${file}`,
              ...options,
              `listener ${port} 127.0.0.1`,
              'cafile %/device-cas.pem',
              'certfile %/server.pem',
              'keyfile %/server.key',
              'require_certificate true',
              `plugin ${file}`,
              ...options.map((line) => line.replace('broker.sock', 'other.sock')),
            ],
          },
        },
      });
      const second = { port, serverCaPem: scene.broker.serverCaPem };
      const here = await until('let in', async () => scene.join('here').catch(() => undefined));
      const enrolled = await scene.enrol('there');
      const there = await until('let in', () => scene.connect(enrolled, {}, second).catch(() => undefined));
      const listeners = async (name: string) => (await scene.sessions(name)).map(({ listener }) => listener);
      expect([await listeners('here'), await listeners('there')]).toEqual([['broker'], ['other']]);
      expect([await here.subscribe('#'), await there.subscribe('#')]).toEqual([[1], [1]]);
      await fence(here, there);
      await fence(there, here);
      // Each decides about its own: the other's revocation is its alone.
      await scene.revoke(enrolled);
      await until('nothing more of it comes through', async () => {
        here.messages.length = 0;
        // 2.0.11 has no timer here, and leaves it connected and denied.
        if (there.client.connected) there.client.publish('from-there', 'x', { qos: 0 });
        await fence(here, here);
        return !here.has('from-there');
      });
      expect(here.drops).toBe(0);
    });
  },
  'one',
);

onMosquitto(
  'another plugin after ours (dynamic-security)',
  (kind) => {
    it('decides about clients without a certificate, where they are left to it, and about no device', async () => {
      await using scene = await Scene.start(kind, {
        configuration,
        broker: {
          mosquitto: {
            plain: true,
            pluginOptions: { no_certificate: 'defer' },
            load: (file, options) => [
              `plugin ${file}`,
              ...options,
              `plugin ${dynamicSecurity(kind.release.binary)}`,
              'plugin_opt_config_file %/dynamic-security.json',
            ],
            files: { 'dynamic-security.json': dynamicSecurityConfiguration() },
          },
        },
      });
      const device = await scene.join('device');
      expect(await device.subscribe('#')).toEqual([1]);
      const local = await scene
        .plain({ clientId: 'local', username: 'local', password: 'secret' })
        .connected();
      await local.publish('local/1', 'x');
      await local.publish('other/1', 'x').catch(() => undefined);
      await device.received('local/1', 'x');
      await fence(device, device);
      expect(device.has('other/1')).toBe(false);
      const wrong = scene.plain({ clientId: 'local-2', username: 'local', password: 'guess' });
      await expect(wrong.connected()).rejects.toMatchObject({ code: expect.toBeOneOf([4, 5, 134, 135]) });
      await scene.mosquitto.reload();
      await fence(device, device);
      expect([device.drops, local.drops]).toEqual([0, 0]);
    });
  },
  'one',
);

onMosquitto(
  'another plugin before ours, which takes the news of a reload for itself,',
  (kind) => {
    // 2.0 tells no plugin after the first that does not defer, so ours takes a client that is away for one that connects.
    it('does not make a reload drop anybody who is connected, nor, on 2.1, whoever is away', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'dan-'));
      try {
        const before = join(directory, 'reloading.so');
        const headers = join(dirname(dirname(kind.release.binary)), 'include');
        execFileSync('gcc', ['-shared', '-fPIC', '-Wall', '-I', headers, '-o', before, RELOADING]);
        await using scene = await Scene.start(kind, {
          configuration,
          broker: {
            mosquitto: { load: (file, options) => [`plugin ${before}`, `plugin ${file}`, ...options] },
          },
        });
        const enrolled = await scene.enrol('sleeper');
        const first = await scene.connect(enrolled, scene.persistent);
        expect(await first.subscribe('s/#')).toEqual([1]);
        await first.end();
        await scene.left('sleeper');
        const device = await scene.join('device');
        await scene.mosquitto.reload();
        await device.publish('s/1', 'x');
        expect(device.drops).toBe(0);
        const second = await scene.connect(enrolled, scene.persistent);
        await second.subscribe('s/fence');
        await fence(device, second, 's/fence');
        expect(second.has('s/1')).toBe(kind.release.series === '2.1');
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  },
  'one',
);

onMosquitto(
  'a listener on a Unix socket, whose clients have no address,',
  (kind) => {
    it.each(['per_listener_settings false', 'per_listener_settings true'])(
      'lets nobody in, also while a reload is applied (%s)',
      async (setting) => {
        await using scene = await Scene.start(kind, {
          configuration,
          broker: {
            mosquitto: {
              settings: [setting],
              load: (file, options) => [
                `plugin ${file}`,
                ...options,
                'listener 0 %/broker.sock',
                ...(setting.endsWith('true') ? [`plugin ${file}`, ...options] : []),
              ],
            },
          },
        });
        const gate = await forwarding(join(scene.mosquitto.directory, 'broker.sock'));
        try {
          const knock = () =>
            scene.device({}, { protocol: 'mqtt', port: gate.port, clientId: 'local' }).connected();
          const refused = { code: kind.answers.refused };
          await expect(knock()).rejects.toMatchObject(refused);
          await scene.mosquitto.reload();
          for (let n = 0; n < 5; n++) await expect(knock()).rejects.toMatchObject(refused);
        } finally {
          await gate.stop();
        }
      },
    );
  },
  'one',
);

onSeries(
  '2.0',
  'a websockets listener',
  (kind) => {
    it('serves devices as any other', async () => {
      const port = await freePort();
      await using scene = await Scene.start(kind, {
        configuration,
        broker: {
          mosquitto: {
            last: [
              `listener ${port} 127.0.0.1`,
              'protocol websockets',
              'cafile %/device-cas.pem',
              'certfile %/server.pem',
              'keyfile %/server.key',
              'require_certificate true',
            ],
          },
        },
      });
      const over = { protocol: 'wss', port } as const;
      const device = await scene.join('browser', over);
      expect(await device.subscribe('#')).toEqual([1]);
      await fence(device, device);
      const stranger = await scene.enrol('stranger');
      await expect(scene.connect(stranger, { clientId: 'browser', ...over })).rejects.toMatchObject({
        code: kind.answers.refused,
      });
      await expect(scene.device({}, { clientId: 'bare', ...over }).connected()).rejects.toThrow();
      await scene.admin.call('RevokeSessions', { thingName: 'browser' });
      await device.disconnected(1_000);
    });
  },
  4,
);

onSeries(
  '2.1',
  'the plugin of a 2.1 broker',
  (kind) => {
    const plain = async (lines: readonly string[]) => [`listener ${await freePort()} 127.0.0.1`, ...lines];

    it('may be for all listeners (global_plugin)', async () => {
      await using scene = await Scene.start(kind, {
        configuration,
        broker: { mosquitto: { load: (file, options) => [`global_plugin ${file}`, ...options] } },
      });
      const device = await scene.join('device');
      expect(await device.subscribe('#')).toEqual([1]);
      await fence(device, device);
    });

    it('may be loaded under a name and used by one listener (plugin_load, plugin_use): another listener is not its business', async () => {
      const [line = '', ...rest] = await plain(['listener_allow_anonymous true']);
      await using scene = await Scene.start(kind, {
        configuration,
        broker: {
          mosquitto: {
            load: (file, options) => [
              `plugin_load devices ${file}`,
              ...options,
              'plugin_use devices',
              line,
              ...rest,
            ],
          },
        },
      });
      const device = await scene.join('device');
      expect(await device.subscribe('#')).toEqual([1]);
      await expect(scene.connect(await scene.enrol('wrong'), { clientId: 'device' })).rejects.toMatchObject({
        code: kind.answers.refused,
      });
      const port = Number(line.split(' ')[1]);
      const local = await scene.device({}, { protocol: 'mqtt', port, clientId: 'local' }).connected();
      await local.publish('local/1', 'x');
      await device.received('local/1', 'x');
      await scene.mosquitto.reload();
      await fence(device, device);
      expect([device.drops, local.drops]).toEqual([0, 0]);
    });

    it('refuses clients without a certificate at a listener that lets anybody in (listener_allow_anonymous) as at any', async () => {
      const [line = '', ...rest] = await plain(['listener_allow_anonymous true']);
      await using scene = await Scene.start(kind, {
        configuration,
        broker: { mosquitto: { last: [line, ...rest] } },
      });
      const port = Number(line.split(' ')[1]);
      await expect(
        scene.device({}, { protocol: 'mqtt', port, clientId: 'local' }).connected(),
      ).rejects.toMatchObject({ code: kind.answers.refused });
    });
  },
  5,
);

onMosquitto(
  'the plugin',
  (kind) => {
    it('may be named as auth_plugin, with auth_opt_ before its options', async () => {
      await using scene = await Scene.start(kind, {
        configuration,
        broker: {
          mosquitto: {
            load: (file, options) => [
              `auth_plugin ${file}`,
              ...options.map((line) => line.replace('plugin_opt_', 'auth_opt_')),
            ],
          },
        },
      });
      await scene.join('device');
    });

    it('works in a broker that goes into the background', async () => {
      const daemon = await DaemonProcess.start(configuration);
      const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      const issued = await daemon.admin.call('IssueCertificate', { thingName: 'device', createThing: true });
      const broker = await MosquittoBroker.prepare(kind.release, {
        socket: daemon.brokerSocket,
        deviceCas: [ca.certificatePem],
        settings: ['pid_file %/pid'],
      });
      const read = () => Number(readFileSync(join(broker.directory, 'pid'), 'utf8'));
      const devices: Device[] = [];
      try {
        execFileSync(kind.release.binary, ['-c', broker.configurationFile, '-d'], { stdio: 'ignore' });
        await until('it wrote its process id', () => read() > 0);
        await until('a device is let in', () => {
          const device = new Device(broker, issued, { clientId: 'device', protocolVersion: kind.mqtt });
          devices.push(device);
          return device.connected();
        });
      } finally {
        for (const device of devices) device.client.end(true);
        process.kill(read(), 'SIGKILL');
        await broker.discard();
        await daemon.stop();
      }
    });

    it.skipIf(process.getuid?.() !== 0)(
      'reaches the daemon by the broker’s group, once the broker has dropped root’s privileges',
      async () => {
        const directory = mkdtempSync(join(tmpdir(), 'das-'));
        chmodSync(directory, 0o755);
        const socket = join(directory, 'broker.sock');
        try {
          await using scene = await Scene.start(kind, {
            configuration: {
              ...configuration,
              listeners: { broker: { socket, group: 'mosquitto', mode: '0660', operations: ['broker'] } },
            },
            broker: { address: `unix:${socket}`, mosquitto: { user: 'mosquitto' } },
          });
          const device = await scene.join('device');
          await device.subscribe('#');
          await fence(device, device);
          await scene.mosquitto.reload();
          expect(device.drops).toBe(0);
        } finally {
          rmSync(directory, { recursive: true, force: true });
        }
      },
    );
  },
  'one',
);

/** A TCP port that leads to this Unix socket. */
async function forwarding(path: string): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(path);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Debian's package and our own build of 2.1 have it in different places. */
function dynamicSecurity(binary: string): string {
  const name = 'mosquitto_dynamic_security.so';
  const own = join(dirname(dirname(binary)), 'lib');
  const places = readdirSync('/usr/lib').filter((each) => each.endsWith('-linux-gnu'));
  const found = [join(own, name), ...places.map((place) => join('/usr/lib', place, name))].find((each) =>
    existsSync(each),
  );
  if (found === undefined) throw new Error(`${name} is nowhere`);
  return found;
}

/** One client, "local" with the password "secret", who may do everything under local/. */
function dynamicSecurityConfiguration(): string {
  const salt = randomBytes(12);
  const iterations = 101;
  const allow = (acltype: string) => ({ acltype, topic: 'local/#', priority: 0, allow: true });
  return JSON.stringify({
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: true,
      subscribe: true,
      unsubscribe: true,
    },
    clients: [
      {
        username: 'local',
        roles: [{ rolename: 'local' }],
        password: pbkdf2Sync('secret', salt, iterations, 64, 'sha512').toString('base64'),
        salt: salt.toString('base64'),
        iterations,
      },
    ],
    groups: [],
    roles: [{ rolename: 'local', acls: [allow('publishClientSend'), allow('subscribePattern')] }],
  });
}
