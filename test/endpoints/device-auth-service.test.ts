import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DaemonError } from '../../src/errors.ts';
import { type Caller, refusal } from './support/caller.ts';
import { House, SESSION, TOKEN } from './support/rooms.ts';

let house: House;
let caller: Caller;

beforeEach(async () => {
  house = await House.open();
  caller = house.caller();
});
afterEach(() => house.close());

const credential = (clientId: string, certificatePem: string) => ({
  credential: { mqttCredential: { clientId, certificatePem } },
});
const action = { clientDeviceAuthToken: TOKEN, operation: 'mqtt:publish', resource: 'mqtt:topic:a' };

describe('GetClientDeviceAuthToken', () => {
  it('answers with the session, its grants and the caller’s correlation id', async () => {
    const answer = await caller.call('GetClientDeviceAuthToken', {
      ...credential('sensor-17', 'PEM'),
      brokerInstanceId: 'mosquitto-1',
      correlationId: 'connect 42',
    });
    expect(answer).toEqual({
      clientDeviceAuthToken: TOKEN,
      grants: {
        grantSetIds: SESSION.grants.setIds,
        variables: { 'iot:Connection.Thing.ThingName': 'sensor-17' },
      },
      leaseMs: 300_000,
      certificateRemainingMs: 2 ** 32 - 1,
      epoch: 'an-epoch',
      sequence: 7,
      thingName: 'sensor-17',
      certificateId: 'c'.repeat(64),
      correlationId: 'connect 42',
    });
    expect(house.rooms.opens[0]?.request).toEqual({
      clientId: 'sensor-17',
      certificatePem: 'PEM',
      broker: { listener: 'broker', instanceId: 'mosquitto-1' },
      correlationId: 'connect 42',
    });
  });

  it('makes a correlation id where there is none, and makes a strange one safe', async () => {
    const made = await caller.call('GetClientDeviceAuthToken', credential('a', 'PEM'));
    expect(made.correlationId).toMatch(/^[0-9a-f]{16}$/);
    const strange = await caller.call('GetClientDeviceAuthToken', {
      ...credential('a', 'PEM'),
      correlationId: `a\n{"forged":1}\u0000é${'x'.repeat(500)}`,
    });
    expect(strange.correlationId).toMatch(/^a\?\{"forged":1\}\?\?x+$/);
    expect(strange.correlationId).toHaveLength(128);
  });

  it.each([
    [{}, 'credential is required'],
    [{ credential: {} }, 'credential.mqtt_credential is required'],
    [credential('a', ''), 'certificate_pem is required'],
    [credential('a', 'x'.repeat(64 * 1024 + 1)), 'certificate_pem is longer than 64 KiB'],
    [{ ...credential('a', 'PEM'), brokerInstanceId: 'x'.repeat(129) }, 'broker_instance_id is longer'],
  ])(
    'refuses a request with a field that is missing or too long, and names it: %#',
    async (request, message) => {
      const error = await refusal(caller.call('GetClientDeviceAuthToken', request));
      expect(error.reason).toBe('INVALID_ARGUMENTS');
      expect(error.message).toContain(message);
      expect(house.rooms.opens).toEqual([]);
    },
  );

  it('reports a malformed call under the correlation id the caller gave, or one of its own', async () => {
    await refusal(caller.call('GetClientDeviceAuthToken', { correlationId: 'connect 7' }));
    await refusal(caller.call('GetClientDeviceAuthToken', {}));
    expect(house.recorder.refusals.map(({ reason, correlationId }) => [reason, correlationId])).toEqual([
      ['INVALID_ARGUMENTS', 'connect 7'],
      ['INVALID_ARGUMENTS', expect.stringMatching(/^[0-9a-f]{16}$/)],
    ]);
  });

  it('lets the sessions judge an empty client id: it is a refused credential, not a malformed call', async () => {
    await caller.call('GetClientDeviceAuthToken', credential('', 'PEM'));
    expect(house.rooms.opens[0]?.request.clientId).toBe('');
  });

  it('passes a refusal on with its reason, category and retry delay', async () => {
    const metadata = { category: 'REFUSAL_CLIENT_ID' };
    house.rooms.openWith = () =>
      Promise.resolve({
        kind: 'refused',
        error: new DaemonError('INVALID_CREDENTIAL', 'refused', { metadata }),
      });
    const credentialError = await refusal(caller.call('GetClientDeviceAuthToken', credential('a', 'PEM')));
    expect(credentialError).toMatchObject({
      reason: 'INVALID_CREDENTIAL',
      metadata,
      retryAfterMs: undefined,
    });
    house.rooms.openWith = () =>
      Promise.resolve({
        kind: 'refused',
        error: new DaemonError('TOKEN_CACHE_FULL', 'full', { retryAfterMs: 61_500 }),
      });
    const full = await refusal(caller.call('GetClientDeviceAuthToken', credential('a', 'PEM')));
    expect(full).toMatchObject({ reason: 'TOKEN_CACHE_FULL', retryAfterMs: 61_500 });
  });

  it('tells the sessions when the caller gives up, and when its deadline passes', async () => {
    house.rooms.openWith = () => new Promise(() => {});
    const giveUp = caller.abandon('GetClientDeviceAuthToken', credential('a', 'PEM'));
    await vi.waitFor(() => expect(house.rooms.opens).toHaveLength(1));
    expect(house.rooms.opens[0]?.signal.aborted).toBe(false);
    giveUp();
    await vi.waitFor(() => expect(house.rooms.opens[0]?.signal.aborted).toBe(true));
    await refusal(caller.call('GetClientDeviceAuthToken', credential('b', 'PEM'), 50));
    await vi.waitFor(() => expect(house.rooms.opens[1]?.signal.aborted).toBe(true));
  });

  it('does not take the end of an answered call for a caller that gave up', async () => {
    await caller.call('GetClientDeviceAuthToken', credential('a', 'PEM'));
    await caller.call('GetClientDeviceAuthToken', credential('b', 'PEM'));
    await vi.waitFor(() => expect(house.endpoints.listeners()[0]?.activeCalls).toBe(0));
    expect(house.rooms.opens.map(({ signal }) => signal.aborted)).toEqual([false, false]);
  });

  it('answers a defect with INTERNAL, tells the caller nothing and the log everything', async () => {
    house.rooms.openWith = () => Promise.reject(new Error('the secret cause'));
    const error = await refusal(caller.call('GetClientDeviceAuthToken', credential('a', 'PEM')));
    expect(error.reason).toBe('SERVICE_ERROR');
    expect(error.message).not.toContain('secret');
    expect(house.recorder.lines).toEqual([
      {
        level: 'error',
        message: expect.any(String),
        fields: expect.objectContaining({ err: new Error('the secret cause') }),
      },
    ]);
    expect(house.recorder.calls.at(-1)).toMatchObject({ result: 'service_error', reason: 'SERVICE_ERROR' });
  });
});

