/** What becomes of the broker's certificate where the daemon, the disk or the operator does something odd. */
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CertificateUpdate } from '../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import { filesIn, filesOf, makeUpdate } from '../support/certificate-updates.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { makeCrl } from '../support/crl.ts';
import { Device, type Identity } from './support/device.ts';
import { MosquittoBroker, type MosquittoOptions } from './support/mosquitto-broker.ts';
import { RogueDaemon } from './support/rogue-daemon.ts';
import { onMosquitto, serverSerial, startMosquitto } from './support/scene.ts';
import { until } from './support/until.ts';

const maker = new CertificateMaker();
const serverCa = maker.ca('server CA');
const deviceCa = maker.ca('device CA');
const otherDeviceCa = maker.ca('another device CA');
/** Two sets in a row are five seconds apart. */
const ROTATED_MS = 15_000;

onMosquitto(
  'the broker’s certificate',
  (kind) => {
    let directory: string;
    let daemon: RogueDaemon;
    let brokers: MosquittoBroker[];
    let devices: Device[];

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'dac-'));
      daemon = await RogueDaemon.start(join(directory, 's'));
      const all = daemon.offer({
        format: 1,
        requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
        deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
        grants: ['mqtt:connect', 'mqtt:publish', 'mqtt:subscribe'].map((operation) => ({
          effect: 'ALLOW',
          operation,
          resource: '*',
        })),
      });
      daemon.grantsOf = () => [all];
      brokers = [];
      devices = [];
    });
    afterEach(async () => {
      for (const device of devices) device.client.end(true);
      const stopped = await Promise.allSettled(brokers.map((broker) => broker.stop()));
      await daemon.stop();
      rmSync(directory, { recursive: true });
      for (const each of stopped) if (each.status === 'rejected') throw each.reason;
    });

    const update = (crls: readonly string[] = [], ...more: TestCertificate[]): CertificateUpdate =>
      makeUpdate(maker, { issuer: serverCa, deviceCas: [deviceCa, ...more], crls });

    async function prepare(options: Partial<MosquittoOptions> = {}): Promise<MosquittoBroker> {
      const broker = await MosquittoBroker.prepare(kind.release, {
        socket: daemon.path,
        deviceCas: [],
        tls: 'capath',
        ...options,
      });
      brokers.push(broker);
      return broker;
    }

    async function start(options: Partial<MosquittoOptions> = {}): Promise<MosquittoBroker> {
      const broker = await startMosquitto(kind.release, {
        address: `unix:${daemon.path}`,
        deviceCas: [],
        mosquitto: { tls: 'capath', ...options },
      });
      brokers.push(broker);
      await broker.inStep();
      return broker;
    }

    /** One that ended, as it should. */
    async function discard(broker: MosquittoBroker): Promise<void> {
      brokers = brokers.filter((each) => each !== broker);
      await broker.discard();
    }

    const identity = (name: string, issuer = deviceCa): Identity => {
      const certificate = maker.make({ subject: name, issuer, purpose: 'client' });
      return { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
    };

    async function connect(broker: MosquittoBroker, name: string, issuer?: TestCertificate): Promise<Device> {
      const device = new Device(broker, identity(name, issuer), {
        clientId: name,
        protocolVersion: kind.mqtt,
      });
      devices.push(device);
      return await device.connected();
    }

    const delivered = (broker: MosquittoBroker, what: CertificateUpdate, withinMs = ROTATED_MS) =>
      until('the files are as told', () => same(filesIn(broker.tlsDirectory), filesOf(what)), withinMs);
    const shows = (broker: MosquittoBroker, what: CertificateUpdate, withinMs = ROTATED_MS) =>
      until(
        'the broker shows the certificate',
        async () => (await serverSerial(broker, identity('prober'))) === serialOf(what),
        withinMs,
      );

    it('is there at the broker’s first start, and asked for under the broker’s name', async () => {
      daemon.certificate = update();
      const broker = await start({ pluginOptions: { tls_name: 'left-hand.broker' } });
      await connect(broker, 'one');
      expect(daemon.subscribers).toEqual(['left-hand.broker']);
      expect(filesIn(broker.tlsDirectory)).toEqual(filesOf(daemon.certificate));
      expect(broker.reloads).toBe(0);
    });

    it('is waited for at the first start, as long as `tls_wait_ms` says', async () => {
      const broker = await prepare();
      const running = broker.run();
      await until('the plugin asks', () => daemon.subscribers.length > 0);
      expect(broker.log).not.toMatch(/mosquitto version \S+ running/);
      daemon.deliver(update());
      await running;
      await connect(broker, 'one');
    });

    it('that does not come ends the broker’s start with a line, as its files are missing', async () => {
      const broker = await prepare({ pluginOptions: { tls_wait_ms: '300' } });
      expect(await broker.runToItsEnd()).not.toBe(0);
      expect(broker.log).toMatch(/no server certificate from the daemon within 300 ms/);
      // 2.0 leaves its TLS context behind when a listener cannot start, which counts as a leak.
      await discard(broker).catch((error: unknown) =>
        expect(String(error)).not.toMatch(/AddressSanitizer|runtime error|Direct leak/),
      );
    });

    it('is not waited for where there is one, and nothing is done about one that is the same', async () => {
      daemon.certificate = update();
      const broker = await start();
      const before = statSync(join(broker.tlsDirectory, 'server.pem'));
      await broker.restart();
      await until('the plugin asks', () => daemon.subscribers.length === 2);
      daemon.endCertificateStreams();
      await until('the plugin asks again', () => daemon.subscribers.length === 3);
      daemon.deliver({ ...daemon.certificate });
      daemon.certificate = undefined;
      await broker.restart();
      await connect(broker, 'one');
      expect(statSync(join(broker.tlsDirectory, 'server.pem')).ino).toBe(before.ino);
      expect(broker.reloads).toBe(0);
      expect(broker.log.match(/new server certificate/g)).toHaveLength(1);
    });

    it('changes without a device noticing, five seconds after the last at the earliest, the newest alone', async () => {
      daemon.certificate = update();
      const broker = await start();
      const device = await connect(broker, 'one');
      const [skipped, last] = [update(), update()];
      const next = update();
      daemon.deliver(next);
      await shows(broker, next);
      daemon.deliver(skipped);
      daemon.deliver(last);
      await shows(broker, last);
      expect(broker.reloads).toBe(2);
      expect(device.drops).toBe(0);
      await device.publish('a', 'b');
    });

    it('wakes a broker that has nothing to do', async () => {
      daemon.certificate = update();
      const broker = await start();
      const from = broker.log.length;
      daemon.deliver(update());
      await broker.logged(/Reloading config/, from, 5_000);
    });

    it('stays as it is where an update is not usable, and the next one that is one holds', async () => {
      daemon.certificate = update();
      const broker = await start();
      const before = filesIn(broker.tlsDirectory);
      const good = update();
      const bad: [CertificateUpdate, RegExp][] = [
        [{ ...good, certificate: '' }, /it has no certificate/],
        [{ ...good, privateKey: '' }, /it has no private key/],
        [{ ...good, privateKey: daemon.certificate.privateKey! }, /its private key is not the certificate's/],
        [{ ...good, deviceCaCertificates: ['nonsense'] }, /a device CA of it cannot be read/],
      ];
      for (const [each, why] of bad) {
        const from = broker.log.length;
        daemon.deliver(each);
        await broker.logged(/a certificate update from the daemon is not usable/, from);
        await broker.logged(why, from);
      }
      // Half a message; the stream is opened again, and its first update is the last that was told.
      daemon.deliverBytes(Buffer.from([0x0a, 0x7f, 0x0a, 0x02]));
      expect(filesIn(broker.tlsDirectory)).toEqual(before);
      daemon.deliver(good);
      await shows(broker, good);
      for (const { privateKey } of [good, daemon.certificate]) expect(broker.log).not.toContain(privateKey);
      expect(broker.log).not.toContain('BEGIN');
    });

    it('is asked for again when the daemon was away, and is caught up with', async () => {
      daemon.certificate = update();
      const broker = await start();
      const device = await connect(broker, 'one');
      await daemon.stop();
      const successor = await RogueDaemon.start(daemon.path);
      try {
        successor.certificate = update();
        await shows(broker, successor.certificate, 20_000);
        expect(device.drops).toBe(0);
      } finally {
        await broker.end();
        await successor.stop();
        brokers = [];
        await broker.discard();
      }
    });

    it('that the daemon may not or cannot give is a line that says what to do', async () => {
      daemon.certificate = update();
      const broker = await start();
      daemon.certificate = daemon.error('UNAUTHORIZED', status.PERMISSION_DENIED);
      daemon.endCertificateStreams();
      await broker.logged(
        /no certificates from the daemon \(UNAUTHORIZED.*operations of this socket's listener/,
      );
      const again = update();
      daemon.certificate = again;
      await shows(broker, again, 20_000);
      const from = broker.log.length;
      daemon.certificate = daemon.error('UNIMPLEMENTED', status.UNIMPLEMENTED);
      daemon.endCertificateStreams();
      await broker.logged(/this daemon delivers no certificates; update it/, from);
      await connect(broker, 'one');
    });

    it('that cannot be written is a line with the remedy, and is written when it can be', async () => {
      daemon.certificate = update();
      const broker = await start();
      const away = `${broker.tlsDirectory}.away`;
      renameSync(broker.tlsDirectory, away);
      const next = update();
      daemon.deliver(next);
      await broker.logged(/could not be written: .*No such file or directory; make the directory/);
      renameSync(away, broker.tlsDirectory);
      await shows(broker, next, 20_000);
      await broker.logged(/could be written now/);
      chmodSync(broker.tlsDirectory, 0o757);
      const later = update();
      daemon.deliver(later);
      await broker.logged(/may be written by everybody/);
      chmodSync(broker.tlsDirectory, 0o750);
      await shows(broker, later, 20_000);
    });

    it.skipIf(process.getuid?.() !== 0)('is the broker’s user’s to read and to replace', async () => {
      daemon.certificate = update();
      for (const path of [directory, daemon.path]) chmodSync(path, 0o777);
      const broker = await start({ user: 'mosquitto' });
      const files = ['server.key', 'server.pem', 'current'].map((name) =>
        statSync(join(broker.tlsDirectory, name)),
      );
      const { uid } = statSync(broker.tlsDirectory);
      expect(uid).not.toBe(0);
      expect(files.map((file) => file.uid)).toEqual([uid, uid, uid]);
      expect(files.map((file) => file.mode & 0o777)).toEqual([0o640, 0o644, 0o750]);
      const next = update();
      daemon.deliver(next);
      await shows(broker, next);
    });

    it('has one directory for one broker', async () => {
      daemon.certificate = update();
      const broker = await start();
      const other = await prepare({
        tls: undefined,
        pluginOptions: { tls_dir: broker.tlsDirectory, tls_wait_ms: '0' },
      } as never);
      await other.run();
      await other.logged(/is another broker's, or given twice in this one/);
    });

    it('comes with new device CAs, which a listener with `capath` knows at once; the first one too', async () => {
      daemon.certificate = { ...update(), deviceCaCertificates: [] };
      const broker = await start();
      await expect(connect(broker, 'early')).rejects.toThrow();
      const one = { ...daemon.certificate, deviceCaCertificates: [deviceCa.pem] };
      daemon.deliver(one);
      await delivered(broker, one);
      const old = await connect(broker, 'old');
      await expect(connect(broker, 'new', otherDeviceCa)).rejects.toThrow();
      const more = { ...daemon.certificate, deviceCaCertificates: [deviceCa.pem, otherDeviceCa.pem] };
      daemon.deliver(more);
      await delivered(broker, more);
      await connect(broker, 'newer', otherDeviceCa);
      await broker.logged(/device CAs in .*: 1 new, which a listener with capath .* knows at once/);
      expect(broker.reloads).toBe(0);
      expect(old.drops).toBe(0);
      // CRLs, for which this listener has no use, are no reason to reload either.
      const last = {
        ...more,
        deviceCaCertificates: [otherDeviceCa.pem],
        deviceCaCrls: [makeCrl(otherDeviceCa)],
      };
      daemon.deliver(last);
      await broker.logged(/1 gone, which the handshake accepts until a restart/);
      expect(existsSync(join(broker.tlsDirectory, 'device-cas.crl'))).toBe(false);
      expect(broker.reloads).toBe(0);
    });

    it('comes with new device CAs, which a listener with `cafile` knows after a restart', async () => {
      daemon.certificate = update();
      const broker = await start({ tls: 'cafile' });
      const more = { ...update(), deviceCaCertificates: [deviceCa.pem, otherDeviceCa.pem] };
      daemon.deliver(more);
      await shows(broker, more);
      await broker.logged(/one with cafile after a restart of the broker/);
      await expect(connect(broker, 'new', otherDeviceCa)).rejects.toThrow();
      await broker.restart();
      await broker.inStep();
      await connect(broker, 'new', otherDeviceCa);
    });

    it('comes with CRLs: whom they name fails in the handshake, and new device CAs are known by `cafile` too', async () => {
      const bad = maker.make({ subject: 'bad', issuer: deviceCa, purpose: 'client', serial: '00abcd' });
      const its = { certificatePem: bad.pem, privateKeyPem: bad.keyPem };
      daemon.certificate = update([makeCrl(deviceCa)]);
      const broker = await start({ tls: 'crlfile' });
      const device = new Device(broker, its, { clientId: 'bad', protocolVersion: kind.mqtt });
      devices.push(device);
      await device.connected();
      const good = await connect(broker, 'good');
      const more = {
        ...daemon.certificate,
        deviceCaCertificates: [deviceCa.pem, otherDeviceCa.pem],
        deviceCaCrls: [makeCrl(deviceCa, ['ABCD']), makeCrl(otherDeviceCa)],
      };
      daemon.deliver(more);
      await until('the broker has read it', () => broker.reloads === 1, ROTATED_MS);
      await until('the revoked one fails', () =>
        new Device(broker, its, { clientId: 'bad' }).connected().then(
          async (again) => {
            await again.end();
            return false;
          },
          (error: { code?: unknown }) => /revoked/i.test(String(error)) || error.code !== undefined,
        ),
      );
      await connect(broker, 'new', otherDeviceCa);
      expect(good.drops).toBe(0);
      // No CRL of every CA any more: the broker goes on with the old ones, also through a reload.
      daemon.deliver({ ...more, deviceCaCrls: [], certificate: update().certificate! } as never);
      const last = { ...update(), deviceCaCertificates: more.deviceCaCertificates };
      daemon.deliver(last);
      await shows(broker, last, 20_000);
      await broker.logged(/device-cas\.crl stays as it was/);
      expect(existsSync(join(broker.tlsDirectory, 'device-cas.crl'))).toBe(true);
      expect(broker.running).toBe(true);
      expect(good.drops).toBe(0);
    });

    it.runIf(kind.release.series === '2.0')(
      'is read by a broker without ticks, too, when a device does something',
      async () => {
        daemon.certificate = update();
        const broker = await startMosquitto(kind.release, {
          address: `unix:${daemon.path}`,
          deviceCas: [],
          mosquitto: { tls: 'capath', settings: ['per_listener_settings true'] },
        });
        brokers.push(broker);
        const device = await connect(broker, 'one');
        const next = update();
        daemon.deliver(next);
        await until('it reloads', async () => {
          await device.publish('a', 'b');
          return broker.reloads === 1;
        });
        expect(await serverSerial(broker, identity('prober'))).toBe(serialOf(next));
        expect(device.drops).toBe(0);
      },
    );

    it('survives that the broker is killed at any time', async () => {
      daemon.certificate = update();
      const broker = await start();
      for (let round = 0; round < 5; round++) {
        const next = update();
        daemon.deliver(next);
        await until(
          'it writes',
          () =>
            readdirSync(broker.tlsDirectory).length > 8 || same(filesIn(broker.tlsDirectory), filesOf(next)),
          ROTATED_MS,
        );
        await broker.kill();
        await broker.run();
        await shows(broker, next);
      }
      expect(readdirSync(broker.tlsDirectory).filter((name) => name.startsWith('.'))).toHaveLength(1);
    });

    it('is refused where the options make no sense', async () => {
      mkdirSync(join(directory, 'tls'));
      const cases: [Record<string, string>, RegExp][] = [
        [{ tls_dir: 'relative' }, /plugin_opt_tls_dir must be the absolute path of a directory/],
        [{ tls_dir: '/x', tls_name: '-a' }, /plugin_opt_tls_name must be 1 to 64 characters/],
        [
          { tls_dir: '/x', tls_wait_ms: '60001' },
          /plugin_opt_tls_wait_ms must be a whole number from 0 to 60000/,
        ],
        [{ tls_dir: '/x', tls_crls: 'yes' }, /plugin_opt_tls_crls must be ignore or keep/],
        [{ tls_name: 'a' }, /plugin_opt_tls_name means nothing without plugin_opt_tls_dir/],
      ];
      for (const [pluginOptions, why] of cases) {
        const broker = await MosquittoBroker.prepare(kind.release, {
          socket: daemon.path,
          deviceCas: [],
          pluginOptions,
        });
        brokers.push(broker);
        expect(await broker.runToItsEnd()).not.toBe(0);
        expect(broker.log).toMatch(why);
        await discard(broker);
      }
    });
  },
  'one',
);

function same(a: object, b: object): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

function serialOf({ certificate = '' }: CertificateUpdate): string {
  return new X509Certificate(certificate).serialNumber;
}
