import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import type { TestBroker } from './support/aedes-broker.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { World } from './support/world.ts';

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

describe('a certificate that is not accepted', () => {
  let world: World;
  /** Lets unknown issuers through the handshake. */
  let open: TestBroker;

  beforeAll(async () => {
    world = await World.start({ configuration: { deviceGroups: everyThing(CONNECT) } });
    await world.admin.call('RegisterDeviceCa', { name: 'theirs', certificatePem: theirCa.pem });
    open = await world.addBroker({
      unknownIssuer: 'verify',
      deviceCas: [world.deviceCaPem, theirCa.pem],
      plugin: { unknownIssuer: 'verify' },
    });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function register(thingName: string, certificate: TestCertificate, status: 'ACTIVE' | 'INACTIVE') {
    await world.admin.call('RegisterCertificate', {
      certificatePem: certificate.pem,
      thingName,
      createThing: true,
      status,
    });
  }

  /** What the daemon says when a broker that looked at nothing shows it this certificate. */
  async function verdict(thingName: string, certificate: TestCertificate): Promise<string> {
    const caller = world.caller();
    const asked = caller.openSession({ clientId: thingName, certificatePem: certificate.pem }, '');
    await expect(asked).rejects.toMatchObject({
      reason: 'INVALID_CREDENTIAL',
      metadata: { category: expect.stringMatching(/^REFUSAL_|CERTIFICATE/) },
    });
    const refusal = await world.refusal((each) => each.clientId === thingName);
    return refusal.reason;
  }

  it('because nobody registered it, though a device CA issued it', async () => {
    const certificate = maker.make({ subject: 'unregistered', issuer: theirCa });
    const device = world.device(identity(certificate), { clientId: 'unregistered' }, open);
    await expect(device.connected()).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === 'unregistered');
    expect(refusal).toMatchObject({ reason: 'CERTIFICATE_UNKNOWN', certificateId: certificate.id });
  });

  it('because it is inactive, until it is activated', async () => {
    const certificate = maker.make({ subject: 'inactive', issuer: theirCa });
    await register('inactive', certificate, 'INACTIVE');
    const connect = () => world.device(identity(certificate), { clientId: 'inactive' }, open).connected();
    await expect(connect()).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === 'inactive');
    expect(refusal.reason).toBe('CERTIFICATE_INACTIVE');
    await world.admin.call('SetCertificateStatus', { certificateId: certificate.id, status: 'ACTIVE' });
    await connect();
  });

  it('because it was revoked, for good', async () => {
    const revoked = await world.enrol('revoked');
    const { certificateId } = revoked;
    await world.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
    await expect(world.connect(revoked)).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === 'revoked');
    expect(refusal.reason).toBe('CERTIFICATE_REVOKED');
    await expect(
      world.admin.call('SetCertificateStatus', { certificateId, status: 'ACTIVE' }),
    ).rejects.toThrow();
  });

  it('because it was deleted', async () => {
    const deleted = await world.enrol('deleted');
    await world.admin.call('DeleteCertificate', { certificateId: deleted.certificateId });
    await expect(world.connect(deleted)).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === 'deleted');
    expect(refusal.reason).toMatch(/^CERTIFICATE_(DELETED|UNKNOWN)$/);
  });

  it('because its thing was taken from it', async () => {
    const detached = await world.enrol('detached');
    await world.admin.call('DetachCertificate', {
      certificateId: detached.certificateId,
      thingName: 'detached',
    });
    await expect(world.connect(detached)).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === 'detached');
    expect(refusal.reason).toBe('NOT_ATTACHED');
  });

  it.each([
    ['it has expired', 'expired', expired, 'CERTIFICATE_EXPIRED'],
    ['it is not valid yet', 'early', notYetValid, 'CERTIFICATE_NOT_YET_VALID'],
  ])('because %s: by the handshake, and by the daemon too', async (_why, thingName, validity, reason) => {
    const certificate = maker.make({ subject: thingName, issuer: theirCa, ...validity });
    await register(thingName, certificate, 'ACTIVE');
    for (const broker of [world.broker, open]) {
      const device = world.device(identity(certificate), { clientId: thingName }, broker);
      await expect(device.connected()).rejects.not.toMatchObject({ code: 5 });
    }
    expect(open.handshakesRefused.length).toBeGreaterThan(0);
    expect(await verdict(thingName, certificate)).toBe(reason);
  });

  it('because its CA is not one of ours: by the handshake', async () => {
    const certificate = maker.make({ subject: 'stranger', issuer: strangeCa });
    const device = world.device(identity(certificate), { clientId: 'stranger' });
    await expect(device.connected()).rejects.not.toMatchObject({ code: 5 });
    expect(world.broker.handshakesRefused.length).toBeGreaterThan(0);
  });

  it('because its CA is not one of ours: by the daemon, where the handshake leaves it to the daemon', async () => {
    const certificate = maker.make({ subject: 'stranger-2', issuer: strangeCa });
    const device = world.device(identity(certificate), { clientId: 'stranger-2' }, open);
    await expect(device.connected()).rejects.toMatchObject({ code: 5 });
    const refusal = await world.refusal((each) => each.clientId === 'stranger-2');
    expect(refusal.reason).toMatch(/^(ISSUER_UNKNOWN|CERTIFICATE_UNKNOWN)$/);
  });

  it('because its CA only has the name of one of ours', async () => {
    const certificate = maker.make({ subject: 'impostor', issuer: falseCa });
    expect(await verdict('impostor', certificate)).toMatch(/^(ISSUER_UNKNOWN|CERTIFICATE_UNKNOWN)$/);
  });

  it('because there is none', async () => {
    for (const broker of [world.broker, open]) {
      const device = world.device({}, { clientId: 'bare' }, broker);
      await expect(device.connected()).rejects.not.toMatchObject({ code: 5 });
    }
  });

  it('because only its name is right: another certificate of the same thing name', async () => {
    await world.enrol('copied');
    const certificate = maker.make({ subject: 'copied', issuer: theirCa });
    const device = world.device(identity(certificate), { clientId: 'copied' }, open);
    await expect(device.connected()).rejects.toMatchObject({ code: 5 });
  });
});

describe('a device CA that admits its certificates by their first connection', () => {
  it('lets an unregistered one in, as the thing of its common name, and nobody else’s', async () => {
    await using world = await World.start({ configuration: { deviceGroups: everyThing(CONNECT) } });
    await world.admin.call('RegisterDeviceCa', {
      name: 'theirs',
      certificatePem: theirCa.pem,
      provisioning: true,
    });
    const broker = await world.addBroker({ deviceCas: [theirCa.pem] });
    const own = maker.make({ subject: 'new-thing', issuer: theirCa });
    await world.device(identity(own), { clientId: 'new-thing' }, broker).connected();
    const forged = maker.make({ subject: 'new-thing-2', issuer: falseCa });
    const caller = world.caller();
    await expect(
      caller.openSession({ clientId: 'new-thing-2', certificatePem: forged.pem }, ''),
    ).rejects.toMatchObject({ reason: 'INVALID_CREDENTIAL' });
    const { certificates } = await world.admin.call('GetThing', { name: 'new-thing' });
    expect(certificates.map((certificate) => certificate.certificateId)).toEqual([own.id]);
  });
});
