import { describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { World } from './support/world.ts';

describe('a registered certificate of a CA that nobody here holds', () => {
  it('is welcome where the operator leaves unknown issuers to the daemon, and nowhere else', async () => {
    await using world = await World.start({
      configuration: { deviceGroups: everyThing(CONNECT) },
    });
    const open = await world.addBroker({
      unknownIssuer: 'verify',
      deviceCas: [],
      plugin: { unknownIssuer: 'verify' },
    });
    const maker = new CertificateMaker();
    const certificate = maker.make({ subject: 'AWS IoT Certificate', issuer: maker.ca('Amazon') });
    await world.admin.call('RegisterCertificate', {
      certificatePem: certificate.pem,
      thingName: 'cloud-thing',
      createThing: true,
    });
    const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
    await world.device(identity, { clientId: 'cloud-thing' }, open).connected();
    await expect(world.device(identity, { clientId: 'cloud-thing' }).connected()).rejects.not.toMatchObject({
      code: 5,
    });
  });

  it('is refused by the plugin when only the TLS server was told to let it through', async () => {
    await using world = await World.start({ configuration: { deviceGroups: everyThing(CONNECT) } });
    const half = await world.addBroker({
      unknownIssuer: 'verify',
      deviceCas: [],
      plugin: { unknownIssuer: 'refuse' },
    });
    const maker = new CertificateMaker();
    const certificate = maker.make({ subject: 'x', issuer: maker.ca('Amazon') });
    await world.admin.call('RegisterCertificate', {
      certificatePem: certificate.pem,
      thingName: 'x',
      createThing: true,
    });
    const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
    await expect(world.device(identity, { clientId: 'x' }, half).connected()).rejects.toMatchObject({
      code: 5,
    });
    expect((await world.admin.call('ListRefusals', {})).refusals).toEqual([]);
  });
});
