/** The server certificates of brokers; ids are entries of test/conformance/cda.json. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerCa, ServerCaSettings } from '../../../src/pki/authorities/server-ca.ts';
import type { CertificateSubscriptionRequest, CertificateUpdate } from '../../../src/pki/certificates-api.ts';
import type { DeviceCaFiles } from '../../../src/pki/revocation/device-ca-bundle.ts';
import type {
  ServerCertificateRoom,
  ServerCertificateSettings,
} from '../../../src/pki/server-certificates/server-certificate-room.ts';
import { until } from '../../e2e/support/until.ts';
import {
  CA_SETTINGS,
  FollowingBroker,
  openCertificateRooms,
  later as roomLooks,
  SETTINGS,
} from '../../support/certificate-rooms.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { verify } from '../openssl.ts';

const DAY = 86_400_000;
const LOOK = 30_000;

/** Something to watch, changed by hand. */
class Source<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  current(): T {
    return this.#value;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
}

describe('a server certificate', () => {
  let stateDirectory: string;
  let clock: ManualClock;
  let suspect: boolean;
  let problems: string[];
  let told: Map<string, string | undefined>;
  let caSettings: ServerCaSettings;
  let settings: ServerCertificateSettings;
  let hosts: Source<readonly string[]>;
  let deviceCas: Source<Pick<DeviceCaFiles, 'caPems' | 'crlPems'>>;
  let ca: ServerCa;
  let room: ServerCertificateRoom;

  beforeEach(async () => {
    stateDirectory = mkdtempSync(join(tmpdir(), 'deviceauthd-room-'));
    clock = new ManualClock();
    suspect = false;
    problems = [];
    told = new Map();
    caSettings = CA_SETTINGS;
    settings = SETTINGS;
    hosts = new Source<readonly string[]>(['broker.example', '10.0.0.7']);
    deviceCas = new Source<Pick<DeviceCaFiles, 'caPems' | 'crlPems'>>({ caPems: [], crlPems: [] });
    await open();
  });

  afterEach(async () => {
    await room.stop();
    rmSync(stateDirectory, { recursive: true });
  });

  async function open(): Promise<void> {
    const opened = await openCertificateRooms({
      stateDirectory,
      clock,
      suspect: () => suspect,
      caSettings: () => caSettings,
      settings: () => settings,
      hosts,
      deviceCas,
      warn: (message) => problems.push(message),
      onError: (error) => problems.push(String(error)),
      onProblem: (name, problem) => told.set(name, problem),
    });
    ({ ca, room } = opened);
  }

  async function restart(): Promise<void> {
    await room.stop();
    await open();
  }

  const broker = (request?: Partial<CertificateSubscriptionRequest>) => new FollowingBroker(room, request);
  const later = (milliseconds: number) => roomLooks(clock, milliseconds);

  const leafOf = ({ certificatePem }: CertificateUpdate) => new X509Certificate(certificatePem);

  it('comes at once, with its key, for the addresses of the host and localhost', async () => {
    const update = await broker().told(1);
    const leaf = leafOf(update);
    expect(leaf.checkPrivateKey(createPrivateKey(update.privateKeyPem))).toBe(true);
    expect(update.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(leaf.publicKey.export({ type: 'spki', format: 'pem' })).toBe(update.publicKeyPem);
    expect(leaf.subjectAltName?.split(', ').sort()).toEqual([
      'DNS:broker.example',
      'DNS:localhost',
      'IP Address:10.0.0.7',
    ]);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(update.notAfter).toBe(clock.now() + 7 * DAY);
    expect(update.caPems).toEqual([ca.signer().certificatePem]);
    verify(update.certificatePem, ca.signer().certificatePem, clock.now(), 'sslserver');
  });

  it('comes as soon as there is a CA, exactly once (CE-015)', async () => {
    await room.stop();
    rmSync(join(stateDirectory, 'ca'), { recursive: true });
    suspect = true;
    await open();
    const early = broker();
    await later(LOOK);
    await later(LOOK);
    expect(early.updates).toEqual([]);
    expect(room.list()).toMatchObject([
      { certificate: undefined, problem: expect.stringContaining('clock') },
    ]);
    suspect = false;
    await later(LOOK);
    await early.told(1);
    await later(LOOK);
    await early.told(1);
  });

  it('is another for each subscriber, of the same CA (CE-018)', async () => {
    const all = [
      broker({ name: 'a' }),
      broker({ name: 'b' }),
      broker({}),
      broker({}),
      broker({ owner: 'other', name: 'a' }),
    ];
    const updates = await Promise.all(all.map((each) => each.told(1)));
    expect(new Set(updates.map((update) => update.publicKeyPem)).size).toBe(5);
    for (const update of updates)
      expect(leafOf(update).verify(new X509Certificate(ca.signer().certificatePem).publicKey)).toBe(true);
  });

  it('is the same for all who give the same name, after a reconnect and after a restart', async () => {
    const first = broker();
    const { certificatePem } = await first.told(1);
    expect((await broker().told(1)).certificatePem).toBe(certificatePem);
    first.end();
    expect((await broker().told(1)).certificatePem).toBe(certificatePem);
    await restart();
    expect((await broker().told(1)).certificatePem).toBe(certificatePem);
  });

  it('and its key are kept in one file of 0600 that nobody else can read', async () => {
    await broker().told(1);
    const directory = join(stateDirectory, 'server-certificates');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(['broker~mosquitto.json']);
    expect(statSync(join(directory, 'broker~mosquitto.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['damaged', 'x'],
    ['of another key', undefined],
  ])('that is %s on disk is made anew, with a warning', async (_what, text) => {
    const before = await broker().told(1);
    const file = join(stateDirectory, 'server-certificates', 'broker~mosquitto.json');
    const stored = JSON.parse(readFileSync(file, 'utf8')) as object;
    const other = await broker({ name: 'other' }).told(1);
    writeFileSync(file, text ?? JSON.stringify({ ...stored, privateKeyPem: other.privateKeyPem }));
    await restart();
    expect((await broker().told(1)).publicKeyPem).not.toBe(before.publicKeyPem);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(file);
    expect(problems[0]).not.toContain('PRIVATE');
  });

  describe('is renewed, with a new key', () => {
    it('a day before it ends, and not earlier (CE-011, CE-012, CE-013)', async () => {
      const subscriber = broker();
      const first = await subscriber.told(1);
      await later(5 * DAY);
      await subscriber.told(1);
      clock.setWall(first.notAfter - DAY - LOOK);
      await later(LOOK);
      expect(clock.now()).toBe(first.notAfter - DAY);
      await subscriber.told(1);
      await later(1);
      await later(LOOK);
      const second = await subscriber.told(2);
      expect(second.publicKeyPem).not.toBe(first.publicKeyPem);
      expect(second.notAfter).toBeGreaterThan(first.notAfter + 5 * DAY);
    });

    it.each([60, 3600])(
      'at two thirds of a life of %s s, so that no validity makes it spin (CE-014)',
      async (validitySeconds) => {
        settings = { ...settings, validitySeconds };
        const subscriber = broker();
        await subscriber.told(1);
        const looks = (3 * validitySeconds * 1_000) / 10_000;
        for (let look = 0; look < looks; look += 1) {
          clock.advance(10_000);
          await until('the room has looked', () => clock.pending > 0 || undefined);
        }
        // Three lives, each renewed at two thirds and a look later at most.
        expect(subscriber.updates.length).toBeGreaterThanOrEqual(4);
        expect(subscriber.updates.length).toBeLessThanOrEqual(6);
        for (const [index, update] of subscriber.updates.entries()) {
          const next = subscriber.updates[index + 1];
          if (next !== undefined) expect(leafOf(next).validFromDate.getTime()).toBeLessThan(update.notAfter);
        }
      },
    );

    it('when the addresses change, and not when they are told again in another order (CE-021)', async () => {
      const subscriber = broker();
      await subscriber.told(1);
      hosts.set(['10.0.0.7', 'broker.example', 'broker.example', 'LOCALHOST']);
      await later(LOOK);
      await subscriber.told(1);
      hosts.set(['10.0.0.8']);
      const second = await subscriber.told(2);
      expect(leafOf(second).checkIP('10.0.0.8')).toBe('10.0.0.8');
      expect(leafOf(second).checkIP('10.0.0.7')).toBeUndefined();
    });

    it('when the CA changes; its announcement only adds to what devices may trust', async () => {
      const subscriber = broker();
      const first = await subscriber.told(1);
      await ca.rotate('announce');
      const announced = await subscriber.told(2);
      expect(announced.certificatePem).toBe(first.certificatePem);
      expect(announced.caPems).toEqual([...first.caPems, ca.state().next?.trustAnchorPem]);
      await ca.rotate('now');
      const switched = await subscriber.told(3);
      expect(switched.caPems).toEqual(announced.caPems.toReversed());
      verify(switched.certificatePem, switched.caPems[0] ?? '', clock.now(), 'sslserver');
    });

    it('when another type is configured (CE-005), or asked for', async () => {
      const subscriber = broker();
      await subscriber.told(1);
      caSettings = { ...caSettings, keyType: 'RSA_2048', overlapDays: 0 };
      settings = { ...settings, keyType: 'RSA_2048' };
      room.settingsChanged();
      const second = await subscriber.told(2);
      expect(leafOf(second).publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
      expect(new X509Certificate(second.caPems[0] ?? '').publicKey.asymmetricKeyType).toBe('rsa');
      verify(second.certificatePem, second.caPems[0] ?? '', clock.now(), 'sslserver');
      const third = await broker({ name: 'mosquitto', keyType: 'EC_P256' }).told(1);
      expect(leafOf(third).publicKey.asymmetricKeyType).toBe('ec');
    });

    it('when the operator says so, one or all', async () => {
      const [one, two] = [broker({ name: 'one' }), broker({ name: 'two' })];
      await Promise.all([one.told(1), two.told(1)]);
      await room.rotate('broker/one');
      await Promise.all([one.told(2), two.told(1)]);
      await room.rotate(undefined);
      await Promise.all([one.told(3), two.told(2)]);
      await expect(room.rotate('broker/three')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    });
  });

  describe('is not renewed', () => {
    it('with rotation disabled, except by the operator', async () => {
      settings = { ...settings, rotationDisabled: true };
      const subscriber = broker();
      await subscriber.told(1);
      hosts.set(['10.0.0.8']);
      await later(8 * DAY);
      await subscriber.told(1);
      expect(room.list()).toMatchObject([{ rotatesAt: undefined }]);
      await room.rotate(undefined);
      await subscriber.told(2);
    });

    it('while the clock is suspect; the old one stays in use', async () => {
      const subscriber = broker();
      await subscriber.told(1);
      suspect = true;
      await later(6.5 * DAY);
      await subscriber.told(1);
      expect(room.list()).toMatchObject([{ problem: expect.stringContaining('clock') }]);
      expect(told.get('broker/mosquitto')).toContain('clock');
      await expect(room.rotate(undefined)).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT' });
      suspect = false;
      await later(LOOK);
      await subscriber.told(2);
      expect(room.list()).toMatchObject([{ problem: undefined }]);
      expect([...told]).toEqual([['broker/mosquitto', undefined]]);
    });

    it('while nobody listens; whoever comes back late gets a new one', async () => {
      const subscriber = broker();
      const first = await subscriber.told(1);
      subscriber.end();
      await later(6.5 * DAY);
      expect(room.list()).toMatchObject([{ subscribers: 0, certificate: { notAfter: first.notAfter } }]);
      expect((await broker().told(1)).notAfter).toBeGreaterThan(first.notAfter);
    });

    it('again and again when its CA ends as soon', async () => {
      const subscriber = broker();
      await subscriber.told(1);
      caSettings = { ...caSettings, overlapDays: 365 };
      clock.setWall(ca.signer().notAfter - 300_000 - LOOK);
      for (let look = 0; look < 10; look += 1) await later(LOOK);
      expect(new Set(subscriber.updates.map((update) => update.publicKeyPem)).size).toBe(2);
      expect(subscriber.updates.at(-1)?.notAfter).toBe(ca.signer().notAfter);
    });
  });

  it('that nobody listens for is forgotten when it has ended', async () => {
    const subscriber = broker();
    await subscriber.told(1);
    subscriber.end();
    await later(7 * DAY + LOOK);
    expect(room.list()).toEqual([]);
    expect(readdirSync(join(stateDirectory, 'server-certificates'))).toEqual([]);
  });

  it('comes with the device CAs, and again when they change', async () => {
    const subscriber = broker();
    expect((await subscriber.told(1)).deviceCaPems).toEqual([]);
    deviceCas.set({ caPems: ['A', 'B'], crlPems: ['a', 'b'] });
    const second = await subscriber.told(2);
    expect(second).toMatchObject({ deviceCaPems: ['A', 'B'], deviceCaCrlPems: ['a', 'b'] });
    expect(second.certificatePem).toBe(subscriber.updates[0]?.certificatePem);
  });

  it('is served from what was kept while the CA cannot be read', async () => {
    const first = await broker().told(1);
    await room.stop();
    rmSync(join(stateDirectory, 'ca', 'server', ca.signer().id.slice(0, 16), 'ca.key'));
    await open();
    const again = await broker().told(1);
    expect([again.certificatePem, again.caPems]).toEqual([first.certificatePem, first.caPems]);
    const newcomer = broker({ name: 'newcomer' });
    await later(LOOK);
    expect(newcomer.updates).toEqual([]);
    expect(room.list()).toMatchObject([{}, { problem: expect.stringContaining('ca.key') }]);
  });

  it('of a subscriber that throws does not keep the others from theirs', async () => {
    room.subscribe({ owner: 'broker', name: 'mosquitto', keyType: undefined }, () => {
      throw new Error('the pipe broke');
    });
    await broker().told(1);
    expect(problems).toEqual(['Error: the pipe broke']);
  });

  it('is not told to whoever has left', async () => {
    const subscriber = broker({});
    subscriber.end();
    await later(LOOK);
    expect([subscriber.updates, room.list()]).toEqual([[], []]);
  });

  it('has one of at most a thousand names', () => {
    for (let name = 0; name < 1_000; name += 1) broker({ name: `n${name}` }).end();
    expect(() => broker({ name: 'one-more' })).toThrow('broker has 1000 named server certificates');
    // What one door uses up is not the others'.
    expect(() => broker({ owner: 'sink', name: 'nginx' })).not.toThrow();
  });
});
