import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import { connect } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AedesPlugin, type AedesPluginOptions, createTlsServer } from '../../../plugins/aedes/index.ts';
import { Device } from '../../e2e/support/device.ts';
import { until } from '../../e2e/support/until.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { GrpcDaemon } from './support/grpc-daemon.ts';

const maker = new CertificateMaker();
const serverCa = maker.ca('server CA');
const server = maker.make({ subject: 'localhost', issuer: serverCa });
const deviceCa = maker.ca('device CA');
const certificate = maker.make({ subject: 'thing', issuer: deviceCa });
const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };

const CONNECT = 'mqtt:connect mqtt:clientId:*';
const EVERYTHING = [CONNECT, 'mqtt:publish mqtt:topic:*', 'mqtt:subscribe mqtt:topicfilter:*'];

describe('an Aedes broker behind the daemon', () => {
  let daemon: GrpcDaemon;
  let aedes: Aedes;
  let plugin: AedesPlugin;
  let tls: TlsServer;
  let plain: Server;
  let devices: Device[];
  let log: { message: string; fields: Readonly<Record<string, unknown>> }[];

  beforeEach(async () => {
    daemon = new GrpcDaemon();
    daemon.allow(...EVERYTHING);
    await daemon.start();
    devices = [];
    log = [];
  });

  afterEach(async () => {
    for (const device of devices) device.client.end(true);
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    tls.close();
    plain.close();
    plugin.close();
    daemon.stop();
  });

  async function start(options: Partial<AedesPluginOptions> = {}, prepare?: (broker: Aedes) => void) {
    aedes = await Aedes.createBroker();
    prepare?.(aedes);
    plugin = AedesPlugin.attach(aedes, {
      address: daemon.address,
      log: (_level, message, fields = {}) => log.push({ message, fields }),
      ...options,
    });
    tls = createTlsServer({
      certificate: server.pem,
      privateKey: server.keyPem,
      deviceCas: [deviceCa.pem],
      unknownIssuer: 'refuse',
      onConnection: (socket) => aedes.handle(socket),
    });
    plain = createServer((socket) => void aedes.handle(socket));
    for (const each of [tls, plain]) {
      each.listen(0, '127.0.0.1');
      await once(each, 'listening');
    }
    await plugin.ready();
  }

  function device(clientId: string, options: object = {}): Device {
    const made = new Device(
      { port: (tls.address() as AddressInfo).port, serverCaPem: serverCa.pem },
      identity,
      { clientId, ...options },
    );
    devices.push(made);
    return made;
  }

  function plainClient(clientId: string) {
    const client = connect({
      host: '127.0.0.1',
      port: (plain.address() as AddressInfo).port,
      clientId,
      reconnectPeriod: 0,
    });
    devices.push({ client } as Device);
    return client;
  }

  const resourceOf = (client: Device) => client.messages.map((message) => message.topic);

  it('asks the daemon once, with the certificate the handshake proved, and decides the rest by itself', async () => {
    await start();
    const one = await device('one', { username: '?SDK=IoTDeviceSDK/JS&Platform=Unix' }).connected();
    expect(await one.subscribe('a/#')).toEqual([1]);
    await one.publish('a/b', 'x');
    await one.received('a/b', 'x');
    expect(daemon.asked.map(({ clientId, certificatePem }) => ({ clientId, certificatePem }))).toEqual([
      { clientId: 'one', certificatePem: certificate.pem },
    ]);
  });

  it('answers CONNACK 5 to a device the daemon refuses, and 3 when it has no verdict', async () => {
    await start({ authenticationDeadlineMs: 200 });
    daemon.verdict = () => ({ reason: 'INVALID_CREDENTIAL' });
    await expect(device('one').connected()).rejects.toMatchObject({ code: 5 });
    daemon.verdict = () => undefined;
    await expect(device('two').connected()).rejects.toMatchObject({ code: 3 });
  });

  it('refuses a client id the grants do not let connect, and closes the session it got', async () => {
    daemon.allow('mqtt:connect mqtt:clientId:other');
    await start();
    await expect(device('one').connected()).rejects.toMatchObject({ code: 5 });
    await until('the session is closed', () => daemon.closed.includes('token-1'));
    expect(plugin.status().sessions).toBe(0);
  });

  it('gives the daemon the empty client id of a device that has none, not the one Aedes makes up', async () => {
    await start();
    await expect(device('', { clean: true }).connected()).rejects.toMatchObject({ code: 5 });
    expect(daemon.asked.map((asked) => asked.clientId)).toEqual(['']);
  });

  it('does not ask again for a device that was told to come later, until it is later', async () => {
    await start();
    daemon.verdict = () => ({ reason: 'TOKEN_CACHE_FULL', retryAfterMs: 600 });
    for (let knock = 0; knock < 5; knock++) {
      await expect(device('one').connected()).rejects.toMatchObject({ code: 3 });
    }
    expect(daemon.asked.length).toBe(1);
    daemon.verdict = () => 'let in';
    await until('it is let in', async () => {
      const knocking = device('one');
      return knocking.connected().then(
        () => true,
        () => false,
      );
    });
    expect(daemon.asked.length).toBe(2);
  });

  describe('a publish that is not allowed', () => {
    it('is acknowledged, reaches nobody, is not retained, and the client stays', async () => {
      daemon.allow(CONNECT, 'mqtt:subscribe mqtt:topicfilter:*', 'mqtt:publish mqtt:topic:allowed');
      await start();
      const one = await device('one').connected();
      await one.subscribe('#');
      for (const qos of [0, 1, 2] as const) await one.publish('secret', 'x', { qos, retain: true });
      await one.publish('allowed', 'last');
      await one.received('allowed', 'last');
      expect(resourceOf(one)).toEqual(['allowed']);
      const late = await device('late').connected();
      await late.subscribe('#');
      await one.publish('allowed', 'again');
      await late.received('allowed', 'again');
      expect(resourceOf(late)).toEqual(['allowed']);
      expect(one.drops).toBe(0);
    });

    it('ends the connection where that was asked for', async () => {
      daemon.allow(CONNECT);
      await start({ refusedPublish: 'disconnect' });
      const one = await device('one').connected();
      one.publish('secret', 'x').catch(() => {});
      await one.disconnected();
    });

    it('includes any to $SYS, whatever the grants say', async () => {
      await start();
      const one = await device('one').connected();
      await one.subscribe('$SYS/#', 'end');
      await one.publish('$SYS/forged', 'x');
      await one.publish('end', 'x');
      await one.received('end', 'x');
      expect(one.has('$SYS/forged')).toBe(false);
    });
  });

  describe('a subscription', () => {
    beforeEach(() =>
      daemon.allow(CONNECT, 'mqtt:publish mqtt:topic:*', 'mqtt:subscribe mqtt:topicfilter:mine/*'),
    );

    it('is decided filter by filter', async () => {
      await start();
      const one = await device('one').connected();
      expect(await one.subscribe('mine/#', 'yours/#', '#')).toEqual([1, 128, 128]);
    });

    it('that is shared is decided on the filter inside', async () => {
      await start();
      const one = await device('one').connected();
      expect(
        await one.subscribe(
          '$share/group/mine/#',
          '$share/group/yours/#',
          '$share/mine/',
          '$share/g/$share/h/mine/x',
        ),
      ).toEqual([1, 128, 128, 128]);
    });

    it('that was refused beside an allowed one does not come back with the persistent session', async () => {
      await start();
      const first = await device('one', { clean: false }).connected();
      await first.subscribe('mine/#', 'yours/#');
      await first.end();
      const other = await device('other').connected();
      await other.publish('yours/x', 'offline');
      await other.publish('mine/x', 'offline');
      const second = await device('one', { clean: false }).connected();
      await second.received('mine/x', 'offline');
      await other.publish('yours/x', 'online');
      await other.publish('mine/x', 'online');
      await second.received('mine/x', 'online');
      expect(second.has('yours/x')).toBe(false);
    });
  });

  it('delivers to a standing subscription only what the grants now let the client receive', async () => {
    await start();
    const one = await device('one').connected();
    await one.subscribe('#');
    const narrowed = daemon.grants(
      CONNECT,
      'mqtt:publish mqtt:topic:*',
      'mqtt:subscribe mqtt:topicfilter:open/#',
    );
    daemon.tell({ grantSetAdded: { grantSetId: narrowed.id, grantSet: Buffer.from(narrowed.bytes) } });
    daemon.tell({
      sessionsChanged: {
        changes: [{ clientDeviceAuthTokens: ['token-1'], grantSetIds: [narrowed.id], variables: [] }],
      },
    });
    await until('the change has arrived', async () => {
      await one.publish('probe', '1');
      one.messages.length = 0;
      await one.publish('probe', '2');
      await one.publish('open/x', 'x');
      await one.received('open/x', 'x');
      return !one.has('probe');
    });
  });

  describe('the will of a client', () => {
    const will = { topic: 'wills/one', payload: Buffer.from('gone'), qos: 1 as const, retain: false };

    it('is published when its grants allow it', async () => {
      await start();
      const watcher = await device('watcher').connected();
      await watcher.subscribe('wills/#');
      const one = await device('one', { will }).connected();
      one.vanish();
      await watcher.received('wills/one', 'gone');
      await until('its session is closed', () => daemon.closed.includes('token-2'));
    });

    it('is not published when its grants do not allow it', async () => {
      daemon.allow(CONNECT, 'mqtt:subscribe mqtt:topicfilter:*', 'mqtt:publish mqtt:topic:end');
      await start();
      const watcher = await device('watcher').connected();
      await watcher.subscribe('#');
      const one = await device('one', { will }).connected();
      one.vanish();
      await until('its session is closed', () => daemon.closed.includes('token-2'));
      await watcher.publish('end', '');
      await watcher.received('end', '');
      expect(resourceOf(watcher)).toEqual(['end']);
    });

    it('is not published when its session was revoked', async () => {
      await start();
      const watcher = await device('watcher').connected();
      await watcher.subscribe('#');
      const one = await device('one', { will }).connected();
      daemon.tell({
        sessionsEnded: {
          clientDeviceAuthTokens: ['token-2'],
          reason: 'END_REASON_REVOKED',
          correlationId: '',
        },
      });
      await one.disconnected(1_000);
      await watcher.publish('end', '');
      await watcher.received('end', '');
      expect(resourceOf(watcher)).toEqual(['end']);
    });

    it('is not published for a client that is not known here, and does not bring the broker down', async () => {
      await start();
      const watcher = await device('watcher').connected();
      await watcher.subscribe('#');
      const packet = { cmd: 'publish' as const, ...will, dup: false, clientId: 'of a dead broker' };
      const error = await new Promise((resolve) => aedes.authorizePublish(null, packet, resolve));
      expect(error).toBeNull();
      await new Promise<void>((resolve) => aedes.publish(packet, () => resolve()));
      await watcher.publish('end', '');
      await watcher.received('end', '');
      expect(resourceOf(watcher)).toEqual(['end']);
    });
  });

  it('keeps the second session of a client id when the first connection ends because of it', async () => {
    await start();
    const first = await device('one').connected();
    const second = await device('one').connected();
    await first.disconnected();
    await until('the first session is closed', () => daemon.closed.length > 0);
    expect(daemon.closed).toEqual(['token-1']);
    await second.subscribe('a');
    await second.publish('a', 'x');
    await second.received('a', 'x');
    expect(plugin.status().sessions).toBe(1);
  });

  it('denies when the daemon’s grants cannot be evaluated, and goes on', async () => {
    await start();
    const one = await device('one').connected();
    await one.subscribe('#');
    const broken = Buffer.from('not a grant set');
    const { createHash } = await import('node:crypto');
    const grantSetId = createHash('sha256').update(broken).digest('hex');
    daemon.tell({ grantSetAdded: { grantSetId, grantSet: broken } });
    daemon.tell({
      sessionsChanged: {
        changes: [{ clientDeviceAuthTokens: ['token-1'], grantSetIds: [grantSetId], variables: [] }],
      },
    });
    await until('everything is denied', async () => {
      one.messages.length = 0;
      await one.publish('probe', 'x');
      const codes = await one.subscribe('probe');
      return codes[0] === 128;
    });
    const other = await device('other').connected();
    await other.subscribe('b');
    await other.publish('b', 'x');
    await other.received('b', 'x');
    expect(one.drops).toBe(0);
  });

  describe('a client without a certificate', () => {
    it('on another listener is refused', async () => {
      await start();
      const error = await new Promise((resolve) => plainClient('local').once('error', resolve));
      expect(error).toMatchObject({ code: 5 });
      expect(daemon.asked).toEqual([]);
    });

    it('is left to the broker’s own hooks where that was asked for', async () => {
      await start({ withoutCertificate: 'pass' }, (broker) => {
        broker.authenticate = (client, _username, _password, done) => done(null, client.id === 'local');
        broker.authorizePublish = (_client, packet, done) =>
          done(packet.topic === 'local/no' ? new Error('no') : null);
      });
      const error = await new Promise((resolve) => plainClient('stranger').once('error', resolve));
      expect(error).toMatchObject({ code: 5 });
      const local = plainClient('local');
      await new Promise<void>((resolve) => local.once('connect', () => resolve()));
      const one = await device('one').connected();
      await one.subscribe('local/#');
      await local.publishAsync('local/yes', 'x', { qos: 1 });
      await one.received('local/yes', 'x');
      expect(daemon.asked.map((asked) => asked.clientId)).toEqual(['one']);
    });
  });

  it('cuts a client off when the hook that decides about it throws, and goes on', async () => {
    await start({ withoutCertificate: 'pass' }, (broker) => {
      broker.authenticate = () => {
        throw new Error('a defect of the hook');
      };
    });
    const local = plainClient('local');
    local.on('error', () => {});
    await new Promise<void>((resolve) => local.once('close', () => resolve()));
    expect(log.map(({ fields }) => fields['error'])).toContain('a defect of the hook');
    const one = await device('one').connected();
    await one.subscribe('a');
    await one.publish('a', 'x');
    await one.received('a', 'x');
  });

  it('logs no PEM, key or token', async () => {
    await start();
    const one = await device('one').connected();
    await one.end();
    daemon.verdict = () => ({ reason: 'INVALID_CREDENTIAL' });
    await expect(device('two').connected()).rejects.toThrow();
    const written = JSON.stringify(log);
    expect(log.length).toBeGreaterThan(2);
    expect(written).not.toContain('BEGIN');
    expect(written).not.toContain('token-');
  });
});
