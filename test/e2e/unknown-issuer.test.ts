import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateMaker, type CertificateOptions, type TestCertificate } from '../support/certificates.ts';
import { AedesBroker } from './support/aedes-broker.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { onAedes, onEveryBroker, onMosquitto, published, Scene, type SceneBroker } from './support/scene.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const amazon = maker.ca('Amazon');
const knownCa = maker.ca('a CA the broker knows');
/** As `knownCa` in name, with another key. */
const falseCa = maker.ca('a CA the broker knows');
const now = Date.now();

onEveryBroker(
  'a certificate of a CA that nobody here holds',
  (kind) => {
    let scene: Scene;
    /** Leaves unknown issuers to the daemon. */
    let open: SceneBroker;

    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      open = await scene.addBroker({
        deviceCas: [scene.deviceCaPem, knownCa.pem],
        unknownIssuer: 'verify',
      });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    /** As AWS issues them, all with one subject; registered for this thing. */
    const register = (thingName: string, options: CertificateOptions = {}) =>
      scene.register(thingName, maker.make({ subject: 'AWS IoT Certificate', issuer: amazon, ...options }));
    const refused = { code: kind.answers.refused };

    it('is welcome, once registered, where unknown issuers are left to the daemon', async () => {
      const identity = await register('cloud-1');
      const device = await scene.device(identity, { clientId: 'cloud-1' }, open).connected();
      expect(device.drops).toBe(0);
    });

    it('is refused by the handshake everywhere else', async () => {
      const identity = await register('cloud-2');
      await expect(scene.device(identity, { clientId: 'cloud-2' }).connected()).rejects.not.toMatchObject(
        refused,
      );
    });

    it('may be self-signed, if it is registered', async () => {
      const enrolled = await scene.register('self', maker.make({ subject: 'self' }));
      await scene.connect(enrolled, {}, open);
    });

    it('is refused by the daemon when it is not registered', async () => {
      const certificate = maker.make({ subject: 'AWS IoT Certificate', issuer: amazon, key: 'EC-384' });
      const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
      await expect(scene.device(identity, { clientId: 'cloud-3' }, open).connected()).rejects.toMatchObject(
        refused,
      );
      const refusal = await scene.refusal((each) => each.clientId === 'cloud-3');
      expect(refusal.reason).toMatch(/^(ISSUER_UNKNOWN|CERTIFICATE_UNKNOWN)$/);
    });

    it('is refused by the daemon when it was revoked', async () => {
      const identity = await register('cloud-4');
      await scene.revoke(identity);
      await expect(scene.device(identity, { clientId: 'cloud-4' }, open).connected()).rejects.toMatchObject(
        refused,
      );
    });

    it.each([
      ['has expired', 'cloud-5', { notBefore: now - 2 * DAY, notAfter: now - DAY }],
      ['is not valid yet', 'cloud-6', { notBefore: now + DAY, notAfter: now + 2 * DAY }],
      ['is for servers', 'cloud-7', { purpose: 'server' as const }],
      ['only names a known CA as its issuer', 'cloud-8', { issuer: falseCa }],
    ])('is refused by the handshake when it %s', async (_what, thingName, validity) => {
      const identity = await register(thingName, validity);
      const device = scene.device(identity, { clientId: thingName }, open);
      await expect(device.connected()).rejects.not.toMatchObject(refused);
    });

    it('is cut off when it is revoked while it is connected', async () => {
      const identity = await register('cloud-9');
      const device = await scene.connect(identity, {}, open);
      await scene.revoke(identity);
      await device.disconnected(1_000);
    });

    it('is refused with another thing’s name as client id', async () => {
      const identity = await register('cloud-10');
      await scene.enrol('cloud-11');
      await expect(scene.connect(identity, { clientId: 'cloud-11' }, open)).rejects.toMatchObject(refused);
    });

    it('does not let anybody in who shows none', async () => {
      await expect(scene.device({}, { clientId: 'bare' }, open).connected()).rejects.not.toMatchObject(
        refused,
      );
    });

    it('changes nothing for certificates of known CAs', async () => {
      await scene.connect(await scene.enrol('ours'), {}, open);
    });
  },
  'one',
);