describe('AuthorizeClientDeviceAction', () => {
  it('answers yes and no', async () => {
    expect(await caller.call('AuthorizeClientDeviceAction', action)).toEqual({ isAuthorized: true });
    house.rooms.authorizeWith = () => ({
      kind: 'decision',
      decision: { allowed: false, reason: 'IMPLICIT_DENY' },
    });
    expect(await caller.call('AuthorizeClientDeviceAction', action)).toEqual({ isAuthorized: false });
    expect(house.rooms.authorized[0]).toEqual(['broker', TOKEN, 'mqtt:publish', 'mqtt:topic:a']);
    const results = house.recorder.calls.map(({ result }) => result);
    expect(results).toEqual(['success', 'failure']);
  });

  it.each(['MALFORMED_OPERATION', 'MALFORMED_RESOURCE'] as const)(
    'says no to a request with %s',
    async (reason) => {
      house.rooms.authorizeWith = () => ({ kind: 'decision', decision: { allowed: false, reason } });
      expect(await caller.call('AuthorizeClientDeviceAction', action)).toEqual({ isAuthorized: false });
    },
  );

  it('checks token, operation and resource in this order, and before the session', async () => {
    house.rooms.authorizeWith = () => ({ kind: 'invalid-token' });
    const messageOf = async (request: Partial<typeof action>) =>
      (await refusal(caller.call('AuthorizeClientDeviceAction', request))).message;
    expect(await messageOf({})).toContain('client_device_auth_token');
    expect(await messageOf({ clientDeviceAuthToken: 't' })).toContain('operation');
    expect(await messageOf({ clientDeviceAuthToken: 't', operation: 'a:b' })).toContain('resource');
    expect(
      await messageOf({ clientDeviceAuthToken: 't', operation: 'a', resource: 'x'.repeat(70_000) }),
    ).toContain('resource is longer');
    expect(house.rooms.authorized).toEqual([]);
    const error = await refusal(caller.call('AuthorizeClientDeviceAction', action));
    expect(error.reason).toBe('INVALID_CLIENT_DEVICE_AUTH_TOKEN');
  });

  it('calls operation and resource of different services the caller’s mistake', async () => {
    house.rooms.authorizeWith = () => ({
      kind: 'decision',
      decision: { allowed: false, reason: 'SERVICE_MISMATCH' },
    });
    const error = await refusal(caller.call('AuthorizeClientDeviceAction', action));
    expect(error.reason).toBe('INVALID_ARGUMENTS');
  });

  it('answers a message that is not protobuf with INVALID_ARGUMENTS', async () => {
    const path = '/deviceauth.v1.DeviceAuth/AuthorizeClientDeviceAction';
    const error = await refusal(caller.raw(path, Buffer.from([0x0a, 0xff, 0xff])));
    expect(error.reason).toBe('INVALID_ARGUMENTS');
  });
});

