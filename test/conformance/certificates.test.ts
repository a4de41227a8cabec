/**
 * Every `certificates` entry of the reference, on the real rooms. One marked `divergence` is held to what we do instead.
 */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CertificateAuthorityUpload } from '../../src/cloud/jobs/certificate-authority-upload.ts';
import { ConnectivityPoll } from '../../src/cloud/jobs/connectivity-poll.ts';
import { UploadRecordFile } from '../../src/cloud/jobs/upload-record.ts';
import { answered, trouble } from '../../src/cloud/outcome.ts';
import { HostAddresses } from '../../src/connectivity/host-addresses.ts';
import { openRegistry } from '../../src/identity/registry/sqlite-registry.ts';
import type { ServerCaSettings } from '../../src/pki/authorities/server-ca.ts';
import type { CertificateUpdate } from '../../src/pki/certificates-api.ts';
import { DurableFiles } from '../../src/pki/durable-files.ts';
import { isDue } from '../../src/pki/server-certificates/rotation.ts';
import type {
  ServerCertificateRoom,
  ServerCertificateSettings,
} from '../../src/pki/server-certificates/server-certificate-room.ts';
import { ScriptedDataPlane, Surroundings } from '../cloud/jobs/scripted-data-plane.ts';
import {
  CA_SETTINGS,
  type CertificateRooms,
  FollowingBroker,
  later,
  openCertificateRooms,
  SETTINGS,
} from '../support/certificate-rooms.ts';
import { ManualClock } from '../support/manual-clock.ts';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly given?: { readonly remainingSeconds?: number; readonly serverCertificateValiditySeconds?: number };
  readonly expect: unknown;
  readonly divergence?: boolean;
}

const DAY = 86_400_000;
const LOOK = 30_000;

const { certificates: entries } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, 'cda.json'), 'utf8'),
) as { readonly certificates: readonly Entry[] };

