import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, onEveryBroker, onSeries, Scene, type SceneBroker } from './support/scene.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const theirCa = maker.ca('the customer’s device CA');
const strangeCa = maker.ca('somebody’s CA');
/** As `theirCa` in name, with another key. */
const falseCa = maker.ca('the customer’s device CA');
const now = Date.now();
const expired = { notBefore: now - 2 * DAY, notAfter: now - DAY };
const notYetValid = { notBefore: now + DAY, notAfter: now + 2 * DAY };

const identity = (certificate: TestCertificate) => ({
  certificatePem: certificate.pem,
  privateKeyPem: certificate.keyPem,
});

onEveryBroker('a certificate that is not accepted', (kind) => {
  const refused = { code: kind.answers.refused };
  let scene: Scene;
  /** Knows the customer’s CA too. */
  let knowing: SceneBroker;

  beforeAll(async () => {
    scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
    await scene.admin.call('RegisterDeviceCa', { name: 'theirs', certificatePem: theirCa.pem });
    knowing = await scene.addBroker({ deviceCas: [scene.deviceCaPem, theirCa.pem] });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  const reasonFor = async (clientId: string) =>
    (await scene.refusal((each) => each.clientId === clientId)).reason;
  const refusedClientIds = async () =>
    (await scene.admin.call('ListRefusals', { limit: 100 })).refusals.map(({ clientId }) => clientId);

  const acts: readonly [string, string, (enrolled: Enrolled) => Promise<unknown>, RegExp][] = [
    ['it was revoked', 'revoked', (enrolled) => scene.revoke(enrolled), /^CERTIFICATE_REVOKED$/],
    [
      'it was deactivated',
      'inactive',
      (enrolled) => scene.setStatus(enrolled, 'INACTIVE'),
      /^CERTIFICATE_INACTIVE$/,
    ],
    [
      'it was deleted',
      'deleted',
      ({ certificateId }) => scene.admin.call('DeleteCertificate', { certificateId }),
      /^CERTIFICATE_(DELETED|UNKNOWN)$/,
    ],
    [
      'its thing was taken from it',
      'detached',
      ({ certificateId, thingName }) => scene.admin.call('DetachCertificate', { certificateId, thingName }),
      /^NOT_ATTACHED$/,
    ],
  ];
  it.each(acts)('because %s', async (_why, thingName, act, reason) => {
    const enrolled = await scene.enrol(thingName);
    await act(enrolled);
    await expect(scene.connect(enrolled)).rejects.toMatchObject(refused);
    expect(await reasonFor(thingName)).toMatch(reason);
  });

  it('because it is inactive, until it is activated', async () => {
    const certificate = maker.make({ subject: 'inactive-2', issuer: theirCa });
    const enrolled = await scene.register('inactive-2', certificate, 'INACTIVE');
    await expect(scene.connect(enrolled, {}, knowing)).rejects.toMatchObject(refused);
    await scene.setStatus(enrolled, 'ACTIVE');
    await scene.connect(enrolled, {}, knowing);
  });

  it('because it was revoked, for good', async () => {
    const enrolled = await scene.enrol('revoked-2');
    await scene.revoke(enrolled);
    await expect(scene.setStatus(enrolled, 'ACTIVE')).rejects.toThrow();
    await expect(scene.connect(enrolled)).rejects.toMatchObject(refused);
  });

  it('because nobody registered it, though a device CA issued it', async () => {
    const certificate = maker.make({ subject: 'unregistered', issuer: theirCa });
    const device = scene.device(identity(certificate), { clientId: 'unregistered' }, knowing);
    await expect(device.connected()).rejects.toMatchObject(refused);
    const refusal = await scene.refusal((each) => each.clientId === 'unregistered');
    expect(refusal).toMatchObject({ reason: 'CERTIFICATE_UNKNOWN', certificateId: certificate.id });
  });

  it('because only its name is right: another certificate of that name is registered', async () => {
    await scene.enrol('copied');
    const certificate = maker.make({ subject: 'copied', issuer: theirCa });
    const device = scene.device(identity(certificate), { clientId: 'copied' }, knowing);
    await expect(device.connected()).rejects.toMatchObject(refused);
  });

  describe('by the handshake already', () => {
    it.each([
      ['it has expired', { issuer: theirCa, ...expired }],
      ['it is not valid yet', { issuer: theirCa, ...notYetValid }],
      ['its CA is not one of ours', { issuer: strangeCa }],
      ['its CA only has the name of one of ours', { issuer: falseCa }],
      ['it is self-signed', {}],
      ['it is for servers', { issuer: theirCa, purpose: 'server' as const }],
    ])('because %s, so that nobody is asked', async (what, options) => {
      const thingName = what.replaceAll(' ', '-');
      const enrolled = await scene.register(thingName, maker.make({ subject: thingName, ...options }));
      await expect(scene.connect(enrolled, {}, knowing)).rejects.not.toMatchObject(refused);
      expect(await refusedClientIds()).not.toContain(thingName);
    });

    it('because there is none', async () => {
      const device = scene.device({}, { clientId: 'bare' });
      await expect(device.connected()).rejects.not.toMatchObject(refused);
      expect(await refusedClientIds()).not.toContain('bare');
    });
  });
});

onEveryBroker(
  'a certificate of a chain',
  (kind) => {
    const root = maker.ca('root of a chain');
    const intermediate = maker.ca('intermediate of a chain', { issuer: root });
    let scene: Scene;
    let broker: SceneBroker;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      broker = await scene.addBroker({ deviceCas: [root.pem] });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    async function registered(thingName: string) {
      return await scene.register(thingName, maker.make({ subject: thingName, issuer: intermediate }));
    }

    it('is accepted when the device sends its intermediate CA along: it is the leaf that counts', async () => {
      const enrolled = await registered('whole');
      const chain = { ...enrolled, certificatePem: enrolled.certificatePem + intermediate.pem };
      await scene.connect(chain, {}, broker);
      expect(await scene.sessions('whole')).toMatchObject([{ certificateId: enrolled.certificateId }]);
    });

    it('is refused by the handshake when it does not, and the broker knows the root alone', async () => {
      const enrolled = await registered('leaf-only');
      await expect(scene.connect(enrolled, {}, broker)).rejects.not.toMatchObject({
        code: kind.answers.refused,
      });
    });

    it('is not accepted for a registered certificate that is only sent along with it', async () => {
      const stranger = maker.make({ subject: 'rider', issuer: intermediate });
      const known = await registered('known');
      const chain = {
        certificatePem: stranger.pem + intermediate.pem + known.certificatePem,
        privateKeyPem: stranger.keyPem,
      };
      const device = scene.device(chain, { clientId: 'known' }, broker);
      await expect(device.connected()).rejects.toMatchObject({ code: kind.answers.refused });
    });
  },
  'one',
);

onEveryBroker(
  'a daemon whose broker looked at nothing',
  (kind) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      await scene.admin.call('RegisterDeviceCa', { name: 'theirs', certificatePem: theirCa.pem });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it.each([
      ['has expired', 'expired', { issuer: theirCa, ...expired }, true, /^CERTIFICATE_EXPIRED$/],
      ['is not valid yet', 'early', { issuer: theirCa, ...notYetValid }, true, /^CERTIFICATE_NOT_YET_VALID$/],
      [
        'is of a CA that only has the name of one of ours',
        'impostor',
        { issuer: falseCa },
        false,
        /^(ISSUER_UNKNOWN|CERTIFICATE_UNKNOWN)$/,
      ],
    ] as const)('refuses a certificate that %s', async (_what, thingName, options, isRegistered, reason) => {
      const certificate = maker.make({ subject: thingName, ...options });
      if (isRegistered) await scene.register(thingName, certificate);
      const asked = scene.caller().openSession({ clientId: thingName, certificatePem: certificate.pem }, '');
      await expect(asked).rejects.toMatchObject({
        reason: 'INVALID_CREDENTIAL',
        metadata: { category: expect.stringMatching(/^REFUSAL_|CERTIFICATE/) },
      });
      expect((await scene.refusal((each) => each.clientId === thingName)).reason).toMatch(reason);
    });
  },
  'one',
);

onSeries(
  '2.1',
  'a broker that does not look at dates (disable_client_cert_date_checks)',
  (kind) => {
    it.each([
      ['expired', expired, 'CERTIFICATE_EXPIRED'],
      ['early', notYetValid, 'CERTIFICATE_NOT_YET_VALID'],
    ])('leaves that to the daemon: %s', async (thingName, validity, reason) => {
      await using scene = await Scene.start(kind, {
        configuration: { deviceGroups: everyThing(CONNECT) },
        broker: {
          deviceCas: [theirCa.pem],
          mosquitto: { listener: ['disable_client_cert_date_checks true'] },
        },
      });
      const certificate = maker.make({ subject: thingName, issuer: theirCa, ...validity });
      const enrolled = await scene.register(thingName, certificate);
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
      expect((await scene.refusal((each) => each.clientId === thingName)).reason).toBe(reason);
    });
  },
  5,
);

onEveryBroker(
  'a device CA that admits its certificates by their first connection',
  (kind) => {
    it('lets an unregistered one in, as the thing of its common name, and nobody else’s', async () => {
      await using scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      await scene.admin.call('RegisterDeviceCa', {
        name: 'theirs',
        certificatePem: theirCa.pem,
        provisioning: true,
      });
      const broker = await scene.addBroker({ deviceCas: [theirCa.pem] });
      const own = maker.make({ subject: 'new-thing', issuer: theirCa });
      await scene.device(identity(own), { clientId: 'new-thing' }, broker).connected();
      const forged = maker.make({ subject: 'new-thing-2', issuer: falseCa });
      const asked = scene.caller().openSession({ clientId: 'new-thing-2', certificatePem: forged.pem }, '');
      await expect(asked).rejects.toMatchObject({ reason: 'INVALID_CREDENTIAL' });
      const { certificates } = await scene.admin.call('GetThing', { name: 'new-thing' });
      expect(certificates.map((certificate) => certificate.certificateId)).toEqual([own.id]);
    });
  },
  'one',
);
