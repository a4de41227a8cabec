import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker, type TestCertificate } from '../../support/certificates.ts';
import { CONNECT, everyThing, OWN } from '../support/policies.ts';
import { type Enrolled, onEveryBroker, Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const theirCa = maker.ca('the customer’s device CA');
const strangeCa = maker.ca('somebody’s CA');
const identity = (certificate: TestCertificate) => ({
  certificatePem: certificate.pem,
  privateKeyPem: certificate.keyPem,
});

onEveryBroker('a device that connects', (kind) => {
  let scene: Scene;
  let known: Enrolled;

  beforeAll(async () => {
    scene = await Scene.start(kind, {
      configuration: {
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:connect', 'mqtt:clientId:*'],
          ['mqtt:publish', `mqtt:topic:clients/${OWN}/*`],
          ['mqtt:subscribe', `mqtt:topicfilter:clients/${OWN}/*`],
        ),
      },
    });
    known = await scene.enrol('known');
    await scene.enrol('other');
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('with its certificate publishes and is delivered to', async () => {
    const device = await scene.join('sensor-1');
    expect(await device.subscribe('clients/sensor-1/#')).toEqual([1]);
    await device.publish('clients/sensor-1/temperature', '21');
    await device.received('clients/sensor-1/temperature', '21');
  });

  it('has one session while it is connected, which the operator can see, and none afterwards', async () => {
    const enrolled = await scene.enrol('sensor-2');
    const device = await scene.connect(enrolled);
    expect(await scene.sessions('sensor-2')).toMatchObject([
      {
        thingName: 'sensor-2',
        clientId: 'sensor-2',
        certificateId: enrolled.certificateId,
        listener: 'broker',
        held: true,
      },
    ]);
    await device.end();
    await until('the session is closed', async () => (await scene.sessions('sensor-2')).length === 0);
  });

  it('may have an RSA key', async () => {
    const issued = await scene.admin.call('IssueCertificate', {
      thingName: 'rsa',
      createThing: true,
      keyType: 'RSA_2048',
    });
    const rsa = { certificatePem: issued.certificatePem, privateKeyPem: issued.privateKeyPem };
    await scene.device(rsa, { clientId: 'rsa' }).connected();
  });

  it('may send a long username, as the AWS SDKs do, and a password: they make no difference', async () => {
    const enrolled = await scene.enrol('aws');
    const username = `?SDK=IoTDeviceSDK/JS&Platform=Unix&Metadata=(CRTVersion=${'x'.repeat(90)})`;
    await scene.connect(enrolled, { username, password: 'anything' });
  });

  it.each([
    ['another thing’s name', 'other', 'NOT_ATTACHED'],
    ['a name nobody has', 'nobody', 'THING_UNKNOWN'],
    ['its own name in other letters', 'KNOWN', 'THING_UNKNOWN'],
    ['characters no thing may have', 'known/#', 'CLIENT_ID_INVALID'],
    ['a name longer than any thing’s', 's'.repeat(200), 'CLIENT_ID_TOO_LONG'],
  ])(
    'is refused with %s as client id, and broker’s and operator’s line can be matched',
    async (_what, clientId, reason) => {
      await expect(scene.connect(known, { clientId })).rejects.toMatchObject({ code: kind.answers.refused });
      const refusal = await scene.refusal((each) => each.clientId === clientId);
      expect(refusal.reason).toBe(reason);
      expect(refusal.correlationId).not.toBe('');
      await until('the broker’s line', () => scene.broker.log.includes(refusal.correlationId));
    },
  );

  it('is refused without a client id: what the broker makes up is no thing of anybody’s', async () => {
    const anonymous = await scene.enrol('anonymous');
    await expect(scene.connect(anonymous, { clientId: '' })).rejects.toMatchObject({
      code: kind.answers.refused,
    });
    expect(await scene.sessions('anonymous')).toEqual([]);
  });

  it('leaves no key, certificate or token in the broker’s log', async () => {
    await (await scene.join('discreet')).end();
    expect(scene.broker.log).not.toMatch(/-----BEGIN|token/i);
  });

  it('may be a port scanner: whoever says nothing, or garbage, harms nobody', async () => {
    const bystander = await scene.join('bystander');
    await bystander.subscribe('clients/bystander/#');
    for (const bytes of ['', 'GET / HTTP/1.0\r\n\r\n', '\x16\x03\x01\x00\x05xxxxx']) {
      const socket = connectTcp(scene.broker.port, '127.0.0.1');
      await new Promise<void>((resolve) => {
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.on('connect', () => socket.end(bytes));
        socket.resume();
      });
    }
    await bystander.publish('clients/bystander/x', '1');
    await bystander.received('clients/bystander/x', '1');
    expect(bystander.drops).toBe(0);
  });
});

onEveryBroker('a certificate that is not accepted', (kind) => {
  let scene: Scene;
  const refusedByVerdict = { code: kind.answers.refused };

  beforeAll(async () => {
    scene = await Scene.start(kind, {
      configuration: { deviceGroups: everyThing(CONNECT) },
    });
    await scene.admin.call('RegisterDeviceCa', { name: 'theirs', certificatePem: theirCa.pem });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  /** A broker that knows both CAs. */
  let knowing: Promise<Awaited<ReturnType<Scene['addBroker']>>> | undefined;
  const broker = () => {
    knowing ??= scene.addBroker({ deviceCas: [scene.deviceCaPem, theirCa.pem] });
    return knowing;
  };

  const acts: readonly [string, (enrolled: Enrolled) => Promise<unknown>, RegExp][] = [
    [
      'revoked',
      ({ certificateId }) => scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' }),
      /^CERTIFICATE_REVOKED$/,
    ],
    [
      'inactive',
      ({ certificateId }) => scene.admin.call('SetCertificateStatus', { certificateId, status: 'INACTIVE' }),
      /^CERTIFICATE_INACTIVE$/,
    ],
    [
      'deleted',
      ({ certificateId }) => scene.admin.call('DeleteCertificate', { certificateId }),
      /^CERTIFICATE_(DELETED|UNKNOWN)$/,
    ],
    [
      'detached',
      ({ certificateId, thingName }) => scene.admin.call('DetachCertificate', { certificateId, thingName }),
      /^NOT_ATTACHED$/,
    ],
  ];
  it.each(acts)('because it is %s', async (thingName, act, reason) => {
    const enrolled = await scene.enrol(thingName);
    await act(enrolled);
    await expect(scene.connect(enrolled)).rejects.toMatchObject(refusedByVerdict);
    expect((await scene.refusal((each) => each.clientId === thingName)).reason).toMatch(reason);
  });

  it('because nobody registered it, though a device CA issued it', async () => {
    const certificate = maker.make({ subject: 'unregistered', issuer: theirCa });
    const device = scene.device(identity(certificate), { clientId: 'unregistered' }, await broker());
    await expect(device.connected()).rejects.toMatchObject(refusedByVerdict);
  });

  it('because another certificate of the same name is registered', async () => {
    await scene.enrol('copied');
    const certificate = maker.make({ subject: 'copied', issuer: theirCa });
    const device = scene.device(identity(certificate), { clientId: 'copied' }, await broker());
    await expect(device.connected()).rejects.toMatchObject(refusedByVerdict);
  });

  describe('by the handshake already', () => {
    const now = Date.now();
    it.each([
      ['has expired', { issuer: theirCa, notBefore: now - 2 * DAY, notAfter: now - DAY }],
      ['is not valid yet', { issuer: theirCa, notBefore: now + DAY, notAfter: now + 2 * DAY }],
      ['is of a CA that is not ours', { issuer: strangeCa }],
      ['is self-signed', {}],
    ])('because it %s', async (what, options) => {
      const thingName = what.replaceAll(' ', '-');
      const certificate = maker.make({ subject: thingName, ...options });
      await scene.admin.call('RegisterCertificate', {
        certificatePem: certificate.pem,
        thingName,
        createThing: true,
      });
      const device = scene.device(identity(certificate), { clientId: thingName }, await broker());
      await expect(device.connected()).rejects.not.toMatchObject(refusedByVerdict);
      expect((await scene.admin.call('ListRefusals', { limit: 100 })).refusals).not.toContainEqual(
        expect.objectContaining({ clientId: thingName }),
      );
    });

    it('because there is none', async () => {
      const device = scene.device({}, { clientId: 'bare' });
      await expect(device.connected()).rejects.not.toMatchObject(refusedByVerdict);
    });
  });
});

onEveryBroker('a policy without mqtt:connect', (kind) => {
  it('lets nobody in, and leaves no session behind', async () => {
    await using scene = await Scene.start(kind, {
      configuration: { deviceGroups: everyThing(['mqtt:publish', 'mqtt:topic:*']) },
    });
    await expect(scene.join('mute')).rejects.toMatchObject({ code: kind.answers.refused });
    await until('no session', async () => (await scene.sessions('mute')).length === 0);
  });
});