describe('certificates', () => {
  let stateDirectory: string;
  let clock: ManualClock;
  let suspect: boolean;
  let caSettings: ServerCaSettings;
  let settings: ServerCertificateSettings;
  const rooms: ServerCertificateRoom[] = [];

  beforeEach(() => {
    stateDirectory = mkdtempSync(join(tmpdir(), 'deviceauthd-conformance-'));
    clock = new ManualClock();
    suspect = false;
    // As the reference: it has no overlap.
    caSettings = { ...CA_SETTINGS, keyType: 'RSA_2048', overlapDays: 0 };
    settings = SETTINGS;
  });
  afterEach(async () => {
    await Promise.all(rooms.splice(0).map((room) => room.stop()));
    rmSync(stateDirectory, { recursive: true });
  });

  /** A daemon's life: another one ends the one before. */
  async function start(hosts?: HostAddresses): Promise<CertificateRooms> {
    await Promise.all(rooms.splice(0).map((room) => room.stop()));
    const opened = await openCertificateRooms({
      stateDirectory,
      clock,
      suspect: () => suspect,
      caSettings: () => caSettings,
      settings: () => settings,
      ...(hosts === undefined
        ? {}
        : { hosts: { current: () => hosts.hosts(), onChange: (listener) => hosts.onChange(listener) } }),
    });
    rooms.push(opened.room);
    return opened;
  }

  async function withHosts<T>(use: (hosts: HostAddresses) => Promise<T>): Promise<T> {
    const registry = await openRegistry({ directory: stateDirectory, clock });
    const store = registry.hostAddresses;
    const hosts = await HostAddresses.open({ store, port: () => 8883, onListenerError: () => {} });
    return use(hosts).finally(() => registry.close());
  }

  const namesOf = ({ certificatePem }: CertificateUpdate) =>
    new X509Certificate(certificatePem).subjectAltName?.replaceAll(/(DNS|IP Address):/g, '').split(', ');

  function rotation({ given }: Entry): boolean {
    const notAfter = clock.now() + (given?.remainingSeconds ?? 0) * 1_000;
    return isDue({ issuedAt: notAfter - SETTINGS.validitySeconds * 1_000, notAfter }, clock.now());
  }

  const checks: Readonly<Record<string, (entry: Entry) => Promise<void>>> = {
    'CE-001': async ({ expect: expected }) => {
      const x509 = new X509Certificate((await start()).ca.signer().certificatePem);
      expect({
        keyType: x509.publicKey.asymmetricKeyType?.toUpperCase(),
        bits: x509.publicKey.asymmetricKeyDetails?.modulusLength,
        subjectCN: /^CN=(.*)$/m.exec(x509.subject)?.[1],
        validitySeconds: (x509.validToDate.getTime() - x509.validFromDate.getTime()) / 1_000,
        selfSigned: x509.verify(x509.publicKey),
        basicConstraintsCA: x509.ca,
      }).toEqual(expected);
    },
    'CE-003': async () => {
      const { id } = (await start()).ca.signer();
      expect((await start()).ca.signer().id).toBe(id);
    },
    // There is no passphrase; its store may be unreadable all the same.
    'CE-004': async ({ divergence }) => {
      expect(divergence).toBe(true);
      const { ca } = await start();
      const keyFile = join(stateDirectory, 'ca', 'server', ca.signer().id.slice(0, 16), 'ca.key');
      writeFileSync(keyFile, 'not a key');
      const again = (await start()).ca;
      expect(again.state()).toMatchObject({ current: undefined, problem: expect.stringContaining(keyFile) });
      expect(() => again.signer()).toThrow(keyFile);
      expect(readdirSync(join(stateDirectory, 'ca'))).toEqual(['server']);
    },
    'CE-005': async () => {
      const { ca, room } = await start();
      const broker = new FollowingBroker(room);
      await broker.told(1);
      const { id } = ca.signer();
      caSettings = { ...caSettings, keyType: 'EC_P256' };
      room.settingsChanged();
      const update = await broker.told(2);
      expect(ca.signer().id).not.toBe(id);
      const issuer = new X509Certificate(update.caPems[0] ?? '');
      expect(issuer.publicKey.asymmetricKeyType).toBe('ec');
      expect(new X509Certificate(update.certificatePem).verify(issuer.publicKey)).toBe(true);
    },
    'CE-011': async (entry) => expect(rotation(entry)).toBe(entry.expect === 'regenerate'),
    'CE-012': async (entry) => expect(rotation(entry)).toBe(entry.expect !== 'no change'),
    'CE-013': async (entry) => expect(rotation(entry)).toBe(!String(entry.expect).startsWith('no change')),
    'CE-014': async ({ given, divergence }) => {
      expect(divergence).toBe(true);
      const validitySeconds = given?.serverCertificateValiditySeconds ?? 0;
      settings = { ...SETTINGS, validitySeconds };
      const broker = new FollowingBroker((await start()).room);
      await broker.told(1);
      // Twenty looks of the reference's monitor, and then the fraction of the life.
      for (let look = 0; look < 20; look += 1) await later(clock, LOOK);
      await broker.told(1);
      await later(clock, (validitySeconds * 2_000) / 3);
      await broker.told(2);
    },
    'CE-015': async () => {
      suspect = true;
      const broker = new FollowingBroker((await start()).room);
      await later(clock, LOOK);
      expect(broker.updates).toEqual([]);
      suspect = false;
      await later(clock, LOOK);
      await later(clock, LOOK);
      await broker.told(1);
    },
    'CE-018': async () => {
      const { room } = await start();
      const [one, two] = await Promise.all(
        ['one', 'two'].map((name) => new FollowingBroker(room, { name }).told(1)),
      );
      expect(one?.certificatePem).not.toBe(two?.certificatePem);
      expect(one?.publicKeyPem).not.toBe(two?.publicKeyPem);
      expect(one?.caPems).toEqual(two?.caPems);
    },
    'CE-020': async () => {
      await withHosts((hosts) => hosts.replace('connectivity-information-service', [{ host: '10.1.2.3' }]));
      await withHosts(async (hosts) => {
        const update = await new FollowingBroker((await start(hosts)).room).told(1);
        expect(namesOf(update)).toContain('10.1.2.3');
      });
    },
    'CE-021': async () => {
      await withHosts(async (hosts) => {
        await hosts.replace('connectivity-information-service', [
          { host: '10.1.2.3' },
          { host: 'a.example' },
        ]);
        const broker = new FollowingBroker((await start(hosts)).room);
        await broker.told(1);
        await hosts.replace('connectivity-information-service', [
          { host: 'a.example' },
          { host: '10.1.2.3' },
        ]);
        await later(clock, DAY);
        await broker.told(1);
        await hosts.replace('connectivity-information-service', [{ host: '10.1.2.4' }]);
        expect(namesOf(await broker.told(2))).toEqual(['10.1.2.4', 'localhost']);
      });
    },
    // It is asked for, not pushed: the same answer twice is the delta that comes twice.
    'CE-023': async () => {
      await withHosts(async (addresses) => {
        const here = new Surroundings(clock);
        const dataPlane = new ScriptedDataPlane();
        const broker = new FollowingBroker((await start(addresses)).room);
        await broker.told(1);
        const poll = new ConnectivityPoll({
          ...here,
          ...{ dataPlane, addresses, coreThingName: 'core', intervalSeconds: () => 60, random: () => 1 },
        });
        dataPlane.read = () =>
          answered([{ id: 'one', hostAddress: '10.1.2.3', portNumber: 8883, metadata: '' }]);
        poll.start();
        expect(namesOf(await broker.told(2))).toContain('10.1.2.3');
        await poll.idle();
        for (let reads = 2; reads < 5; reads += 1) {
          clock.advance(72_000);
          await poll.idle();
          expect(dataPlane.reads).toBe(reads);
        }
        await later(clock, LOOK);
        await broker.told(2);
        await poll.stop();
      });
    },
    'CE-025': async () => {
      const { ca, room } = await start();
      const here = new Surroundings(clock);
      const dataPlane = new ScriptedDataPlane();
      dataPlane.upload = () => trouble('server-error', 'the service failed');
      const file = join(stateDirectory, 'cloud', 'certificate-authorities.json');
      const upload = new CertificateAuthorityUpload({
        ...here,
        dataPlane,
        anchors: ca,
        record: new UploadRecordFile(file, new DurableFiles()),
        coreThingName: 'core',
        coreCertificateId: () => 'aa',
        endpoint: 'greengrass.example:8443',
        problem: undefined,
        random: () => 1,
      });
      upload.start();
      await upload.idle();
      const broker = new FollowingBroker(room);
      await broker.told(1);
      await ca.rotate('now');
      const { certificatePem, caPems } = await broker.told(2);
      const [issuer = ''] = caPems;
      expect(new X509Certificate(certificatePem).verify(new X509Certificate(issuer).publicKey)).toBe(true);
      await upload.idle();
      expect(upload.status()).toMatchObject({ state: 'waiting', lastError: 'the service failed' });
      dataPlane.upload = () => answered({ kind: 'yes' });
      await later(clock, 60_000);
      await upload.idle();
      expect(dataPlane.uploads.at(-1)).toEqual(ca.anchors());
      expect(ca.anchors()[0]).toBe(issuer);
      await upload.stop();
    },
  };

  for (const entry of entries) {
    const { id, name } = entry;
    const check = checks[id];
    if (check !== undefined) it(`${id} ${name}`, () => check(entry));
    else it(`${id} ${name}`, () => expect.fail('the entry has no check'));
  }
});
