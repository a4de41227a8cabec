import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthenticationResult } from '../../src/sessions/ports.ts';
import type { OpenResult } from '../../src/sessions/session-api.ts';
import { runs } from '../support/runs.ts';
import { authenticated, everyoneMay, Gate, groups, Room, settled } from './room.ts';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function refused(result: OpenResult): {
  reason: string;
  metadata: unknown;
  retryAfterMs: number | undefined;
  message: string;
} {
  if (result.kind !== 'refused') throw new Error('it was not refused');
  const { message, metadata, reason, retryAfterMs } = result.error;
  return { reason, metadata, retryAfterMs, message };
}

describe('a device that is who it says', () => {
  it('gets a token, its grants, a lease and the sequence its answer reflects', async () => {
    const room = new Room({ epoch: 'life 1' });
    await room.apply(groups({ g: { rule: 'thingName: a', topics: ['OWN/up'] } }));
    const session = await room.open('a');
    expect(session.token).toMatch(UUID_V4);
    expect(session).toMatchObject({
      leaseMs: 300_000,
      certificateRemainingMs: 2 ** 32 - 1,
      epoch: 'life 1',
      sequence: 0,
      thingName: 'a',
      certificateId: 'certificate of a',
    });
    expect(session.grants.setIds).toHaveLength(1);
    expect([...session.grants.variables.values()]).toEqual(['a']);
    expect(room.may(session.token, 'a/up')).toBe(true);
    expect(room.may(session.token, 'b/up')).toBe(false);
  });

  it('gets a lease no longer than its certificate is valid', async () => {
    const room = new Room();
    room.authenticate = async (id) => authenticated(id, { notAfter: room.clock.now() + 4_500 });
    expect(await room.open('a')).toMatchObject({ leaseMs: 4_500, certificateRemainingMs: 4_500 });
  });

  it('gets another session each time it asks, and the older one goes on', async () => {
    const room = new Room();
    const first = await room.open('a');
    const second = await room.open('a');
    expect(second.token).not.toBe(first.token);
    expect([room.knows(first.token), room.knows(second.token)]).toEqual([true, true]);
  });

  it('may do nothing when no policy says otherwise', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    expect(room.may(token, 'x')).toBe(false);
  });
});

describe('a token', () => {
  it('works on the listener that obtained it only, and only that one can close it', async () => {
    const room = new Room();
    const { token } = await room.open('a', 'b1', 'mosquitto');
    expect(room.may(token, 'x', 'emqx')).toBeUndefined();
    room.service.close('emqx', token);
    expect(room.knows(token)).toBe(true);
    room.service.close('mosquitto', token);
    expect(room.knows(token)).toBe(false);
  });

  it('that nobody issued is invalid, whatever it looks like', () => {
    const room = new Room();
    for (const token of [
      '',
      'ALLOW_ALL',
      '*',
      '__proto__',
      'x'.repeat(100_000),
      '00000000-0000-4000-8000-000000000000',
    ]) {
      expect(room.service.authorize('mosquitto', token, 'mqtt:publish', 'mqtt:topic:x')).toEqual({
        kind: 'invalid-token',
      });
      room.service.close('mosquitto', token);
    }
  });
});

describe('any text as a token', () => {
  it('opens nothing, closes nothing and ends nothing', async () => {
    const room = new Room();
    await room.apply(everyoneMay('x'));
    const { token } = await room.open('a');
    const near = fc
      .nat(35)
      .map((at) => `${token.slice(0, at)}${token[at] === '0' ? '1' : '0'}${token.slice(at + 1)}`);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uuid({ version: 4 }),
      near,
      near.map((one) => one.toUpperCase()),
    );
    const stream = room.connected([token]);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), fc.boolean(), (texts, last) => {
        for (const one of texts) {
          if (room.may(one, 'x') !== undefined) throw new Error(`${one} is valid`);
          room.service.close('mosquitto', one);
        }
        stream.subscription.used(texts);
        stream.subscription.held([token, ...texts], last);
        stream.take();
        if (room.may(token, 'x') !== true) throw new Error('the session is gone');
      }),
      runs(),
    );
  });
});