describe('VerifyClientDeviceIdentity', () => {
  const request = { credential: { clientDeviceCertificate: 'PEM' } };

  it('answers true for an active certificate and false for a refused one', async () => {
    const yes = await caller.call('VerifyClientDeviceIdentity', request);
    expect(yes).toEqual({ isValidClientDevice: true, reason: 'ERROR_REASON_UNSPECIFIED' });
    house.rooms.verifyWith = () =>
      Promise.resolve({
        kind: 'rejected',
        reason: 'CERTIFICATE_INACTIVE',
        message: 'it is inactive',
        certificateId: 'c1',
      });
    const no = await caller.call('VerifyClientDeviceIdentity', { ...request, correlationId: 'handshake 1' });
    expect(no).toEqual({ isValidClientDevice: false, reason: 'ERROR_REASON_UNSPECIFIED' });
    expect(house.recorder.refusals).toEqual([
      {
        listener: 'broker',
        operation: 'VerifyClientDeviceIdentity',
        reason: 'CERTIFICATE_INACTIVE',
        message: 'it is inactive',
        certificateId: 'c1',
        correlationId: 'handshake 1',
      },
    ]);
  });

  it('answers false, and says why, when no verdict can be had', async () => {
    house.rooms.verifyWith = () => Promise.resolve({ kind: 'unavailable' });
    const answer = await caller.call('VerifyClientDeviceIdentity', request);
    expect(answer).toEqual({ isValidClientDevice: false, reason: 'VERIFICATION_UNAVAILABLE' });
  });

  it('says CLOUD_QUEUE_FULL with a retry delay when too many wait', async () => {
    house.rooms.verifyWith = () =>
      Promise.resolve({ kind: 'unavailable', queueFull: true, retryAfterMs: 2500 });
    const error = await refusal(caller.call('VerifyClientDeviceIdentity', request));
    expect(error).toMatchObject({ reason: 'CLOUD_QUEUE_FULL', retryAfterMs: 2500 });
  });

  it('calls a certificate that is too long a bad one, not a bad request', async () => {
    const answer = await caller.call('VerifyClientDeviceIdentity', {
      credential: { clientDeviceCertificate: 'x'.repeat(100_000) },
    });
    expect(answer.isValidClientDevice).toBe(false);
    expect(house.rooms.verified).toEqual([]);
  });

  it.each([{}, { credential: {} }, { credential: { clientDeviceCertificate: '' } }])(
    'refuses a request without a certificate: %j',
    async (incomplete) => {
      const error = await refusal(caller.call('VerifyClientDeviceIdentity', incomplete));
      expect(error.reason).toBe('INVALID_ARGUMENTS');
    },
  );

  it('is dropped with its caller', async () => {
    house.rooms.verifyWith = () => new Promise(() => {});
    const giveUp = caller.abandon('VerifyClientDeviceIdentity', request);
    await vi.waitFor(() => expect(house.rooms.verified).toHaveLength(1));
    giveUp();
    await vi.waitFor(() => expect(house.rooms.verified[0]?.signal.aborted).toBe(true));
  });
});

