import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../src/identity/certificate.ts';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import { DeviceCaStore, type IssuedDeviceCertificate } from '../../../src/pki/authorities/device-ca-store.ts';
import { DeviceCaBundle, type DeviceCaFiles } from '../../../src/pki/revocation/device-ca-bundle.ts';
import { ExternalCrls } from '../../../src/pki/revocation/external-crls.ts';
import { CertificateIssuer } from '../../../src/pki/x509/certificate-issuer.ts';
import { CrlIssuer } from '../../../src/pki/x509/crl.ts';
import { Findings } from '../../../src/telemetry/findings.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { makeCrl } from '../../support/crls.ts';
import { settled } from '../../support/identity-room.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { openssl, withFile } from '../openssl.ts';

const DAY = 86_400_000;
const external = new CertificateMaker().ca('external CA');

let directory: string;
let clock: ManualClock;
let suspect: boolean;
let registry: SqliteRegistry;
let findings: Findings;
let files: Record<string, string>;
let faults: unknown[];
let store: DeviceCaStore;
let crls: ExternalCrls;
let bundle: DeviceCaBundle;
let told: DeviceCaFiles[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'deviceauthd-bundle-'));
  clock = new ManualClock();
  suspect = false;
  registry = await openRegistry({ directory, clock });
  findings = new Findings(clock);
  files = {};
  faults = [];
  const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect, reason: 'a test' }) });
  store = new DeviceCaStore({
    stateDirectory: directory,
    registry,
    issuer,
    parse: parseCertificate,
    warn: () => {},
  });
  await start();
});
afterEach(async () => {
  await stop();
  await registry.close();
  rmSync(directory, { recursive: true });
  expect(faults).toEqual([]);
});

/** As a daemon that is started. */
async function start(): Promise<void> {
  const common = { registry, clock, timer: clock, findings, warn: () => {} };
  const onFault = (_: string, error: unknown) => faults.push(error);
  crls = await ExternalCrls.open({
    ...common,
    directory: join(directory, 'external'),
    files: () => files,
    onFault,
  });
  const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect, reason: 'a test' }) });
  bundle = await DeviceCaBundle.open({
    ...common,
    directory: join(directory, 'own'),
    authority: (name) => store.authority(name),
    issuer: new CrlIssuer({ issuer, clock }),
    external: crls,
    validitySeconds: () => 7 * 86_400,
    onFault,
  });
  told = [];
  bundle.onChange((now) => told.push(now));
}

async function stop(): Promise<void> {
  await bundle.stop();
  await crls.stop();
}

async function passes(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  for (let turn = 0; turn < 3; turn += 1) {
    await crls.idle();
    await bundle.idle();
    await settled();
  }
}

function create(name: string, validityDays = 3_650) {
  return store.create({ name, keyType: 'EC_P256', validityDays, provisioning: false });
}

function issue(thingName: string, deviceCa = 'default'): Promise<IssuedDeviceCertificate> {
  const request = { keyType: 'EC_P256', validityDays: 365, exclusive: true, createThing: true } as const;
  return store.issue({ ...request, thingName, deviceCa });
}

function refused(leafPem: string): boolean {
  const { caPems, crlPems } = bundle.current();
  expect(crlPems).toHaveLength(caPems.length);
  const at = String(Math.floor(clock.now() / 1_000));
  return withFile(caPems.join(''), (cas) =>
    withFile(crlPems.join(''), (lists) =>
      withFile(leafPem, (leaf) => {
        const strict = ['-x509_strict', '-crl_check', '-attime', at];
        try {
          openssl(['verify', ...strict, '-CAfile', cas, '-CRLfile', lists, leaf]);
          return false;
        } catch (error) {
          if (/certificate revoked/.test(String(error))) return true;
          throw error;
        }
      }),
    ),
  );
}