describe('a device that is refused', () => {
  it('is told a category, and the operator is told the reason', async () => {
    const room = new Room();
    const rejected = { kind: 'rejected', message: 'it is on fire', certificateId: 'c1' } as const;
    room.authenticate = async () => ({ ...rejected, reason: 'CERTIFICATE_REVOKED', category: 'CERTIFICATE' });
    const certificate = await room.tryOpen('a');
    expect(refused(certificate)).toEqual({
      reason: 'INVALID_CREDENTIAL',
      metadata: { category: 'REFUSAL_CERTIFICATE' },
      retryAfterMs: undefined,
      message: 'the device is refused',
    });
    room.authenticate = async () => ({
      ...rejected,
      reason: 'NOT_ATTACHED',
      category: 'CLIENT_ID',
      certificateId: undefined,
    });
    expect(refused(await room.tryOpen('a'))).toMatchObject({
      metadata: { category: 'REFUSAL_CLIENT_ID' },
      message: 'the device is refused',
    });
    expect(room.refusals).toEqual([
      {
        operation: 'GetClientDeviceAuthToken',
        reason: 'CERTIFICATE_REVOKED',
        message: 'it is on fire',
        clientId: 'a',
        certificateId: 'c1',
        listener: 'mosquitto',
        correlationId: 'call a',
      },
      expect.objectContaining({ reason: 'NOT_ATTACHED', certificateId: '' }),
    ]);
    expect(room.service.stats().active).toBe(0);
  });

  it('for lack of a verdict is told when to try again, if that is known', async () => {
    const room = new Room();
    const unavailable = { kind: 'unavailable', cause: 'timeout', certificateId: 'c1' } as const;
    room.authenticate = async () => ({ ...unavailable, retryAfterMs: undefined, queueFull: false });
    expect(refused(await room.tryOpen('a'))).toMatchObject({
      reason: 'VERIFICATION_UNAVAILABLE',
      retryAfterMs: undefined,
    });
    room.authenticate = async () => ({ ...unavailable, retryAfterMs: 700, queueFull: true });
    expect(refused(await room.tryOpen('a'))).toMatchObject({ reason: 'CLOUD_QUEUE_FULL', retryAfterMs: 700 });
    expect(room.refusals.map(({ message, reason }) => [reason, message])).toEqual([
      ['VERIFICATION_UNAVAILABLE', 'timeout'],
      ['CLOUD_QUEUE_FULL', 'timeout'],
    ]);
  });

  it('because its certificate expired while the verifier took its time', async () => {
    const room = new Room();
    const verdict = new Gate<AuthenticationResult>();
    room.authenticate = () => verdict.promise;
    const result = room.tryOpen('a');
    room.clock.advance(30_000);
    verdict.open(authenticated('a', { notAfter: room.clock.now() - 1 }));
    expect(refused(await result)).toMatchObject({ reason: 'INVALID_CREDENTIAL' });
    expect(room.refusals[0]?.reason).toBe('CERTIFICATE_EXPIRED');
  });
});

describe('a caller that no longer waits', () => {
  it('leaves no session behind, and nobody is said to be refused', async () => {
    const room = new Room();
    const verdict = new Gate<AuthenticationResult>();
    room.authenticate = () => verdict.promise;
    const caller = new AbortController();
    const result = room.tryOpen('a', 'b1', 'mosquitto', caller.signal);
    caller.abort();
    verdict.open(authenticated('a'));
    expect((await result).kind).toBe('refused');
    expect(room.service.stats().active).toBe(0);
    expect(room.refusals).toEqual([]);
  });

  it('may make the authenticator give up with an error', async () => {
    const room = new Room();
    room.authenticate = (_, signal) => Promise.reject(signal.reason);
    expect((await room.tryOpen('a', 'b1', 'mosquitto', AbortSignal.abort())).kind).toBe('refused');
    room.authenticate = () => Promise.reject(new Error('a defect'));
    await expect(room.tryOpen('a')).rejects.toThrow('a defect');
  });
});

