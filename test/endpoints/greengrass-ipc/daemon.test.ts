/** A component with AWS's SDK against the whole daemon: real sessions, real certificates, its registry, and a restart. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPONENT_OPERATIONS } from '../../../src/components/component.ts';
import { until } from '../../e2e/support/until.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { RunningDaemon } from '../support/daemon.ts';
import { AwsComponent, failureOf } from './support/aws-component.ts';

const BROKER = 'com.example.Broker';
const POLICY = {
  deviceGroups: {
    formatVersion: '2021-03-05',
    definitions: { all: { selectionRule: 'thingName: *', policyName: 'all' } },
    policies: {
      all: {
        s: {
          operations: ['mqtt:publish'],
          resources: ['mqtt:topic:${iot:Connection.Thing.ThingName}/*'],
        },
      },
    },
  },
};
const maker = new CertificateMaker();
const device = maker.make({ subject: 'sensor' });

let daemon: RunningDaemon;
let broker: AwsComponent;
let token: string;

beforeAll(async () => {
  daemon = await RunningDaemon.start(POLICY, undefined, undefined, true);
  token = await daemon.component(BROKER);
  await daemon.caller('admin').call('RegisterCertificate', {
    certificatePem: device.pem,
    thingName: 'sensor',
    createThing: true,
  });
  broker = await AwsComponent.connect(daemon.path('ipc'), token);
});
afterAll(async () => {
  await broker?.stop();
  await daemon?.stop();
});

const verify = (pem: string, component = broker): Promise<unknown> =>
  component.call('verifyClientDeviceIdentity', { credential: { clientDeviceCertificate: pem } });

async function openSession(component = broker, pem = device.pem, clientId = 'sensor'): Promise<string> {
  const credential = { mqttCredential: { clientId, certificatePem: pem } };
  const answer = await component.call('getClientDeviceAuthToken', { credential });
  return (answer as { clientDeviceAuthToken: string }).clientDeviceAuthToken;
}

const authorize = (session: string, topic: string, component = broker): Promise<unknown> =>
  component.call('authorizeClientDeviceAction', {
    clientDeviceAuthToken: session,
    operation: 'mqtt:publish',
    resource: `mqtt:topic:${topic}`,
  });

const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
  ((await failureOf(call)).serviceError as { _errorCode?: string })._errorCode;

describe('a broker written for Greengrass', () => {
  it('lets a device in and holds it to its policy', async () => {
    expect(await verify(device.pem)).toEqual({ isValidClientDevice: true });
    const session = await openSession();
    expect(await authorize(session, 'sensor/data')).toEqual({ isAuthorized: true });
    expect(await authorize(session, 'other/data')).toEqual({ isAuthorized: false });
  });

  it('may hand on base64 without a header, as EMQX does', async () => {
    const base64 = device.der.toString('base64');
    expect(await verify(base64)).toEqual({ isValidClientDevice: true });
    expect(await authorize(await openSession(broker, base64), 'sensor/data')).toEqual({ isAuthorized: true });
  });

  it('keeps a stranger out', async () => {
    const stranger = maker.make({ subject: 'sensor' });
    expect(await verify(stranger.pem)).toEqual({ isValidClientDevice: false });
    expect(await verify('no certificate')).toEqual({ isValidClientDevice: false });
    expect(await codeOf(openSession(broker, stranger.pem))).toBe('InvalidCredentialError');
    expect(await codeOf(openSession(broker, device.pem, 'another'))).toBe('InvalidCredentialError');
    expect(await codeOf(openSession(broker, device.pem, ''))).toBe('InvalidCredentialError');
    expect(await codeOf(openSession(broker, 'no certificate'))).toBe('InvalidCredentialError');
    expect(await codeOf(authorize('no token', 'sensor/data'))).toBe('InvalidClientDeviceAuthTokenError');
  });

  it('has its tokens to itself', async () => {
    const session = await openSession();
    const other = await AwsComponent.connect(daemon.path('ipc'), await daemon.component('com.example.Other'));
    expect(await codeOf(authorize(session, 'sensor/data', other))).toBe('InvalidClientDeviceAuthTokenError');
    await other.stop();
    expect(await authorize(session, 'sensor/data')).toEqual({ isAuthorized: true });
  });

  it('loses the sessions of a device that is revoked', async () => {
    const lost = maker.make({ subject: 'lost' });
    const admin = daemon.caller('admin');
    await admin.call('RegisterCertificate', {
      certificatePem: lost.pem,
      thingName: 'lost',
      createThing: true,
    });
    const session = await openSession(broker, lost.pem, 'lost');
    await admin.call('SetCertificateStatus', { certificateId: lost.id, status: 'INACTIVE' });
    expect(await codeOf(authorize(session, 'lost/data'))).toBe('InvalidClientDeviceAuthTokenError');
  });

  it('keeps one server certificate through its streams and reconnects, and is told of each new one', async () => {
    const [one, two] = [await broker.subscribe(), await broker.subscribe()];
    await until('both have it', () => one.events.length === 1 && two.events.length === 1);
    expect(one.events).toEqual(two.events);
    const { certificateUpdate } = one.events[0] ?? { certificateUpdate: undefined };
    const certificate = new X509Certificate(certificateUpdate?.certificate ?? '');
    expect(certificate.checkPrivateKey(createPrivateKey(certificateUpdate?.privateKey ?? ''))).toBe(true);
    expect(
      certificate.verify(new X509Certificate(certificateUpdate?.caCertificates[0] ?? '').publicKey),
    ).toBe(true);
    expect(Object.keys(certificateUpdate ?? {}).sort()).toEqual([
      'caCertificates',
      'certificate',
      'privateKey',
      'publicKey',
    ]);
    const again = await AwsComponent.connect(daemon.path('ipc'), token);
    const third = await again.subscribe();
    await until('it has it', () => third.events.length === 1);
    expect(third.events).toEqual(one.events);
    for (let number = 2; number <= 4; number += 1) {
      await daemon.caller('admin').call('RotateServerCertificates', { name: `greengrass-ipc/${BROKER}` });
      await until('all are told', () => [one, two, third].every(({ events }) => events.length === number));
    }
    expect(new Set(one.events.map((event) => event.certificateUpdate.privateKey)).size).toBe(4);
    expect(one.events).toEqual(third.events);
    await again.stop();
  });

  it('is seen by the operator', async () => {
    const admin = daemon.caller('admin');
    const { listeners } = await admin.call('GetStatus', {});
    expect(listeners.find(({ name }) => name === 'greengrass-ipc')).toMatchObject({
      address: `unix:${daemon.path('ipc')}`,
      operations: COMPONENT_OPERATIONS,
    });
    const { refusals } = await admin.call('ListRefusals', {});
    expect(refusals.map(({ listener }) => listener)).toContain(`ipc/${BROKER}`);
    expect(daemon.log.join('')).not.toMatch(new RegExp(`${token}|BEGIN`));
  });

  it('loses its sessions when its token is renewed', async () => {
    const admin = daemon.caller('admin');
    await openSession();
    const mine = async () =>
      (await admin.call('ListSessions', {})).sessions.filter(({ listener }) => listener === `ipc/${BROKER}`)
        .length;
    expect(await mine()).toBeGreaterThan(0);
    ({ token } = await admin.call('RenewComponentToken', { name: BROKER }));
    expect(await mine()).toBe(0);
    await broker.disconnected();
    await broker.stop();
    broker = await AwsComponent.connect(daemon.path('ipc'), token);
    expect(await authorize(await openSession(), 'sensor/data')).toEqual({ isAuthorized: true });
  });

  it('connects anew when the daemon was restarted, with the certificate it had', async () => {
    const before = await broker.subscribe();
    await until('it has it', () => before.events.length === 1);
    await daemon.restart();
    await broker.disconnected();
    expect(before.hasEnded).toBe(true);
    expect(await broker.stop()).toBe('0');
    broker = await AwsComponent.connect(daemon.path('ipc'), token);
    const after = await broker.subscribe();
    await until('it has it again', () => after.events.length === 1);
    expect(after.events).toEqual(before.events);
    expect(await authorize(await openSession(), 'sensor/data')).toEqual({ isAuthorized: true });
  });
});