describe('what a broker checks devices against', () => {
  it('is nothing where there is no device CA', () => {
    expect(bundle.current()).toEqual({ caPems: [], crlPems: [], withoutCrl: [] });
  });

  it('is every device CA by name with its CRL, soon after it was made', async () => {
    const b = await create('b');
    const a = await create('a');
    await passes(1_000);
    expect(bundle.current().caPems).toEqual([a.certificatePem, b.certificatePem]);
    const leaf = await issue('pump', 'b');
    expect(refused(leaf.certificatePem)).toBe(false);
    expect(told).toHaveLength(1);
    expect(bundle.crlPem('a')).toBe(bundle.current().crlPems[0]);
  });

  it('refuses a certificate within a second after it was revoked, in one change for many', async () => {
    await create('default');
    await create('other');
    const issued = [await issue('one'), await issue('two'), await issue('three')];
    await passes(1_000);
    told.splice(0);
    const before = bundle.crlPem('other');
    for (const { record } of issued.slice(0, 2)) await registry.setStatus(record.id, 'REVOKED');
    await passes(900);
    expect(issued.map(({ certificatePem }) => refused(certificatePem))).toEqual([true, true, false]);
    expect(told).toHaveLength(1);
    expect(bundle.crlPem('other')).toBe(before);
  });

  it('makes a TLS server refuse the device that was revoked, and no other', async () => {
    clock.setWall(Date.now());
    await create('default');
    const [good, bad] = [await issue('good'), await issue('bad')];
    await registry.setStatus(bad.record.id, 'REVOKED');
    await passes(1_000);
    const { caPems, crlPems } = bundle.current();
    const maker = new CertificateMaker();
    const server = maker.make({ subject: 'localhost' });
    const options = {
      ca: [...caPems],
      crl: [...crlPems],
      cert: server.pem,
      key: server.keyPem,
      requestCert: true,
    };
    const listener = createServer(options).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    try {
      const { port } = listener.address() as AddressInfo;
      const handshake = async ({
        certificatePem,
        privateKeyPem,
      }: IssuedDeviceCertificate): Promise<string> => {
        const mine = { cert: certificatePem, key: privateKeyPem, ca: server.pem, servername: 'localhost' };
        const device = connect({ port, host: '127.0.0.1', maxVersion: 'TLSv1.2', ...mine });
        try {
          await once(device, 'secureConnect');
          return 'accepted';
        } catch (error) {
          return (error as NodeJS.ErrnoException).code ?? String(error);
        } finally {
          device.destroy();
        }
      };
      expect(await handshake(good)).toBe('accepted');
      expect(await handshake(bad)).toMatch(/REVOKED|ECONNRESET/);
    } finally {
      listener.close();
    }
  });

  it('refuses one that was revoked and deleted, and one that was revoked while the daemon was stopped', async () => {
    await create('default');
    const [deleted, later] = [await issue('deleted'), await issue('later')];
    await registry.setStatus(deleted.record.id, 'REVOKED');
    await registry.deleteCertificate(deleted.record.id);
    await passes(1_000);
    expect(refused(deleted.certificatePem)).toBe(true);
    await stop();
    await registry.setStatus(later.record.id, 'REVOKED');
    await start();
    expect(refused(later.certificatePem)).toBe(true);
  });

  it('is the same after a restart', async () => {
    await create('default');
    await passes(1_000);
    const before = bundle.current();
    await stop();
    await start();
    expect(bundle.current()).toEqual(before);
  });

  it('changes for nothing else', async () => {
    await create('default');
    const { record } = await issue('pump');
    await passes(1_000);
    told.splice(0);
    await registry.setStatus(record.id, 'INACTIVE');
    await registry.deleteThing('pump');
    await passes(DAY);
    expect(told).toEqual([]);
  });

  it('has a fresh CRL before half of its life is over', async () => {
    await create('default');
    await passes(1_000);
    for (let day = 0; day < 40; day += 1) {
      await passes(DAY);
      const { crlPems } = bundle.current();
      const next = openssl(['crl', '-noout', '-nextupdate'], crlPems[0]).split('=')[1] ?? '';
      expect(Date.parse(next) - clock.now()).toBeGreaterThan(2 * DAY);
    }
  });

  it('has no CRL at all while one device CA has none', async () => {
    await create('default');
    await registry.addDeviceCa({
      name: 'external',
      certificateId: external.id,
      pem: external.pem,
      keyFile: undefined,
      provisioning: false,
    });
    await passes(1_000);
    expect(bundle.current()).toMatchObject({ crlPems: [], withoutCrl: ['external'] });
    expect(bundle.current().caPems).toHaveLength(2);
  });

  it('has the CRL of an external CA while that is current, and none at all before it ends', async () => {
    const ours = await create('default');
    await registry.addDeviceCa({
      name: 'external',
      certificateId: external.id,
      pem: external.pem,
      keyFile: undefined,
      provisioning: false,
    });
    files = { external: join(directory, 'external.crl') };
    writeFileSync(files['external'] ?? '', makeCrl({ issuer: external, nextUpdate: clock.now() + DAY }));
    crls.settingsChanged();
    await passes(1_000);
    expect(bundle.current().crlPems).toHaveLength(2);
    expect(bundle.current().caPems).toEqual([ours.certificatePem, external.pem]);
    await passes(DAY - 80_000);
    expect(bundle.current().crlPems).toHaveLength(2);
    await passes(30_000);
    expect(bundle.current()).toMatchObject({ crlPems: [], withoutCrl: ['external'] });
    writeFileSync(
      files['external'] ?? '',
      makeCrl({ issuer: external, number: 2, thisUpdate: clock.now(), nextUpdate: clock.now() + DAY }),
    );
    await passes(2_000);
    expect(bundle.current().crlPems).toHaveLength(2);
  });

  it('keeps the CRL it has, with a finding, while none can be made, and makes it when it can', async () => {
    await create('default');
    const { certificatePem, record } = await issue('pump');
    await passes(1_000);
    suspect = true;
    await registry.setStatus(record.id, 'REVOKED');
    await passes(1_000);
    expect(refused(certificatePem)).toBe(false);
    expect(findings.list()).toMatchObject([{ severity: 'WARNING', code: 'crl.own', subject: 'default' }]);
    suspect = false;
    await passes(30_000);
    expect(refused(certificatePem)).toBe(true);
    expect(findings.list()).toEqual([]);
  });

  it('loses a device CA that has expired, which would keep the CRLs of the others from brokers', async () => {
    await create('old', 2);
    await create('young');
    await passes(1_000);
    expect(bundle.current()).toMatchObject({ withoutCrl: [] });
    expect(bundle.current().caPems).toHaveLength(2);
    clock.setWall(clock.now() + 2 * DAY);
    await passes(30_000);
    expect(bundle.current().caPems).toHaveLength(1);
    expect(bundle.current().crlPems).toHaveLength(1);
  });

  it('loses a device CA that is removed', async () => {
    await create('default');
    await passes(1_000);
    await store.remove('default');
    await passes(1_000);
    expect(bundle.current()).toEqual({ caPems: [], crlPems: [], withoutCrl: [] });
  });
});
