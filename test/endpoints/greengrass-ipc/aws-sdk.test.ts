/** The socket for components as AWS's own SDK sees it, unmodified: scripted rooms behind it, so that each answer can be had. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPONENT_OPERATIONS, type ComponentOperation } from '../../../src/components/component.ts';
import type { IdentityVerdict } from '../../../src/endpoints/ports.ts';
import { DaemonError, type ErrorReason } from '../../../src/errors.ts';
import type { CertificateUpdate } from '../../../src/pki/certificates-api.ts';
import { until } from '../../e2e/support/until.ts';
import { TOKEN } from '../support/rooms.ts';
import { AwsComponent, failureOf } from './support/aws-component.ts';
import { BROKER, IpcHouse, SVCUID } from './support/ipc-house.ts';

const REQUESTS: Readonly<Record<ComponentOperation, object>> = {
  VerifyClientDeviceIdentity: { credential: { clientDeviceCertificate: 'PEM' } },
  GetClientDeviceAuthToken: {
    credential: { mqttCredential: { clientId: 'sensor-17', certificatePem: 'PEM' } },
  },
  AuthorizeClientDeviceAction: {
    clientDeviceAuthToken: TOKEN,
    operation: 'mqtt:publish',
    resource: 'mqtt:topic:a',
  },
  SubscribeToCertificateUpdates: { certificateOptions: { certificateType: 'SERVER' } },
};
const UPDATE: CertificateUpdate = {
  certificatePem: 'certificate',
  privateKeyPem: 'private key',
  publicKeyPem: 'public key',
  caPems: ['new CA', 'old CA'],
  deviceCaPems: ['device CA'],
  deviceCaCrlPems: ['CRL'],
  notAfter: 1_800_000_000_000,
};
const EVENT = {
  certificateUpdate: {
    certificate: 'certificate',
    privateKey: 'private key',
    publicKey: 'public key',
    caCertificates: ['new CA', 'old CA'],
  },
};
const NAMES: Partial<Record<ErrorReason, string>> = {
  UNAUTHORIZED: 'UnauthorizedError',
  INVALID_ARGUMENTS: 'InvalidArgumentsError',
};
const REASONS: readonly ErrorReason[] = [
  'UNAUTHORIZED',
  'INVALID_ARGUMENTS',
  'INVALID_CREDENTIAL',
  'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
  'CLOUD_QUEUE_FULL',
  'TOKEN_CACHE_FULL',
  'LIMIT_EXCEEDED',
  'VERIFICATION_UNAVAILABLE',
  'CLOCK_SUSPECT',
  'SERVICE_ERROR',
];

function nameOf(operation: ComponentOperation, reason: ErrorReason): string {
  if (operation === 'GetClientDeviceAuthToken' && reason === 'INVALID_CREDENTIAL')
    return 'InvalidCredentialError';
  if (operation === 'AuthorizeClientDeviceAction' && reason === 'INVALID_CLIENT_DEVICE_AUTH_TOKEN')
    return 'InvalidClientDeviceAuthTokenError';
  return NAMES[reason] ?? 'ServiceError';
}

const inSdk = (operation: string): string => operation.charAt(0).toLowerCase() + operation.slice(1);

let house: IpcHouse;
let broker: AwsComponent;

beforeEach(async () => {
  house = await IpcHouse.open();
  broker = await house.aws();
});
afterEach(() => house.close());

const call = (operation: ComponentOperation, request = REQUESTS[operation]): Promise<unknown> =>
  operation === 'SubscribeToCertificateUpdates'
    ? broker.subscribe(request)
    : broker.call(inSdk(operation), request);

describe('VerifyClientDeviceIdentity', () => {
  it.each<[string, IdentityVerdict, boolean]>([
    ['a device that is active', { kind: 'active' }, true],
    ['one that is not', { kind: 'rejected', reason: 'X', message: 'why', certificateId: 'c' }, false],
    ['a device without a verdict', { kind: 'unavailable' }, false],
  ])('tells of %s', async (_, verdict, isValidClientDevice) => {
    house.rooms.verifyWith = () => Promise.resolve(verdict);
    expect(await call('VerifyClientDeviceIdentity')).toEqual({ isValidClientDevice });
    expect(house.rooms.verified.map(({ certificate }) => certificate)).toEqual(['PEM']);
    expect(house.recorder.refusals).toHaveLength(isValidClientDevice ? 0 : 1);
    const result = isValidClientDevice ? 'success' : 'failure';
    expect(house.recorder.calls).toMatchObject([
      { listener: `ipc/${BROKER}`, operation: 'VerifyClientDeviceIdentity', result },
    ]);
  });

  it('takes a certificate longer than any for a bad one', async () => {
    const clientDeviceCertificate = 'x'.repeat(64 * 1024 + 1);
    const answer = await call('VerifyClientDeviceIdentity', { credential: { clientDeviceCertificate } });
    expect(answer).toEqual({ isValidClientDevice: false });
    expect(house.rooms.verified).toEqual([]);
  });

  it('says when too many wait already', async () => {
    house.rooms.verifyWith = () =>
      Promise.resolve({ kind: 'unavailable', queueFull: true, retryAfterMs: 1_500.2 });
    expect(await failureOf(call('VerifyClientDeviceIdentity'))).toEqual({
      type: 'ServiceError',
      message: expect.any(String),
      serviceError: {
        message: 'too many verifications wait already',
        context: { reason: 'CLOUD_QUEUE_FULL', retryAfterMs: 1_501 },
        _errorCode: 'ServiceError',
        _message: 'too many verifications wait already',
      },
    });
  });
});

describe('GetClientDeviceAuthToken', () => {
  it('opens a session of the component’s own', async () => {
    expect(await call('GetClientDeviceAuthToken')).toEqual({ clientDeviceAuthToken: TOKEN });
    expect(house.rooms.opens[0]?.request).toEqual({
      clientId: 'sensor-17',
      certificatePem: 'PEM',
      broker: { listener: `ipc/${BROKER}`, instanceId: '' },
      correlationId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('takes no notice of user name and password, and leaves an empty client id to the rooms', async () => {
    const mqttCredential = { certificatePem: 'PEM', username: 'u', password: 'p' };
    await call('GetClientDeviceAuthToken', { credential: { mqttCredential } });
    expect(house.rooms.opens[0]?.request.clientId).toBe('');
    expect(JSON.stringify(house.rooms.opens)).not.toContain('"p"');
  });

  it('never tells why a device is refused', async () => {
    house.rooms.openWith = () =>
      Promise.resolve({
        kind: 'refused',
        error: new DaemonError('INVALID_CREDENTIAL', 'the device is refused', {
          metadata: { category: 'REFUSAL_CERTIFICATE' },
        }),
      });
    const message = 'the device is refused';
    expect((await failureOf(call('GetClientDeviceAuthToken'))).serviceError).toEqual({
      message,
      _errorCode: 'InvalidCredentialError',
      _message: message,
    });
  });
});

describe('AuthorizeClientDeviceAction', () => {
  it.each([true, false])('tells of a decision: %s', async (allowed) => {
    const reason = allowed ? 'ALLOWED' : 'NO_MATCHING_GRANT';
    house.rooms.authorizeWith = () => ({ kind: 'decision', decision: { allowed, reason } as never });
    expect(await call('AuthorizeClientDeviceAction')).toEqual({ isAuthorized: allowed });
    expect(house.rooms.authorized).toEqual([[`ipc/${BROKER}`, TOKEN, 'mqtt:publish', 'mqtt:topic:a']]);
  });

  it('says that a token is not known', async () => {
    house.rooms.authorizeWith = () => ({ kind: 'invalid-token' });
    const { serviceError } = await failureOf(call('AuthorizeClientDeviceAction'));
    expect(serviceError).toMatchObject({ _errorCode: 'InvalidClientDeviceAuthTokenError' });
  });

  it('calls operation and resource of different services what the reference calls them', async () => {
    house.rooms.authorizeWith = () => ({
      kind: 'decision',
      decision: { allowed: false, reason: 'SERVICE_MISMATCH' },
    });
    const { serviceError } = await failureOf(call('AuthorizeClientDeviceAction'));
    expect(serviceError).toMatchObject({ _errorCode: 'ServiceError' });
  });
});

describe('SubscribeToCertificateUpdates', () => {
  it('carries the server certificate as often as it changes, and nothing else', async () => {
    const stream = await broker.subscribe();
    const [subscription] = house.rooms.certificates.subscriptions;
    expect(subscription?.request).toEqual({ owner: 'greengrass-ipc', name: BROKER, keyType: undefined });
    for (let number = 1; number <= 5; number += 1) {
      subscription?.tell({ ...UPDATE, certificatePem: `certificate ${number}` });
      await until('the event', () => stream.events.length === number);
    }
    subscription?.tell(UPDATE);
    await until('the last', () => stream.events.length === 6);
    expect(stream.events.at(-1)).toEqual(EVENT);
    expect(stream.events[3]?.certificateUpdate.certificate).toBe('certificate 4');
    expect(stream.failures).toEqual([]);
    await broker.end(stream);
    await until('the subscription has ended', () => house.rooms.certificates.ends === 1);
    expect(house.recorder.calls.at(-1)).toMatchObject({ result: 'success' });
  });

  it('comes twenty times on one connection', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => broker.subscribe()));
    for (const { tell } of house.rooms.certificates.subscriptions) tell(UPDATE);
    await until('everybody knows', () => streams.every(({ events }) => events.length === 1));
    expect(streams.flatMap(({ failures }) => failures)).toEqual([]);
  });

  it('has a certificate’s name for a component whose name is longer', async () => {
    const name = `com.example.${'x'.repeat(100)}`;
    house.components.add(name, 'another');
    const other = await house.aws('another');
    await other.subscribe();
    expect(house.rooms.certificates.subscriptions[0]?.request.name).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('errors', () => {
  const cases = COMPONENT_OPERATIONS.flatMap((operation) =>
    REASONS.map((reason) => [operation, reason] as const),
  );

  it.each(cases)('of %s for %s are of its model', async (operation, reason) => {
    const error = new DaemonError(reason, 'secret of a room');
    house.rooms.verifyWith = () => Promise.reject(error);
    house.rooms.openWith = () => Promise.resolve({ kind: 'refused', error });
    house.rooms.authorizeWith = () => {
      throw error;
    };
    house.rooms.certificates.refusal = error;
    const failure = await failureOf(call(operation));
    const message =
      reason === 'SERVICE_ERROR' ? 'internal error of deviceauthd; its log has the cause' : error.message;
    expect(failure.type).toBe('ServiceError');
    expect(failure.serviceError).toMatchObject({
      message,
      _errorCode: nameOf(operation, reason),
      _message: message,
    });
    expect(house.recorder.calls).toMatchObject([{ operation, reason }]);
    // The connection is as good as before.
    house.rooms.verifyWith = () => Promise.resolve({ kind: 'active' });
    expect(await call('VerifyClientDeviceIdentity')).toEqual({ isValidClientDevice: true });
  });

  it.each(COMPONENT_OPERATIONS)(
    'of a defect in %s tell nothing of it, but for the log',
    async (operation) => {
      const defect = new TypeError('the inside of a room');
      house.rooms.verifyWith = () => Promise.reject(defect);
      house.rooms.openWith = () => Promise.reject(defect);
      house.rooms.authorizeWith = () => {
        throw defect;
      };
      house.rooms.certificates.refusal = defect;
      const { serviceError } = await failureOf(call(operation));
      expect(serviceError).toMatchObject({ _errorCode: 'ServiceError' });
      expect(JSON.stringify(serviceError)).not.toContain('inside');
      expect(house.defects).toHaveLength(1);
      expect(house.recorder.calls).toMatchObject([{ result: 'service_error' }]);
    },
  );

  it.each<[ComponentOperation, object, string]>([
    [
      'VerifyClientDeviceIdentity',
      { credential: { clientDeviceCertificate: '' } },
      'credential.clientDeviceCertificate',
    ],
    [
      'GetClientDeviceAuthToken',
      { credential: { mqttCredential: {} } },
      'credential.mqttCredential.certificatePem',
    ],
    [
      'GetClientDeviceAuthToken',
      { credential: { mqttCredential: { clientId: 'a', certificatePem: 'x'.repeat(64 * 1024 + 1) } } },
      'credential.mqttCredential.certificatePem',
    ],
    [
      'AuthorizeClientDeviceAction',
      { clientDeviceAuthToken: '', operation: '', resource: '' },
      'clientDeviceAuthToken',
    ],
    ['AuthorizeClientDeviceAction', { clientDeviceAuthToken: 't', operation: '', resource: '' }, 'operation'],
    ['AuthorizeClientDeviceAction', { clientDeviceAuthToken: 't', operation: 'a', resource: '' }, 'resource'],
    [
      'AuthorizeClientDeviceAction',
      { clientDeviceAuthToken: 't', operation: 'a', resource: 'x'.repeat(70_000) },
      'resource',
    ],
    [
      'SubscribeToCertificateUpdates',
      { certificateOptions: { certificateType: 'CLIENT' } },
      'certificateOptions.certificateType',
    ],
  ])('of %s name the argument that is wrong: %#', async (operation, request, named) => {
    const { serviceError } = await failureOf(call(operation, request));
    expect(serviceError).toMatchObject({
      message: expect.stringMatching(new RegExp(`^${named} `)),
      _errorCode: 'InvalidArgumentsError',
    });
    expect(house.rooms).toMatchObject({ verified: [], opens: [], authorized: [] });
  });

  it('of other operations of the nucleus hurt nothing', async () => {
    const failed = await failureOf(
      broker.call('publishToTopic', { topic: 't', publishMessage: { jsonMessage: { message: {} } } }),
    );
    expect(failed).toMatchObject({ type: 'ServiceError', serviceError: { _errorCode: 'ServiceError' } });
    await failureOf(broker.call('validateAuthorizationToken', { token: 't' }));
    expect(await call('VerifyClientDeviceIdentity')).toEqual({ isValidClientDevice: true });
    expect(house.recorder.calls).toMatchObject([
      { operation: 'UnknownOperation', reason: 'UNIMPLEMENTED' },
      { operation: 'UnknownOperation' },
      { result: 'success' },
    ]);
  });
});

describe('what a component may call', () => {
  it.each(COMPONENT_OPERATIONS)('is checked before its arguments: %s', async (operation) => {
    house.components.setOperations(
      BROKER,
      COMPONENT_OPERATIONS.filter((other) => other !== operation),
    );
    const wrong = {
      ...REQUESTS,
      VerifyClientDeviceIdentity: { credential: { clientDeviceCertificate: '' } },
      SubscribeToCertificateUpdates: { certificateOptions: { certificateType: 'NONE' } },
    };
    for (const request of [REQUESTS[operation], wrong[operation]]) {
      const { serviceError } = await failureOf(call(operation, request));
      const message = `the component "${BROKER}" may not call ${operation}`;
      expect(serviceError).toEqual({ message, _errorCode: 'UnauthorizedError', _message: message });
    }
    expect(house.rooms).toMatchObject({ verified: [], opens: [], authorized: [] });
    expect(house.recorder.refusals).toMatchObject([{ reason: 'UNAUTHORIZED', operation }, {}]);
  });

  it('changes at once, streams and calls under way too', async () => {
    house.rooms.verifyWith = () => new Promise(() => {});
    const stream = await broker.subscribe();
    const pending = failureOf(call('VerifyClientDeviceIdentity'));
    await until('it is under way', () => house.rooms.verified.length === 1);
    house.components.setOperations(BROKER, ['AuthorizeClientDeviceAction']);
    expect((await pending).serviceError).toMatchObject({ _errorCode: 'UnauthorizedError' });
    // The SDK tells of the two in either order.
    await until('the stream has ended', () => stream.hasEnded && stream.failures.length > 0);
    expect(stream.failures).toMatchObject([
      { type: 'ServiceError', serviceError: { _errorCode: 'UnauthorizedError' } },
    ]);
    expect(house.rooms.certificates.ends).toBe(1);
    expect(await call('AuthorizeClientDeviceAction')).toEqual({ isAuthorized: true });
    expect(house.rooms.endedListeners).toEqual([]);
  });

  it.each([
    ['is removed', (): void => house.components.remove(BROKER)],
    ['has another token', (): void => house.components.renewToken(BROKER, 'a new token')],
  ])('ends when the component %s, with its connections and its sessions', async (_, change) => {
    house.rooms.verifyWith = () => new Promise(() => {});
    house.components.add('com.example.Other', 'other token');
    const other = await house.aws('other token');
    const stream = await broker.subscribe();
    const pending = failureOf(call('VerifyClientDeviceIdentity'));
    await until('it is under way', () => house.rooms.verified.length === 1);
    change();
    expect(house.rooms.verified[0]?.signal.aborted).toBe(true);
    expect(house.rooms.endedListeners).toEqual([`ipc/${BROKER}`]);
    expect((await pending).serviceError).toMatchObject({ _errorCode: 'UnauthorizedError' });
    await until('the stream has ended', () => stream.hasEnded);
    await broker.disconnected();
    const refused = await failureOf(AwsComponent.connect(house.socket, SVCUID));
    expect(refused.type).toBe('HandshakeError');
    expect(await other.call('authorizeClientDeviceAction', REQUESTS.AuthorizeClientDeviceAction)).toEqual({
      isAuthorized: true,
    });
  });
});

describe('limits', () => {
  it('are told as a ServiceError: calls at once, streams included', async () => {
    const small = await IpcHouse.open({ maxConcurrentCalls: 2 });
    const component = await small.aws();
    await component.subscribe();
    const second = await component.subscribe();
    const verify = () => component.call('verifyClientDeviceIdentity', REQUESTS.VerifyClientDeviceIdentity);
    expect((await failureOf(verify())).serviceError).toMatchObject({
      _errorCode: 'ServiceError',
      context: { reason: 'LIMIT_EXCEEDED', retryAfterMs: 100 },
    });
    small.components.add('com.example.Other', 'other token');
    const other = await small.aws('other token');
    await other.call('verifyClientDeviceIdentity', REQUESTS.VerifyClientDeviceIdentity);
    await component.end(second);
    await until('there is room', () => verify().catch(() => undefined));
    await small.close();
  });

  it('are told as a ServiceError: calls in a second', async () => {
    const small = await IpcHouse.open({ maxCallsPerSecond: 1 });
    const component = await small.aws();
    const verify = () => component.call('verifyClientDeviceIdentity', REQUESTS.VerifyClientDeviceIdentity);
    const answers = await Promise.allSettled([verify(), verify(), verify()]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    const { rejected } = small.door.state();
    expect(rejected).toBe(2);
    await small.close();
  });
});

describe('many at once', () => {
  it('are 1,000 streams on one connection: 500 subscriptions, and 500 calls that wait for each other', async () => {
    let arrived = 0;
    const { promise, resolve } = Promise.withResolvers<IdentityVerdict>();
    house.rooms.verifyWith = () => {
      arrived += 1;
      return promise;
    };
    const streams = await Promise.all(Array.from({ length: 500 }, () => broker.subscribe()));
    const calls = Array.from({ length: 500 }, () => call('VerifyClientDeviceIdentity'));
    await until('all are open', () => arrived === 500);
    expect(house.door.state()).toMatchObject({ activeCalls: 1_000, connections: 1 });
    for (const { tell } of house.rooms.certificates.subscriptions) tell(UPDATE);
    await until('everybody knows', () => streams.every(({ events }) => events.length === 1));
    resolve({ kind: 'active' });
    const answers = await Promise.all(calls);
    expect(answers).toEqual(calls.map(() => ({ isValidClientDevice: true })));
    expect(streams.flatMap(({ failures }) => failures)).toEqual([]);
    expect(house.door.state().activeCalls).toBe(500);
  });

  it('are 1,900 calls at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1_900 }, () => call('AuthorizeClientDeviceAction')),
    );
    expect(answers.every((answer) => (answer as { isAuthorized: boolean }).isAuthorized)).toBe(true);
  });
});

describe('the token', () => {
  it('is refused as HandshakeError if it is another one, 40 times of 40', async () => {
    for (let round = 0; round < 10; round += 1) {
      const tries = ['another', '', 'tok-ab', 'tok-abcd'].map(async (token) => {
        const component = new AwsComponent(house.socket, token);
        const failure = await failureOf(component.connect());
        return [failure.type, await component.stop()];
      });
      expect(await Promise.all(tries)).toEqual(tries.map(() => ['HandshakeError', '0']));
    }
    expect(await call('VerifyClientDeviceIdentity')).toEqual({ isValidClientDevice: true });
  });

  it('may be any text', async () => {
    const token = 'ключ "\\\u0000 \u{1f511}';
    house.components.add('com.example.Other', token.replace('\u0000', ''));
    const other = await house.aws(token.replace('\u0000', ''));
    expect(await other.call('verifyClientDeviceIdentity', REQUESTS.VerifyClientDeviceIdentity)).toEqual({
      isValidClientDevice: true,
    });
  });
});

describe('a connection', () => {
  it('ends with the component’s process', async () => {
    await broker.subscribe();
    broker.kill();
    await until('it is gone', () => house.door.connectionsOf(BROKER) === 0);
    expect(house.rooms.certificates.ends).toBe(1);
    expect(house.door.state().activeCalls).toBe(0);
  });

  it('that is closed by the daemon has every call answered', async () => {
    house.rooms.verifyWith = () => new Promise(() => {});
    const stream = await broker.subscribe();
    const pending = Array.from({ length: 50 }, () => failureOf(call('VerifyClientDeviceIdentity')));
    await until('they are under way', () => house.rooms.verified.length === 50);
    await house.door.stop(50);
    for (const failure of await Promise.all(pending))
      expect(failure.serviceError).toMatchObject({
        message: 'deviceauthd is stopping',
        _errorCode: 'ServiceError',
      });
    await until('the stream has ended', () => stream.hasEnded);
    await broker.disconnected();
    expect(await broker.stop()).toBe('0');
  });
});