describe('CheckClientId', () => {
  const request = { clientId: 'kitchen-display', correlationId: 'connect 1' };

  it('answers that an id is free when no thing has it as a name and no session as its id', async () => {
    const answer = await caller.call('CheckClientId', request);
    expect(answer).toEqual({ isFree: true, reason: 'ERROR_REASON_UNSPECIFIED' });
    expect(house.recorder.refusals).toEqual([]);
  });

  it.each([
    ['a registered thing’s', () => (house.rooms.isThingWith = async (name) => name === request.clientId)],
    ['a session’s', () => house.rooms.clientIds.add(request.clientId)],
    [
      'a session’s, and whether it is a thing’s cannot be told',
      () => {
        house.rooms.isThingWith = async () => undefined;
        house.rooms.clientIds.add(request.clientId);
      },
    ],
  ])('answers that it is not when it is %s, and tells the operator', async (_whose, given) => {
    given();
    const answer = await caller.call('CheckClientId', request);
    expect(answer).toEqual({ isFree: false, reason: 'ERROR_REASON_UNSPECIFIED' });
    expect(house.recorder.refusals).toEqual([
      {
        listener: 'broker',
        operation: 'CheckClientId',
        reason: 'CLIENT_ID_NOT_ALLOWED',
        message: expect.stringMatching(/shows no certificate/),
        clientId: 'kitchen-display',
        correlationId: 'connect 1',
      },
    ]);
  });

  it('answers that it is not when nobody can tell, and says so', async () => {
    house.rooms.isThingWith = () => Promise.resolve(undefined);
    const answer = await caller.call('CheckClientId', request);
    expect(answer).toEqual({ isFree: false, reason: 'VERIFICATION_UNAVAILABLE' });
  });

  it('counts a session that was opened while the thing was looked for', async () => {
    house.rooms.isThingWith = (name) => {
      house.rooms.clientIds.add(name);
      return Promise.resolve(false);
    };
    expect((await caller.call('CheckClientId', request)).isFree).toBe(false);
  });

  it('wants a client id', async () => {
    expect((await refusal(caller.call('CheckClientId', {}))).reason).toBe('INVALID_ARGUMENTS');
  });
});

describe('the other calls', () => {
  it('gives a grant set’s bytes, and NOT_FOUND for an id that is none', async () => {
    const answer = await caller.call('GetGrantSet', { grantSetId: 'a'.repeat(64) });
    expect(answer.grantSet.toString()).toBe('grants');
    expect((await refusal(caller.call('GetGrantSet', { grantSetId: 'b'.repeat(64) }))).reason).toBe(
      'NOT_FOUND',
    );
    expect((await refusal(caller.call('GetGrantSet', {}))).reason).toBe('INVALID_ARGUMENTS');
  });

  it('closes a session on the listener it is asked on', async () => {
    await caller.call('CloseClientDeviceSession', { clientDeviceAuthToken: TOKEN });
    expect(house.rooms.closes).toEqual([['broker', TOKEN]]);
    expect((await refusal(caller.call('CloseClientDeviceSession', {}))).reason).toBe('INVALID_ARGUMENTS');
  });
});
