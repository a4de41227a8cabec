import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DaemonError, type ErrorReason } from '../../../src/errors.ts';
import { parseCertificate } from '../../../src/identity/certificate.ts';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import {
  type CreateDeviceCa,
  DeviceCaStore,
  type IssueDeviceCertificate,
} from '../../../src/pki/authorities/device-ca-store.ts';
import { CertificateIssuer } from '../../../src/pki/x509/certificate-issuer.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { asText, verify } from '../openssl.ts';

const DAY = 86_400_000;

describe('the device CAs', () => {
  let stateDirectory: string;
  let clock: ManualClock;
  let registry: SqliteRegistry;
  let suspect: boolean;
  let warnings: string[];
  let store: DeviceCaStore;

  beforeEach(async () => {
    stateDirectory = mkdtempSync(join(tmpdir(), 'deviceauthd-device-ca-'));
    clock = new ManualClock();
    suspect = false;
    warnings = [];
    registry = await openRegistry({ directory: stateDirectory, clock });
    store = storeOn(registry);
  });
  afterEach(async () => {
    await registry.close();
    rmSync(stateDirectory, { recursive: true });
  });

  function storeOn(on: ConstructorParameters<typeof DeviceCaStore>[0]['registry']): DeviceCaStore {
    return new DeviceCaStore({
      stateDirectory,
      registry: on,
      issuer: new CertificateIssuer({ clock, isSuspect: () => ({ suspect, reason: 'a test' }) }),
      parse: parseCertificate,
      warn: (message) => warnings.push(message),
    });
  }

  function create(more: Partial<CreateDeviceCa> = {}) {
    return store.create({
      name: 'default',
      keyType: 'EC_P256',
      validityDays: 3650,
      provisioning: false,
      ...more,
    });
  }

  function issue(more: Partial<IssueDeviceCertificate> = {}) {
    const request = {
      thingName: 'pump',
      keyType: 'EC_P256',
      validityDays: 365,
      exclusive: true,
      createThing: true,
    } as const;
    return store.issue({ ...request, ...more });
  }

  async function refused(call: Promise<unknown>): Promise<{ reason: ErrorReason; message: string }> {
    const error = await call.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (!(error instanceof DaemonError)) throw new Error(`not refused: ${String(error)}`);
    return { reason: error.reason, message: error.message };
  }

  function path(...parts: string[]): string {
    return join(stateDirectory, 'ca', ...parts);
  }

  it('that are made here are recorded, and their keys are kept', async () => {
    const made = await create({ provisioning: true });
    expect(made).toMatchObject({
      name: 'default',
      key: 'EC prime256v1',
      localKey: true,
      provisioning: true,
      notAfter: clock.now() - 300_000 + 3650 * DAY,
    });
    expect(await store.list()).toEqual([made]);
    expect(await registry.deviceCas()).toEqual([
      {
        name: 'default',
        certificateId: made.certificateId,
        pem: made.certificatePem,
        keyFile: 'ca/devices/default/ca.key',
        provisioning: true,
      },
    ]);
    expect(readdirSync(path('devices'))).toEqual(['default']);
    expect(statSync(join(stateDirectory, 'ca/devices/default/ca.key')).mode & 0o777).toBe(0o600);
    expect((await create({ name: 'rsa', keyType: 'RSA_2048' })).key).toBe('RSA 2048');
  });

  it('are one for each name', async () => {
    const outcomes = await Promise.allSettled([create(), create(), create({ name: 'other' })]);
    expect(outcomes.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await refused(create())).reason).toBe('ALREADY_EXISTS');
    expect(await store.list()).toHaveLength(2);
  });

  it.each(['', '..', 'a/b', 'A', 'a'.repeat(65), 'a\n', '.creating-x'])('are not called %j', async (name) => {
    expect((await refused(create({ name }))).reason).toBe('INVALID_ARGUMENTS');
    const maker = new CertificateMaker();
    const request = { name, certificatePem: maker.ca('x').pem, provisioning: false };
    expect((await refused(store.register(request))).reason).toBe('INVALID_ARGUMENTS');
    expect(existsSync(path())).toBe(false);
  });

  it.each([0, -1, 1.5, 36_501, Number.NaN])(
    'are not valid for %s days, nor are certificates',
    async (validityDays) => {
      expect((await refused(create({ validityDays }))).reason).toBe('INVALID_ARGUMENTS');
      await create();
      expect((await refused(issue({ validityDays }))).reason).toBe('INVALID_ARGUMENTS');
    },
  );

  it('may be registered with their key elsewhere, and issue nothing then', async () => {
    const ca = new CertificateMaker().ca('factory');
    const registered = await store.register({ name: 'factory', certificatePem: ca.pem, provisioning: true });
    expect(registered).toMatchObject({
      certificateId: ca.id,
      localKey: false,
      provisioning: true,
      subject: 'CN=factory',
    });
    expect((await refused(issue())).reason).toBe('NOT_FOUND');
    expect((await refused(issue({ deviceCa: 'factory' }))).reason).toBe('INVALID_ARGUMENTS');
    expect(
      (await refused(store.register({ name: 'twice', certificatePem: ca.pem, provisioning: true }))).message,
    ).toContain('factory');
  });

  it('are CAs', async () => {
    const leaf = new CertificateMaker().make();
    for (const certificatePem of [leaf.pem, 'nonsense', '']) {
      const request = { name: 'x', certificatePem, provisioning: true };
      expect((await refused(store.register(request))).reason).toBe('INVALID_ARGUMENTS');
    }
    expect(await store.list()).toEqual([]);
  });

  describe('issue device certificates', () => {
    it.each(['EC_P256', 'RSA_2048'] as const)(
      'of %s that are registered, attached and accepted by openssl',
      async (keyType) => {
        const ca = await create();
        const issued = await issue({ keyType });
        verify(issued.certificatePem, issued.caPem, clock.now(), 'sslclient');
        expect(issued.caPem).toBe(ca.certificatePem);
        const x509 = new X509Certificate(issued.certificatePem);
        expect(x509.subject).toBe('CN=pump');
        expect(x509.checkPrivateKey(createPrivateKey(issued.privateKeyPem))).toBe(true);
        expect(issued.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
        expect(x509.validToDate.getTime()).toBe(clock.now() + 365 * DAY);
        expect(issued.record).toEqual(await registry.certificate(issued.record.id));
        expect(issued.record).toMatchObject({
          status: 'ACTIVE',
          subject: 'CN=pump',
          notAfter: clock.now() + 365 * DAY,
        });
        expect(issued.record.key).toBe(keyType === 'EC_P256' ? 'EC prime256v1' : 'RSA 2048');
        expect(await registry.attachment(issued.record.id, 'pump')).toMatchObject({ exclusive: true });
        expect(asText(issued.certificatePem)).toContain('TLS Web Client Authentication');
      },
    );

    it('whose keys are nowhere in the state directory', async () => {
      await create();
      const { privateKeyPem } = await issue();
      const secret = privateKeyPem.split('\n')[1]!;
      for (const name of readdirSync(stateDirectory, { recursive: true, encoding: 'utf8' })) {
        const file = join(stateDirectory, name);
        if (statSync(file).isFile()) expect(readFileSync(file).includes(secret)).toBe(false);
      }
    });

    it('for things that exist, unless they are to be made', async () => {
      await create();
      expect((await refused(issue({ createThing: false }))).reason).toBe('NOT_FOUND');
      expect((await refused(issue({ thingName: 'not legal' }))).reason).toBe('INVALID_ARGUMENTS');
      expect(await registry.counts()).toMatchObject({ things: 0, certificates: 0 });
      await registry.createThing({ name: 'pump' });
      await issue({ createThing: false });
      await issue({ exclusive: false });
      expect(await registry.attachmentsOfThing('pump')).toHaveLength(2);
    });

    it('that end with their CA at the latest', async () => {
      const ca = await create({ validityDays: 10 });
      expect((await issue()).record.notAfter).toBe(ca.notAfter);
      clock.advance(11 * DAY);
      expect((await refused(issue())).message).toContain('expired');
    });

    it('from the CA that is named, the only one, or the default', async () => {
      expect((await refused(issue())).reason).toBe('NOT_FOUND');
      const first = await create({ name: 'first' });
      expect((await issue()).caPem).toBe(first.certificatePem);
      const second = await create({ name: 'second' });
      const { reason, message } = await refused(issue());
      expect(reason).toBe('INVALID_ARGUMENTS');
      expect(message).toContain('first, second');
      expect((await issue({ deviceCa: 'second' })).caPem).toBe(second.certificatePem);
      const byDefault = await create();
      expect((await issue({ deviceCa: '' })).caPem).toBe(byDefault.certificatePem);
      expect((await refused(issue({ deviceCa: 'third' }))).reason).toBe('NOT_FOUND');
    });

    it('not while the clock is suspect, nor before the CA is valid', async () => {
      await create();
      suspect = true;
      expect((await refused(issue())).reason).toBe('CLOCK_SUSPECT');
      expect((await refused(create({ name: 'other' }))).reason).toBe('CLOCK_SUSPECT');
      suspect = false;
      clock.setWall(clock.now() - 301_000);
      expect((await refused(issue())).reason).toBe('CLOCK_SUSPECT');
      expect(await registry.counts()).toMatchObject({ things: 0, certificates: 0, deviceCas: 1 });
    });
  });

  it('that are removed issue no more, and their key is kept aside', async () => {
    const made = await create();
    const issued = await issue();
    await store.remove('default');
    expect(await store.list()).toEqual([]);
    expect((await refused(issue())).reason).toBe('NOT_FOUND');
    expect((await registry.certificate(issued.record.id))?.status).toBe('ACTIVE');
    const aside = `default-${made.certificateId.slice(0, 16)}`;
    expect(readdirSync(path('removed'))).toEqual([aside]);
    const again = await create();
    expect(again.certificateId).not.toBe(made.certificateId);
    expect((await refused(store.remove('other'))).reason).toBe('NOT_FOUND');
  });

  it('whose key was lost or exchanged are never replaced', async () => {
    const made = await create();
    await create({ name: 'other' });
    renameSync(path('devices', 'default'), path('elsewhere'));
    const lost = await refused(issue({ deviceCa: 'default' }));
    expect(lost.message).toContain(path('devices', 'default'));
    expect(lost.message).toContain('backup');
    renameSync(path('devices', 'other'), path('devices', 'default'));
    expect((await refused(issue({ deviceCa: 'default' }))).message).toContain('another CA');
    expect((await store.list()).map((ca) => ca.certificateId)).toContain(made.certificateId);
  });

  it('that nobody recorded are not made use of', async () => {
    await create();
    await registry.removeDeviceCa('default');
    const { message } = await refused(create());
    expect(message).toContain(path('devices', 'default'));
    expect(await store.list()).toEqual([]);
  });

  describe('after a daemon was killed while it made one', () => {
    it('were never there, when it was not recorded yet', async () => {
      const fails = { ...proxy(registry), addDeviceCa: () => Promise.reject(new Error('killed')) };
      await expect(
        storeOn(fails).create({ name: 'default', keyType: 'EC_P256', validityDays: 1, provisioning: false }),
      ).rejects.toThrow('killed');
      expect(readdirSync(path('devices'))).toEqual(['.creating-default']);
      expect(await store.list()).toEqual([]);
      const made = await create();
      expect((await issue()).caPem).toBe(made.certificatePem);
      expect(readdirSync(path('devices'))).toEqual(['default']);
    });

    it('are whole, when it was recorded', async () => {
      const made = await create();
      renameSync(path('devices', 'default'), path('devices', '.creating-default'));
      expect((await issue()).caPem).toBe(made.certificatePem);
      expect(readdirSync(path('devices'))).toEqual(['default']);
    });
  });

  it('warn when others may read a key, and refuse one that does not fit', async () => {
    await create();
    const other = await create({ name: 'other' });
    const key = path('devices', 'default', 'ca.key');
    writeFileSync(key, readFileSync(path('devices', 'other', 'ca.key')), { mode: 0o600 });
    const { message } = await refused(issue({ deviceCa: 'default' }));
    expect(message).toContain(key);
    expect(message).toContain('is not the key of');
    expect(other.localKey).toBe(true);
  });
});

/** The registry's methods as an object whose parts can be replaced. */
function proxy(registry: SqliteRegistry) {
  return {
    deviceCas: () => registry.deviceCas(),
    addDeviceCa: (ca: Parameters<SqliteRegistry['addDeviceCa']>[0]) => registry.addDeviceCa(ca),
    removeDeviceCa: (name: string) => registry.removeDeviceCa(name),
    register: (input: Parameters<SqliteRegistry['register']>[0]) => registry.register(input),
    thing: (name: string) => registry.thing(name),
  };
}