describe('what is taken away while a session is being opened', () => {
  const cases = [
    { kind: 'certificate-status', certificateId: 'certificate of a', status: 'REVOKED' },
    { kind: 'certificate-deleted', certificateId: 'certificate of a' },
    { kind: 'detached', certificateId: 'certificate of a', thingName: 'a' },
    { kind: 'thing-deleted', thingName: 'a' },
  ] as const;

  for (const change of cases) {
    it(`is seen: ${change.kind} between the verdict and the token`, async () => {
      const room = new Room();
      let asked = 0;
      room.authenticate = async (id) => {
        asked += 1;
        if (asked === 1) return authenticated(id);
        return {
          kind: 'rejected',
          reason: 'NOT_ATTACHED',
          category: 'CLIENT_ID',
          message: '',
          certificateId: undefined,
        };
      };
      const read = new Gate<undefined>();
      room.readThing = () => read.promise;
      const result = room.tryOpen('a');
      await settled();
      room.service.registryChanged(change);
      read.open(undefined);
      expect(refused(await result).reason).toBe('INVALID_CREDENTIAL');
      expect(asked).toBe(2);
      expect(room.service.stats().active).toBe(0);
    });
  }

  it('is seen: a thing that is given the name of the client id between the verdict and the token', async () => {
    const room = new Room();
    let taken = false;
    room.authenticate = async (id) =>
      taken
        ? {
            kind: 'rejected',
            reason: 'CLIENT_ID_NOT_ALLOWED',
            category: 'CLIENT_ID',
            message: '',
            certificateId: undefined,
          }
        : authenticated(id, { thingName: 'its thing' });
    const read = new Gate<undefined>();
    room.readThing = () => read.promise;
    const result = room.tryOpen('any name');
    await settled();
    taken = true;
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'any name' });
    read.open(undefined);
    expect(refused(await result).reason).toBe('INVALID_CREDENTIAL');
    expect(room.service.stats().active).toBe(0);
  });

  it('is not confused with what happens to others', async () => {
    const room = new Room();
    let asked = 0;
    const verdict = new Gate<AuthenticationResult>();
    room.authenticate = () => {
      asked += 1;
      return verdict.promise;
    };
    const result = room.tryOpen('a');
    for (let count = 0; count < 5_000; count += 1) {
      room.service.registryChanged({ kind: 'certificate-deleted', certificateId: `other ${count}` });
    }
    verdict.open(authenticated('a'));
    expect((await result).kind).toBe('opened');
    expect(asked).toBe(1);
  });

  it('is not forgotten when thousands of other changes follow it', async () => {
    const room = new Room();
    const verdicts = [new Gate<AuthenticationResult>(), new Gate<AuthenticationResult>()];
    let asked = 0;
    room.authenticate = () => {
      asked += 1;
      return verdicts[asked - 1]!.promise;
    };
    const result = room.tryOpen('a');
    room.service.registryChanged({ kind: 'certificate-deleted', certificateId: 'certificate of a' });
    for (let count = 0; count < 5_000; count += 1) {
      room.service.registryChanged({ kind: 'certificate-deleted', certificateId: `other ${count}` });
    }
    verdicts[0]!.open(authenticated('a'));
    await settled();
    expect(asked).toBe(2);
    verdicts[1]!.open(authenticated('a'));
    expect((await result).kind).toBe('opened');
  });

  it('ends in a refusal with a retry delay when it never stops', async () => {
    const room = new Room();
    room.readThing = async (name) => {
      room.service.registryChanged({ kind: 'thing-changed', thingName: name });
      return undefined;
    };
    expect(refused(await room.tryOpen('a'))).toMatchObject({
      reason: 'VERIFICATION_UNAVAILABLE',
      retryAfterMs: 1_000,
    });
    expect(room.service.stats().active).toBe(0);
  });

  it('counts for a policy too: grants are those of the moment the token is made', async () => {
    const room = new Room();
    await room.apply(everyoneMay('old'));
    const verdict = new Gate<AuthenticationResult>();
    room.authenticate = () => verdict.promise;
    const opening = room.tryOpen('a');
    await room.apply(everyoneMay('new'));
    verdict.open(authenticated('a'));
    const result = await opening;
    if (result.kind !== 'opened') throw result.error;
    const set = room.engine.grantSet(result.session.grants.setIds[0]!);
    expect(Buffer.from(set!.bytes).includes('mqtt:topic:new')).toBe(true);
  });
});

describe('a room that was stopped', () => {
  it('issues no token any more and tells its streams', async () => {
    const room = new Room();
    const stream = room.connected();
    room.service.stop();
    expect(stream.ended).toBe('stopped');
    expect((await room.tryOpen('a')).kind).toBe('refused');
    expect(() => room.subscribe()).toThrow('stopping');
    room.service.stop();
  });
});
