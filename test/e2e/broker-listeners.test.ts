import { execFileSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import type { Broker, Device } from './support/device.ts';
import { freePort } from './support/free-port.ts';
import { MosquittoBroker } from './support/mosquitto-broker.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type BrokerOptions, type Enrolled, fence, onMosquitto, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(CONNECT, ...ANY_TOPIC);
const configuration = { deviceGroups: GROUPS };
const maker = new CertificateMaker();
const RELOADING = fileURLToPath(new URL('support/reloading-plugin.c', import.meta.url));

/** One daemon for all; each scenario has a broker of its own. Where its daemon or its devices must be its own, it says so. */
onMosquitto(
  'a broker',
  (kind) => {
    const refused = { code: kind.answers.refused };
    const is21 = kind.release.series === '2.1';
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    async function start(mosquitto: BrokerOptions['mosquitto']): Promise<MosquittoBroker> {
      return (await scene.addBroker(mosquitto === undefined ? {} : { mosquitto })) as MosquittoBroker;
    }
    const join = async (thingName: string, broker: Broker, options: IClientOptions = {}) =>
      await scene.connect(await scene.enrol(thingName), options, broker);
    /** It is let in, and what it publishes is delivered to it. */
    async function serves(broker: Broker, thingName: string, options: IClientOptions = {}): Promise<Device> {
      const device = await join(thingName, broker, options);
      expect(await device.subscribe('#')).toEqual([1]);
      await fence(device, device);
      return device;
    }
    const plainly = (port: number, options: IClientOptions) =>
      scene.device({}, { protocol: 'mqtt', port, ...options });
    /** Another TLS listener for devices. */
    const listener = (port: number) => [
      `listener ${port} 127.0.0.1`,
      'cafile %/device-cas.pem',
      'certfile %/server.pem',
      'keyfile %/server.key',
      'require_certificate true',
    ];

    describe('whose listener', () => {
      it('has use_username_as_clientid refuses whoever sends no username without asking the plugin, and shows the daemon the username as client id', async () => {
        const broker = await start({ listener: ['use_username_as_clientid true'] });
        const enrolled = await scene.enrol('user');
        const before = await scene.daemon.callsOfBrokers();
        await expect(scene.connect(enrolled, {}, broker)).rejects.toMatchObject(refused);
        expect(await scene.daemon.callsOfBrokers()).toBe(before);
        await scene.connect(enrolled, { clientId: 'anything', username: 'user' }, broker);
        expect(await scene.sessions('user')).toMatchObject([{ clientId: 'user', held: true }]);
        await expect(join('user-2', broker, { username: 'user' })).rejects.toMatchObject(refused);
      });

      it('asks for no certificate lets nobody in, whatever they would show', async () => {
        const broker = await start({ asksForNone: true });
        await expect(join('unasked', broker)).rejects.toMatchObject(refused);
        await broker.logged(/client "unasked" refused: it shows no certificate/);
      });

      it('is on a Unix socket, whose clients have no address, lets nobody in, also while a reload is applied', async () => {
        for (const setting of ['per_listener_settings false', 'per_listener_settings true']) {
          const broker = await start({
            settings: [setting],
            load: (file, options) => [
              `plugin ${file}`,
              ...options,
              'listener 0 %/broker.sock',
              ...(setting.endsWith('true') ? [`plugin ${file}`, ...options] : []),
            ],
          });
          const gate = await forwarding(`${broker.directory}/broker.sock`);
          try {
            const knock = () => plainly(gate.port, { clientId: 'local' }).connected();
            await expect(knock()).rejects.toMatchObject(refused);
            await broker.reload();
            for (let n = 0; n < 5; n++) await expect(knock()).rejects.toMatchObject(refused);
          } finally {
            await gate.stop();
          }
        }
      });

      it.skipIf(is21)('is for websockets serves devices as any other', async () => {
        const port = await freePort();
        const broker = await start({
          last: [`listener ${port} 127.0.0.1`, 'protocol websockets', ...listener(port).slice(1)],
        });
        const over = { protocol: 'wss', port } as const;
        const device = await serves(broker, 'browser', over);
        const other = await scene.enrol('browser-2');
        const knock = scene.connect(other, { clientId: 'browser', ...over }, broker);
        await expect(knock).rejects.toMatchObject(refused);
        const bare = scene.device({}, { clientId: 'bare', ...over }, broker);
        await expect(bare.connected()).rejects.toThrow();
        await scene.admin.call('RevokeSessions', { thingName: 'browser' });
        await device.disconnected(1_000);
      });

      it('is asked for MQTT 5’s enhanced authentication refuses it: nobody offers a method, and the daemon is not asked', async () => {
        const enrolled = await scene.enrol('enhanced');
        const before = await scene.daemon.callsOfBrokers();
        const properties = { authenticationMethod: 'SCRAM', authenticationData: Buffer.from('x') };
        const knock = scene.connect(enrolled, { protocolVersion: 5, properties });
        await expect(knock).rejects.toMatchObject({ code: 140 });
        expect(await scene.daemon.callsOfBrokers()).toBe(before);
        expect(await scene.sessions('enhanced')).toEqual([]);
      });
    });

    describe('that gets a new device CA', () => {
      it('in the folder of capath knows it at the next handshake, with no reload', async () => {
        const broker = await start({ listener: ['capath %/cas'], folders: ['cas'] });
        const bystander = await join('bystander', broker);
        const ca = maker.ca('in the folder');
        const enrolled = await scene.register('new-1', maker.make({ subject: 'new-1', issuer: ca }));
        await expect(scene.connect(enrolled, {}, broker)).rejects.not.toMatchObject(refused);
        broker.file('cas/new.pem', ca.pem);
        execFileSync('openssl', ['rehash', `${broker.directory}/cas`], { stdio: 'pipe' });
        await scene.connect(enrolled, {}, broker);
        expect(bystander.drops).toBe(0);
      });

      it('in the file of cafile does not know it before a restart', async () => {
        const broker = await start({});
        const ca = maker.ca('in the file');
        const enrolled = await scene.register('new-2', maker.make({ subject: 'new-2', issuer: ca }));
        broker.file('device-cas.pem', `${scene.deviceCaPem}\n${ca.pem}`);
        await broker.reload();
        await expect(scene.connect(enrolled, {}, broker)).rejects.not.toMatchObject(refused);
        await broker.restart();
        await until('it is let in', () => scene.connect(enrolled, {}, broker).catch(() => undefined));
      });
    });

    describe('with two listeners for devices', () => {
      it('serves both by one plugin, by default', async () => {
        const port = await freePort();
        const broker = await start({ listener: listener(port) });
        const second = { port, serverCaPem: broker.serverCaPem };
        const [here, there] = [await join('here', broker), await serves(second, 'there')];
        await fence(here, there);
        const enrolled = await scene.enrol('moving');
        const first = await scene.connect(enrolled, {}, broker);
        const moved = await scene.connect(enrolled, {}, second);
        await first.disconnected();
        await scene.revoke(enrolled);
        await moved.disconnected(1_000);
        expect([here.drops, there.drops]).toEqual([0, 0]);
      });

      it('may have a plugin for each (per_listener_settings true), each with its own socket of the daemon', async () => {
        await using own = await Scene.start(kind, {
          configuration: {
            ...configuration,
            listeners: {
              broker: { socket: '%/run/broker.sock', operations: ['broker'] },
              other: { socket: '%/run/other.sock', operations: ['broker'] },
            },
          },
        });
        const port = await freePort();
        const broker = await own.addBroker({
          mosquitto: {
            settings: ['per_listener_settings true'],
            load: (file, options) => [
              `plugin ${file}`,
              ...options,
              ...listener(port),
              `plugin ${file}`,
              ...options.map((line) => line.replace('broker.sock', 'other.sock')),
            ],
          },
        });
        const second = { port, serverCaPem: broker.serverCaPem };
        const [one, two] = [await own.enrol('here'), await own.enrol('there')];
        const enter = (enrolled: Enrolled, at: Broker) =>
          until('it is let in', () => own.connect(enrolled, {}, at).catch(() => undefined));
        const [here, there] = [await enter(one, broker), await enter(two, second)];
        const listeners = async (name: string) =>
          (await own.sessions(name)).map((session) => session.listener);
        expect([await listeners('here'), await listeners('there')]).toEqual([['broker'], ['other']]);
        expect([await here.subscribe('#'), await there.subscribe('#')]).toEqual([[1], [1]]);
        await fence(here, there);
        await fence(there, here);
        // Each decides about its own: the other's revocation is its alone.
        await own.revoke(two);
        await until('nothing more of it comes through', async () => {
          here.messages.length = 0;
          // 2.0.11 has no timer here, and leaves it connected and denied.
          if (there.client.connected) there.client.publish('from-there', 'x', { qos: 0 });
          await fence(here, here);
          return !here.has('from-there');
        });
        expect(here.drops).toBe(0);
      });
    });

    describe('with another plugin', () => {
      it('after ours (dynamic-security) lets that decide about clients without a certificate, where they are left to it, and about no device', async () => {
        const broker = await start({
          plain: true,
          pluginOptions: { no_certificate: 'defer' },
          load: (file, options) => [
            `plugin ${file}`,
            ...options,
            `plugin ${dynamicSecurity(kind.release.binary)}`,
            'plugin_opt_config_file %/dynamic-security.json',
          ],
          files: { 'dynamic-security.json': dynamicSecurityConfiguration() },
        });
        const device = await serves(broker, 'secured');
        const account = { username: 'local', password: 'secret' };
        // It may come again: the daemon is asked whose its client id is.
        const local = await until('the local client is let in', () =>
          plainly(broker.plainPort, { clientId: 'local', ...account })
            .connected()
            .catch(() => undefined),
        );
        await local.publish('local/1', 'x');
        await local.publish('other/1', 'x').catch(() => undefined);
        await device.received('local/1', 'x');
        await fence(device, device);
        expect(device.has('other/1')).toBe(false);
        const wrong = plainly(broker.plainPort, { clientId: 'local-2', ...account, password: 'guess' });
        await expect(wrong.connected()).rejects.toMatchObject({
          code: expect.toBeOneOf([4, 5, 134, 135, 136]),
        });
        await broker.reload();
        await fence(device, device);
        expect([device.drops, local.drops]).toEqual([0, 0]);
      });

      // 2.0 tells no plugin after the first that does not defer, so ours takes a client that is away for one that connects.
      it('before ours, which takes the news of a reload for itself, drops nobody who is connected, nor, on 2.1, whoever is away', async () => {
        const directory = mkdtempSync(`${tmpdir()}/dan-`);
        try {
          const before = `${directory}/reloading.so`;
          const headers = `${dirname(dirname(kind.release.binary))}/include`;
          execFileSync('gcc', ['-shared', '-fPIC', '-Wall', '-I', headers, '-o', before, RELOADING]);
          const broker = await start({
            load: (file, options) => [`plugin ${before}`, `plugin ${file}`, ...options],
          });
          const enrolled = await scene.enrol('sleeper');
          const first = await scene.connect(enrolled, scene.persistent, broker);
          expect(await first.subscribe('s/#')).toEqual([1]);
          await first.end();
          await scene.left('sleeper');
          const device = await join('awake', broker);
          await broker.reload();
          await device.publish('s/1', 'x');
          expect(device.drops).toBe(0);
          const second = await scene.connect(enrolled, scene.persistent, broker);
          await second.subscribe('s/fence');
          await fence(device, second, 's/fence');
          expect(second.has('s/1')).toBe(is21);
        } finally {
          rmSync(directory, { recursive: true, force: true });
        }
      });
    });

    describe.runIf(is21)('of 2.1', () => {
      it('may load the plugin for all listeners (global_plugin)', async () => {
        await serves(
          await start({ load: (file, options) => [`global_plugin ${file}`, ...options] }),
          'global',
        );
      });

      it('may load it under a name for one listener (plugin_load, plugin_use): another listener is not its business', async () => {
        const port = await freePort();
        const broker = await start({
          load: (file, options) => [
            `plugin_load devices ${file}`,
            ...options,
            'plugin_use devices',
            `listener ${port} 127.0.0.1`,
            'listener_allow_anonymous true',
          ],
        });
        const device = await serves(broker, 'used');
        await expect(join('used-2', broker, { clientId: 'used' })).rejects.toMatchObject(refused);
        const local = await plainly(port, { clientId: 'local' }).connected();
        await local.publish('local/1', 'x');
        await device.received('local/1', 'x');
        await broker.reload();
        await fence(device, device);
        expect([device.drops, local.drops]).toEqual([0, 0]);
      });

      it('refuses clients without a certificate at a listener that lets anybody in (listener_allow_anonymous) as at any', async () => {
        const port = await freePort();
        await start({ last: [`listener ${port} 127.0.0.1`, 'listener_allow_anonymous true'] });
        await expect(plainly(port, { clientId: 'local' }).connected()).rejects.toMatchObject(refused);
      });
    });

    it('may name the plugin as auth_plugin, with auth_opt_ and blanks before its options', async () => {
      const broker = await start({
        load: (file, options) => [
          `auth_plugin ${file}`,
          ...options.map((line) => line.replace(/^plugin_opt_(\S+) /, 'auth_opt_$1    ')),
        ],
      });
      await serves(broker, 'named-as-of-old');
    });

    it('may go into the background', async () => {
      const broker = await MosquittoBroker.prepare(kind.release, {
        socket: scene.daemon.brokerSocket,
        deviceCas: [scene.deviceCaPem],
        settings: ['pid_file %/pid'],
      });
      const read = () => Number(readFileSync(`${broker.directory}/pid`, 'utf8'));
      const enrolled = await scene.enrol('background');
      try {
        const { environment: env } = broker;
        execFileSync(kind.release.binary, ['-c', broker.configurationFile, '-d'], { stdio: 'ignore', env });
        await until('it wrote its process id', () => read() > 0);
        await until('a device is let in', () => scene.connect(enrolled, {}, broker).catch(() => undefined));
      } finally {
        process.kill(read(), 'SIGKILL');
        await broker.discard();
      }
    });

    it.skipIf(process.getuid?.() !== 0)(
      'reaches the daemon by its group, once it has dropped root’s privileges',
      async () => {
        const directory = mkdtempSync(`${tmpdir()}/das-`);
        chmodSync(directory, 0o755);
        const socket = `${directory}/broker.sock`;
        try {
          await using own = await Scene.start(kind, {
            configuration: {
              ...configuration,
              listeners: { broker: { socket, group: 'mosquitto', mode: '0660', operations: ['broker'] } },
            },
            broker: { address: `unix:${socket}`, mosquitto: { user: 'mosquitto' } },
          });
          const device = await own.join('device');
          await device.subscribe('#');
          await fence(device, device);
          await own.mosquitto.reload();
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
  const own = `${dirname(dirname(binary))}/lib`;
  const places = readdirSync('/usr/lib').filter((each) => each.endsWith('-linux-gnu'));
  const found = [`${own}/${name}`, ...places.map((place) => `/usr/lib/${place}/${name}`)].find((each) =>
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
