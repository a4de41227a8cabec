import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Configuration } from '../../src/config/load.ts';
import { Expiries, watchExpiries } from '../../src/daemon/expiries.ts';
import { parseCertificate } from '../../src/identity/certificate.ts';
import { openRegistry, type SqliteRegistry } from '../../src/identity/registry/sqlite-registry.ts';
import { DeviceCaStore } from '../../src/pki/authorities/device-ca-store.ts';
import { ServerCa } from '../../src/pki/authorities/server-ca.ts';
import type { ServerCertificateState } from '../../src/pki/certificates-api.ts';
import { CertificateIssuer } from '../../src/pki/x509/certificate-issuer.ts';
import { ExpiryWatch } from '../../src/telemetry/expiry-watch.ts';
import { Findings } from '../../src/telemetry/findings.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { ManualClock } from '../support/manual-clock.ts';

const DAY = 86_400_000;

describe('what of a daemon expires', () => {
  const maker = new CertificateMaker();
  let directory: string;
  let clock: ManualClock;
  let registry: SqliteRegistry;
  let deviceCas: DeviceCaStore;
  let serverCa: ServerCa;
  let findings: Findings;
  let watch: ExpiryWatch;
  let stop: () => void;
  let reload: () => void;
  let serverCertificates: ServerCertificateState[];
  let listeners: Configuration['listeners'];
  let coreFile: string | undefined;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-expiries-'));
    clock = new ManualClock();
    registry = await openRegistry({ directory, clock });
    const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) });
    deviceCas = new DeviceCaStore({
      stateDirectory: directory,
      registry,
      issuer,
      parse: parseCertificate,
      warn: () => {},
    });
    serverCa = await ServerCa.open({
      stateDirectory: directory,
      issuer,
      clock,
      settings: () => ({ keyType: 'EC_P256', custom: undefined, overlapDays: 30 }),
      warn: () => {},
    });
    findings = new Findings(clock);
    serverCertificates = [];
    listeners = {};
    coreFile = undefined;
    const expiries = new Expiries({
      serverCa,
      serverCertificates: { list: () => serverCertificates },
      deviceCas,
      listeners: () => listeners,
      coreFile: () => coreFile,
    });
    watch = new ExpiryWatch({ now: () => clock.now(), findings, sources: () => expiries.all() });
    stop = await watchExpiries({
      expiries,
      expiryWatch: watch,
      registry,
      certificates: { ca: serverCa },
      configuration: {
        onReload: (listener) => {
          reload = () => listener({} as Parameters<typeof listener>[0]);
          return () => {};
        },
      },
      clock,
      logger: { error: (_fields, message) => expect.unreachable(message) },
    });
  });
  afterEach(async () => {
    stop();
    await registry.close();
    rmSync(directory, { recursive: true });
  });

  const open = (): string[] => findings.list().map(({ severity, subject }) => `${severity} ${subject}`);

  function tlsFiles(days: number): void {
    const notAfter = clock.now() + days * DAY;
    const ca = maker.ca('broker CA', { notAfter: clock.now() + 1000 * DAY });
    writeFileSync(join(directory, 'own.pem'), maker.make({ issuer: ca, notAfter }).pem);
    writeFileSync(join(directory, 'ca.pem'), `${ca.pem}${maker.ca('old CA', { notAfter }).pem}`);
    listeners = {
      remote: {
        host: '127.0.0.1',
        port: 7443,
        tls: {
          certificateFile: join(directory, 'own.pem'),
          keyFile: join(directory, 'own.key'),
          clientCaFile: join(directory, 'ca.pem'),
        },
      },
    } as unknown as Configuration['listeners'];
  }

  it('are its device CAs, with and without their key: told as soon as they are there, and no longer than they are', async () => {
    await deviceCas.create({ name: 'mine', keyType: 'EC_P256', validityDays: 20, provisioning: false });
    const theirs = maker.ca('theirs', { notAfter: clock.now() + 5 * DAY });
    await deviceCas.register({ name: 'theirs', certificatePem: theirs.pem, provisioning: false });
    await vi.waitFor(() => expect(open()).toEqual(['ALARM device-ca theirs', 'WARNING device-ca mine']));
    const [theirMessage = '', myMessage = ''] = findings.list().map(({ message }) => message);
    expect(theirMessage).toContain('from whoever has its key');
    expect(myMessage).toContain('`deviceauthctl ca create` makes another');
    await deviceCas.remove('theirs');
    await vi.waitFor(() => expect(open()).toEqual(['WARNING device-ca mine']));
  });

  it('is its server CA, when the successor that it announces by itself did not come', async () => {
    clock.advance(5 * 365 * DAY - 29 * DAY);
    watch.look();
    expect(open()).toEqual(['WARNING server-ca']);
    expect(findings.list()[0]?.message).toContain('`deviceauthctl ca rotate` announces a new one');
    await serverCa.recordIssued(serverCa.currentId ?? '', clock.now() + 7 * DAY);
    await serverCa.rotate('now');
    expect(open()).toEqual([]);
  });

  it('are the TLS files of listeners, and every hour it looks whether they were renewed', async () => {
    tlsFiles(10);
    reload();
    await vi.waitFor(() =>
      expect(open()).toEqual(['WARNING listener remote', 'WARNING listener-client-ca remote']),
    );
    expect(findings.list()[0]?.message).toContain(`renew ${join(directory, 'own.pem')}`);
    tlsFiles(400);
    clock.advance(3_600_000);
    await vi.waitFor(() => expect(open()).toEqual([]));
  });

  it('is the certificate by which AWS knows this core device', async () => {
    coreFile = join(directory, 'core.pem');
    writeFileSync(coreFile, maker.make({ notAfter: clock.now() + 5 * DAY }).pem);
    reload();
    await vi.waitFor(() => expect(open()).toEqual(['ALARM core']));
    expect(findings.list()[0]?.message).toContain(coreFile);
    writeFileSync(coreFile, maker.make({ notAfter: clock.now() + 400 * DAY }).pem);
    reload();
    await vi.waitFor(() => expect(open()).toEqual([]));
  });

  it('is a server certificate that was not renewed in time, while somebody listens for it', () => {
    const certificate = {
      certificateId: 'a'.repeat(64),
      serialNumber: '01',
      key: 'EC prime256v1',
      hosts: ['localhost'],
      notBefore: clock.now(),
      notAfter: clock.now() + 7 * DAY,
      caCertificateId: 'b'.repeat(64),
    };
    const state = { name: 'broker/mqtt', certificate, subscribers: 1, problem: undefined };
    serverCertificates = [{ ...state, rotatesAt: clock.now() + 6 * DAY }];
    clock.advance(6.5 * DAY);
    watch.look();
    expect(open()).toEqual([]);
    serverCertificates = [{ ...state, rotatesAt: undefined }];
    clock.advance(DAY);
    watch.look();
    expect(open()).toEqual(['ALARM server-certificate broker/mqtt']);
    serverCertificates = [{ ...state, rotatesAt: undefined, subscribers: 0 }];
    watch.look();
    expect(open()).toEqual([]);
  });
});