onAedes('a certificate that only the TLS server was told to let through', (kind) => {
  it('is refused by the plugin, and the daemon is not asked', async () => {
    await using scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
    const half = await AedesBroker.start({
      address: `unix:${scene.daemon.brokerSocket}`,
      unknownIssuer: 'verify',
      deviceCas: [],
      plugin: { unknownIssuer: 'refuse' },
    });
    try {
      const enrolled = await scene.register('x', maker.make({ subject: 'x', issuer: amazon }));
      await expect(scene.connect(enrolled, {}, half)).rejects.toMatchObject({ code: 5 });
      expect((await scene.admin.call('ListRefusals', {})).refusals).toEqual([]);
    } finally {
      await half.stop();
    }
  });
});

onMosquitto(
  'a listener that names its clients itself, where unknown issuers are left to the daemon,',
  (kind) => {
    it('lets such a certificate through the handshake and into nothing', async () => {
      await using scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: everyThing(CONNECT, ...ANY_TOPIC),
        },
        broker: { unknownIssuer: 'verify', mosquitto: { listener: ['use_identity_as_username true'] } },
      });
      const enrolled = await scene.register('cloud', maker.make({ subject: 'cloud', issuer: amazon }));
      const device = await scene.connect(enrolled);
      expect(await device.subscribe('#', 'x')).toEqual([
        kind.answers.filterRefused,
        kind.answers.filterRefused,
      ]);
      expect(await published(device, 'x', 'y')).toBe(kind.answers.publishRefused);
      expect(await scene.sessions()).toEqual([]);
    });
  },
  'one',
);

onMosquitto(
  'a revocation list of the broker (crlfile), where unknown issuers are left to the daemon,',
  (kind) => {
    let directory: string;
    let scene: Scene;
    const ca = maker.ca('a CA with a revocation list');
    const revoked = maker.make({ subject: 'listed', issuer: ca });
    const fine = maker.make({ subject: 'unlisted', issuer: ca });
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'dal-'));
      const crl = revocationList(directory, ca, revoked);
      scene = await Scene.start(kind, {
        configuration: { deviceGroups: everyThing(CONNECT) },
        broker: {
          deviceCas: [ca.pem],
          unknownIssuer: 'verify',
          mosquitto: { listener: [`crlfile ${crl}`] },
        },
      });
    });
    afterAll(async () => {
      await scene[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    });
    const refused = { code: kind.answers.refused };

    it('still has the certificates on it refused by the handshake', async () => {
      await expect(scene.connect(await scene.register('listed', revoked))).rejects.not.toMatchObject(refused);
    });

    it('changes nothing for those that are not on it', async () => {
      await scene.connect(await scene.register('unlisted', fine));
    });

    it('has certificates of unknown issuers refused by the handshake: nobody can say that they are not on a list', async () => {
      const certificate = maker.make({ subject: 'cloud', issuer: amazon });
      await expect(scene.connect(await scene.register('cloud', certificate))).rejects.not.toMatchObject(
        refused,
      );
    });
  },
  'one',
);

/** A CRL of this CA that names this certificate, made by openssl; its path. */
function revocationList(directory: string, ca: TestCertificate, revoked: TestCertificate): string {
  const file = (name: string, text = '') => {
    const path = join(directory, name);
    if (text !== '' || name === 'index.txt') writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const configuration = file(
    'openssl.cnf',
    `[ca]\ndefault_ca = own\n[own]\ndatabase = ${file('index.txt')}\ndefault_md = sha256\ndefault_crl_days = 30\n`,
  );
  const keys = ['-keyfile', file('ca.key', ca.keyPem), '-cert', file('ca.pem', ca.pem)];
  const openssl = (...args: string[]) =>
    execFileSync('openssl', ['ca', '-config', configuration, ...keys, ...args], { stdio: 'pipe' });
  openssl('-revoke', file('revoked.pem', revoked.pem));
  const list = file('list.crl');
  openssl('-gencrl', '-out', list);
  return list;
}
