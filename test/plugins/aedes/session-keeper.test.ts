import { describe, expect, it } from 'vitest';
import type { EndCause, KeptSession } from '../../../plugins/aedes/kept-session.ts';
import { SessionKeeper } from '../../../plugins/aedes/session-keeper.ts';
import { DaemonError } from '../../../src/errors.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ScriptedDaemon } from './support/scripted-daemon.ts';
import { settled } from './support/turns.ts';

/** Here a grant set is the list of what it allows; the real evaluator is held to its own tests. */
type Allowed = readonly string[];

function keeperOf(daemon: ScriptedDaemon, clock = new ManualClock(), concurrency = 2) {
  const ended: { session: KeptSession<Allowed>; cause: EndCause }[] = [];
  const keeper = new SessionKeeper<Allowed>({
    daemon,
    clock,
    evaluator: {
      evaluate: (sets, variables, _operation, resource) => {
        const allowed = sets.some((set) =>
          set.some((pattern) => pattern.replace('$name', variables.get('name') ?? '?') === resource),
        );
        return { allowed, reason: allowed ? 'ALLOWED' : 'IMPLICIT_DENY' };
      },
    },
    decodeGrantSet: (_id, bytes) => JSON.parse(Buffer.from(bytes).toString()) as Allowed,
    brokerInstanceId: 'broker-1',
    caller: 'test',
    onEnded: (session, cause) => ended.push({ session, cause }),
    reauthenticationConcurrency: concurrency,
    random: () => 0.5,
  });
  const may = (session: KeptSession<Allowed>, resource: string) =>
    keeper.decide(session, 'mqtt:publish', resource).allowed;
  return { keeper, ended, clock, may, daemon };
}

const device = (clientId: string) => ({ clientId, certificatePem: `pem of ${clientId}` });

/** A keeper in step with a daemon in its life A, and one session `t1` that may `a`. */
async function connected(options: { concurrency?: number; leaseMs?: number; remainingMs?: number } = {}) {
  const daemon = new ScriptedDaemon();
  const world = keeperOf(daemon, new ManualClock(), options.concurrency);
  const a = daemon.define('a');
  world.keeper.start();
  daemon.stream.snapshot('A', 1);
  await settled();
  const session = await open(world, 't1', {
    grants: { grantSetIds: [a], variables: {} },
    sequence: 1,
    leaseMs: options.leaseMs ?? 300_000,
    certificateRemainingMs: options.remainingMs ?? 2 ** 32 - 1,
  });
  return { ...world, a, session };
}

async function open(
  world: Pick<ReturnType<typeof keeperOf>, 'keeper' | 'daemon'>,
  token: string,
  answer: Parameters<ScriptedDaemon['opens'][number]['answer']>[0],
) {
  const opening = world.keeper.open(device(`device-${token}`));
  world.daemon.opens.at(-1)!.answer({ clientDeviceAuthToken: token, ...answer });
  return opening;
}

describe('a call for a session that fails', () => {
  const fail = async (
    { keeper, daemon }: Pick<ReturnType<typeof keeperOf>, 'keeper' | 'daemon'>,
    reason: 'VERIFICATION_UNAVAILABLE' | 'INVALID_CREDENTIAL',
    correlationId: string,
  ) => {
    const opening = keeper.open(device('x'), correlationId);
    daemon.opens.at(-1)!.fail(new DaemonError(reason, 'no'));
    await expect(opening).rejects.toMatchObject({ reason });
  };

  it('is told to the daemon, which may have opened one, unless that has refused the device', async () => {
    const world = await connected();
    await fail(world, 'VERIFICATION_UNAVAILABLE', 'lost');
    await fail(world, 'INVALID_CREDENTIAL', 'refused');
    expect(world.daemon.stream.unanswered).toEqual(['x lost']);
  });

  it('is told on the next stream, after the held tokens, when there is none', async () => {
    const world = await connected();
    world.daemon.stream.breakOff();
    await fail(world, 'VERIFICATION_UNAVAILABLE', 'lost');
    world.clock.advance(50);
    expect(world.daemon.streams).toHaveLength(2);
    expect(world.daemon.stream.unanswered).toEqual(['x lost']);
    expect(world.daemon.stream.sent.map((message) => Object.keys(message)[0])).toEqual([
      'hello',
      'held',
      'closed',
    ]);
    world.keeper.stop();
    world.keeper.start();
    expect(world.daemon.stream.unanswered).toEqual([]);
  });
});

describe('a session the daemon opened', () => {
  it('may do what its grants allow and nothing else', async () => {
    const { may, session } = await connected();
    expect(may(session, 'a')).toBe(true);
    expect(may(session, 'b')).toBe(false);
  });

  it('fetches a grant set it does not have once for all sessions', async () => {
    const world = await connected();
    await open(world, 't2', { grants: { grantSetIds: [world.a], variables: {} }, sequence: 1 });
    expect(world.daemon.fetched).toEqual([world.a]);
  });

  it('is refused, and closed at the daemon, when a grant set does not have the hash it is named by', async () => {
    const world = await connected();
    const b = world.daemon.define('b');
    world.daemon.forge(b, 'everything');
    await expect(open(world, 't2', { grants: { grantSetIds: [b], variables: {} } })).rejects.toThrow('hash');
    expect(world.daemon.closed).toEqual(['t2']);
    expect(world.keeper.status().sessions).toBe(1);
  });

  it('is not opened when the daemon refuses, and the refusal is passed on as it is', async () => {
    const world = await connected();
    const opening = world.keeper.open(device('x'));
    const refusal = new DaemonError('TOKEN_CACHE_FULL', 'full', { retryAfterMs: 1234 });
    world.daemon.opens.at(-1)!.fail(refusal);
    await expect(opening).rejects.toBe(refusal);
  });

  it('is closed at the daemon when the device goes, once', async () => {
    const { keeper, session, daemon, ended, may } = await connected();
    keeper.close(session);
    keeper.close(session);
    expect(daemon.closed).toEqual(['t1']);
    expect(may(session, 'a')).toBe(false);
    expect(ended).toEqual([]);
  });
});

describe('the lease', () => {
  it('ends what a session may do when the daemon has not been heard for that long', async () => {
    const { may, session, clock, keeper } = await connected({ leaseMs: 10_000 });
    clock.advance(9_999);
    expect(may(session, 'a')).toBe(true);
    clock.advance(1);
    expect(keeper.decide(session, 'mqtt:publish', 'a')).toEqual({ allowed: false, reason: 'LEASE_OVER' });
  });

  it('is renewed for all sessions by one heartbeat', async () => {
    const { may, session, clock, daemon } = await connected({ leaseMs: 10_000 });
    clock.advance(9_000);
    daemon.stream.heartbeat('A', 2, 10_000);
    await settled();
    clock.advance(9_999);
    expect(may(session, 'a')).toBe(true);
    clock.advance(1);
    expect(may(session, 'a')).toBe(false);
  });

  it('can be shortened by a heartbeat', async () => {
    const { may, session, clock, daemon } = await connected({ leaseMs: 300_000 });
    clock.advance(1);
    daemon.stream.heartbeat('A', 2, 1_000);
    await settled();
    clock.advance(1_000);
    expect(may(session, 'a')).toBe(false);
  });

  it('never goes beyond the certificate, whatever the heartbeat says', async () => {
    const { may, session, clock, daemon } = await connected({ remainingMs: 6_000 });
    clock.advance(5_000);
    daemon.stream.heartbeat('A', 2, 300_000);
    await settled();
    clock.advance(999);
    expect(may(session, 'a')).toBe(true);
    clock.advance(1);
    expect(may(session, 'a')).toBe(false);
  });

  it('counts from the arrival of the heartbeat, not from when it was worked off', async () => {
    const { may, session, clock, daemon } = await connected({ leaseMs: 10_000 });
    clock.advance(1);
    daemon.stream.heartbeat('A', 2, 20_000);
    clock.advance(15_000);
    await settled();
    clock.advance(4_999);
    expect(may(session, 'a')).toBe(true);
    clock.advance(1);
    expect(may(session, 'a')).toBe(false);
  });

  it('is not renewed by the heartbeats of a restarted daemon that has not spoken of the session', async () => {
    const { may, session, clock, daemon } = await connected({ leaseMs: 10_000 });
    daemon.stream.breakOff();
    clock.advance(1_000);
    daemon.stream.heartbeat('B', 1, 300_000);
    await settled();
    clock.advance(9_000);
    expect(may(session, 'a')).toBe(false);
  });
});

describe('events that arrive before the answer they concern', () => {
  it('end the session before it begins', async () => {
    const world = await connected();
    world.daemon.stream.ended('A', 7, ['t2']);
    await settled();
    await expect(
      open(world, 't2', { sequence: 6, grants: { grantSetIds: [world.a], variables: {} } }),
    ).rejects.toMatchObject({ reason: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN' });
    expect(world.keeper.status().sessions).toBe(1);
  });

  it('change the session to what they say when they are newer than the answer', async () => {
    const world = await connected();
    const b = world.daemon.define('b');
    world.daemon.stream.update('A', 6, {
      grantSetAdded: { grantSetId: b, grantSet: world.daemon.bytesOf('b') },
    });
    world.daemon.stream.changed('A', 7, ['t2'], [b]);
    await settled();
    const session = await open(world, 't2', {
      sequence: 5,
      grants: { grantSetIds: [world.a], variables: {} },
    });
    expect(world.may(session, 'a')).toBe(false);
    expect(world.may(session, 'b')).toBe(true);
    expect(world.daemon.fetched).toEqual([world.a]);
  });

  it('are not applied when the answer reflects them already', async () => {
    const world = await connected();
    const b = world.daemon.define('b');
    world.daemon.stream.changed('A', 7, ['t2'], [b]);
    await settled();
    const session = await open(world, 't2', {
      sequence: 7,
      grants: { grantSetIds: [world.a], variables: {} },
    });
    expect(world.may(session, 'a')).toBe(true);
  });

  it('are forgotten after a minute', async () => {
    const world = await connected();
    world.daemon.stream.ended('A', 7, ['t2']);
    await settled();
    world.clock.advance(60_001);
    const session = await open(world, 't2', {
      sequence: 6,
      grants: { grantSetIds: [world.a], variables: {} },
    });
    expect(world.may(session, 'a')).toBe(true);
  });
});

describe('a change of grants', () => {
  it('replaces sets and variables together', async () => {
    const { session, may, daemon } = await connected();
    const named = daemon.define('$name');
    daemon.stream.update('A', 2, { grantSetAdded: { grantSetId: named, grantSet: daemon.bytesOf('$name') } });
    daemon.stream.changed('A', 3, ['t1'], [named], [{ name: 'n1' }]);
    await settled();
    expect([may(session, 'a'), may(session, 'n1')]).toEqual([false, true]);
    daemon.stream.changed('A', 4, ['t1'], [named]);
    await settled();
    expect(may(session, 'n1')).toBe(true);
  });

  it('denies everything while a set that was not sent is fetched, then holds', async () => {
    const { session, may, daemon, keeper } = await connected();
    const b = daemon.define('b');
    daemon.stream.changed('A', 3, ['t1'], [b]);
    await new Promise<void>((resolve) => setImmediate(() => resolve()));
    // The fetch was asked for in this very turn and its answer has not been looked at yet.
    const inDoubt = keeper.decide(session, 'mqtt:publish', 'a');
    await settled();
    expect(inDoubt.allowed).toBe(false);
    expect([may(session, 'a'), may(session, 'b')]).toEqual([false, true]);
  });

  it('leaves everything denied when the set cannot be had, and asks again', async () => {
    const { session, may, daemon, keeper, clock } = await connected();
    daemon.stream.changed('A', 3, ['t1'], ['f00d']);
    await settled();
    expect(keeper.decide(session, 'mqtt:publish', 'a')).toEqual({
      allowed: false,
      reason: 'GRANTS_IN_DOUBT',
    });
    clock.advance(2_000);
    await settled();
    expect(daemon.streams.length).toBe(2);
    expect(daemon.stream.held).toEqual(['t1']);
    const b = daemon.define('b');
    daemon.stream.snapshot('A', 9, [{ token: 't1', sets: [b] }]);
    await settled();
    expect(may(session, 'b')).toBe(true);
  });

  it('is not undone by an older one that was fetched for longer', async () => {
    const { session, may, daemon } = await connected();
    const [b, c] = [daemon.define('b'), daemon.define('c')];
    daemon.stream.update('A', 2, { grantSetAdded: { grantSetId: c, grantSet: daemon.bytesOf('c') } });
    daemon.stream.changed('A', 3, ['t1'], [b]);
    daemon.stream.changed('A', 4, ['t1'], [c]);
    await settled();
    expect([may(session, 'b'), may(session, 'c')]).toEqual([false, true]);
  });
});

describe('the end of a session', () => {
  it.each([
    ['END_REASON_REVOKED', 'REVOKED'],
    ['END_REASON_DISPLACED', 'DISPLACED'],
    ['END_REASON_SUPERSEDED', 'SUPERSEDED'],
    ['END_REASON_OF_A_LATER_RELEASE', 'UNKNOWN'],
    ['17', 'UNKNOWN'],
  ])('told as %s is passed on as %s, once, and denies everything', async (reason, cause) => {
    const { session, may, daemon, ended } = await connected();
    daemon.stream.ended('A', 2, ['t1'], reason);
    daemon.stream.ended('A', 3, ['t1'], reason);
    await settled();
    expect(ended.map((end) => end.cause)).toEqual([cause]);
    expect(may(session, 'a')).toBe(false);
    expect(daemon.closed).toEqual([]);
  });
});

describe('the update stream', () => {
  it('says who it is, what it heard last, and what it holds', async () => {
    const { daemon, clock } = await connected();
    daemon.stream.breakOff();
    clock.advance(1_000);
    expect(daemon.stream.sent).toEqual([
      { hello: { brokerInstanceId: 'broker-1', epoch: 'A', caller: 'test' } },
      { held: { clientDeviceAuthTokens: ['t1'], last: true } },
    ]);
  });

  it('names held tokens in messages of at most a thousand, the last one marked', async () => {
    const world = await connected();
    for (let n = 0; n < 1500; n++) await open(world, `many-${n}`, { sequence: 1 });
    world.daemon.stream.breakOff();
    world.clock.advance(1_000);
    const parts = world.daemon.stream.sent.flatMap((message) => message.held ?? []);
    expect(parts.map((part) => [part.clientDeviceAuthTokens?.length, part.last])).toEqual([
      [1000, false],
      [501, true],
    ]);
  });

  it('is given up after 15 s of silence and opened again', async () => {
    const { daemon, clock, keeper } = await connected();
    clock.advance(14_999);
    expect(keeper.status().connected).toBe(true);
    clock.advance(1);
    expect(keeper.status().connected).toBe(false);
    expect(daemon.streams[0]!.cancelled).toBe(true);
    clock.advance(1_000);
    expect(daemon.streams.length).toBe(2);
  });

  it('is not given up while heartbeats come', async () => {
    const { daemon, clock } = await connected();
    for (let beat = 2; beat < 30; beat++) {
      clock.advance(5_000);
      daemon.stream.heartbeat('A', beat, 300_000);
    }
    expect(daemon.streams.length).toBe(1);
  });

  it('backs off while there is no daemon, and not beyond two seconds', async () => {
    const { daemon, clock } = await connected();
    for (let time = 0; time < 60_000; time += 10) {
      daemon.stream.breakOff();
      clock.advance(10);
    }
    expect(daemon.streams.length).toBeGreaterThan(30);
    expect(daemon.streams.length).toBeLessThan(60);
  });

  it('restores what was true while it was away', async () => {
    const { session, may, daemon, clock } = await connected();
    const b = daemon.define('b');
    daemon.stream.breakOff();
    clock.advance(1_000);
    daemon.stream.snapshot('A', 9, [{ token: 't1', sets: [b] }]);
    await settled();
    expect([may(session, 'a'), may(session, 'b')]).toEqual([false, true]);
  });

  it('is opened again when a session was opened across its start, so that nothing is missed', async () => {
    const world = await connected();
    const opening = world.keeper.open(device('late'));
    world.daemon.stream.breakOff();
    world.clock.advance(1_000);
    world.daemon.stream.snapshot('A', 9, [{ token: 't1', sets: [world.a] }]);
    await settled();
    world.daemon.opens.at(-1)!.answer({ clientDeviceAuthToken: 't2', sequence: 5 });
    await opening;
    world.clock.advance(1_000);
    await settled();
    expect(world.daemon.streams.length).toBe(3);
    expect(world.daemon.stream.held.sort()).toEqual(['t1', 't2']);
  });

  it.each(['before', 'after'])(
    'is not opened again when the daemon states such a session again, %s its answer',
    async (when) => {
      const world = await connected();
      const opening = world.keeper.open(device('late'));
      const answer = () => {
        const grants = { grantSetIds: [world.a], variables: {} };
        world.daemon.opens.at(-1)!.answer({ clientDeviceAuthToken: 't2', sequence: 5, grants });
      };
      const b = world.daemon.define('b');
      world.daemon.stream.breakOff();
      world.clock.advance(1_000);
      world.daemon.stream.snapshot('A', 9, [{ token: 't1', sets: [world.a] }]);
      await settled();
      if (when === 'after') answer();
      await settled();
      world.daemon.stream.changed('A', 10, ['t2'], [b]);
      await settled();
      if (when === 'before') answer();
      const session = await opening;
      world.clock.advance(1_000);
      await settled();
      expect(world.daemon.streams.length).toBe(2);
      expect([world.may(session, 'a'), world.may(session, 'b')]).toEqual([false, true]);
      world.daemon.stream.heartbeat('A', 11, 1_000);
      await settled();
      world.clock.advance(1_000);
      expect(world.may(session, 'b')).toBe(false);
    },
  );

  it('is not opened again for a session that its snapshot came before', async () => {
    const world = await connected();
    for (let n = 0; n < 10; n++) await open(world, `more-${n}`, { sequence: 1 });
    await settled();
    expect(world.daemon.streams.length).toBe(1);
  });

  it('is asked for a new snapshot, at most once a minute, when it brings an event of an unknown kind', async () => {
    const { daemon, clock } = await connected();
    daemon.stream.update('A', 2, {});
    daemon.stream.update('A', 3, {});
    await settled();
    expect(daemon.streams.length).toBe(2);
    daemon.stream.snapshot('A', 4);
    daemon.stream.update('A', 5, {});
    await settled();
    expect(daemon.streams.length).toBe(2);
    clock.advance(5_000);
    daemon.stream.heartbeat('A', 6, 300_000);
    for (let beat = 0; beat < 12; beat++) {
      clock.advance(5_000);
      daemon.stream.heartbeat('A', 7 + beat, 300_000);
    }
    daemon.stream.update('A', 50, {});
    await settled();
    expect(daemon.streams.length).toBe(3);
  });

  it('reports every half minute which sessions were used since the last report', async () => {
    const world = await connected();
    await open(world, 'idle', { sequence: 1 });
    world.may(world.session, 'a');
    const beat = () => {
      for (let n = 0; n < 12; n++) {
        world.clock.advance(5_000);
        world.daemon.stream.heartbeat('A', 100, 300_000);
      }
    };
    beat();
    expect(world.daemon.stream.used).toEqual(['t1']);
    beat();
    expect(world.daemon.stream.used).toEqual(['t1']);
  });
});

describe('a daemon that restarted', () => {
  async function restarted(count: number, concurrency: number) {
    const world = await connected({ concurrency });
    for (let n = 2; n <= count; n++) {
      await open(world, `t${n}`, { sequence: 1, grants: { grantSetIds: [world.a], variables: {} } });
    }
    world.daemon.opens.length = 0;
    world.daemon.stream.breakOff();
    world.clock.advance(1_000);
    world.daemon.stream.snapshot('B', 1, [], world.daemon.stream.held);
    await settled();
    return world;
  }

  it('has its devices authenticated again in the background, so many at a time, and they go on meanwhile', async () => {
    const world = await restarted(5, 2);
    expect(world.daemon.opens.length).toBe(2);
    expect(world.keeper.status().reauthenticating).toBe(5);
    expect(world.may(world.session, 'a')).toBe(true);
    for (let n = 0; n < 5; n++) {
      world.daemon.opens[n]!.answer({
        clientDeviceAuthToken: `new-${n}`,
        epoch: 'B',
        sequence: 1,
        grants: { grantSetIds: [world.a], variables: {} },
      });
      await settled();
    }
    expect(world.keeper.status()).toMatchObject({ sessions: 5, reauthenticating: 0, epoch: 'B' });
    expect(world.ended).toEqual([]);
    expect(world.session.token).toBe('new-0');
    expect(world.may(world.session, 'a')).toBe(true);
    expect(world.daemon.streams.length).toBe(2);
  });

  it('is not overruled by grants of its earlier life that were fetched for longer', async () => {
    const { clock, daemon, may, session } = await connected();
    const [wide, narrow] = [daemon.define('wide'), daemon.define('narrow')];
    const fetched = Promise.withResolvers<Uint8Array>();
    const grantSet = daemon.grantSet.bind(daemon);
    daemon.grantSet = (id) => (id === wide ? fetched.promise : grantSet(id));
    daemon.stream.changed('A', 3, ['t1'], [wide]);
    await settled();
    daemon.stream.breakOff();
    clock.advance(1_000);
    daemon.stream.snapshot('B', 1, [], daemon.stream.held);
    await settled();
    daemon.opens.at(-1)!.answer({
      clientDeviceAuthToken: 'new',
      epoch: 'B',
      sequence: 3,
      grants: { grantSetIds: [narrow], variables: {} },
    });
    await settled();
    fetched.resolve(daemon.bytesOf('wide'));
    await settled();
    expect([may(session, 'wide'), may(session, 'narrow')]).toEqual([false, true]);
  });

  it('has a device disconnected that it now refuses', async () => {
    const world = await restarted(1, 2);
    world.daemon.opens[0]!.fail(new DaemonError('INVALID_CREDENTIAL', 'no'));
    await settled();
    expect(world.ended.map((end) => end.cause)).toEqual(['REFUSED']);
    expect(world.keeper.status().sessions).toBe(0);
  });

  it('is asked again, no sooner than it says, for a device it had no verdict on', async () => {
    const world = await restarted(1, 2);
    world.daemon.opens[0]!.fail(new DaemonError('CLOUD_QUEUE_FULL', 'later', { retryAfterMs: 5_000 }));
    await settled();
    world.clock.advance(4_999);
    await settled();
    expect(world.daemon.opens.length).toBe(1);
    world.clock.advance(1);
    await settled();
    expect(world.daemon.opens.length).toBe(2);
    expect(world.ended).toEqual([]);
  });

  it('can restart once more meanwhile', async () => {
    const world = await restarted(1, 2);
    world.daemon.stream.breakOff();
    world.clock.advance(1_000);
    world.daemon.stream.snapshot('C', 1, [], ['t1']);
    await settled();
    world.daemon.opens[0]!.answer({ clientDeviceAuthToken: 'of-b', epoch: 'B', sequence: 4 });
    await settled();
    for (const opened of world.daemon.opens.slice(1)) {
      opened.answer({ clientDeviceAuthToken: 'of-c', epoch: 'C', sequence: 1 });
    }
    await settled();
    world.daemon.stream.snapshot(
      'C',
      2,
      [],
      world.daemon.stream.held.filter((token) => token !== 'of-c'),
    );
    await settled();
    for (const opened of world.daemon.opens.slice(2)) {
      opened.answer({ clientDeviceAuthToken: 'of-c', epoch: 'C', sequence: 2 });
    }
    await settled();
    expect(world.session.token).toBe('of-c');
    expect(world.session.epoch).toBe('C');
    expect(world.keeper.status()).toMatchObject({ sessions: 1, reauthenticating: 0 });
  });

  it('is asked about a token its snapshot does not mention as if it had said unknown', async () => {
    const world = await connected();
    world.daemon.opens.length = 0;
    world.daemon.stream.breakOff();
    world.clock.advance(1_000);
    world.daemon.stream.snapshot('B', 1);
    await settled();
    expect(world.daemon.opens.length).toBe(1);
  });

  it('hears of it when the device left while it was being authenticated again', async () => {
    const world = await restarted(1, 2);
    world.keeper.close(world.session);
    world.daemon.opens[0]!.answer({ clientDeviceAuthToken: 'orphan', epoch: 'B', sequence: 1 });
    await settled();
    expect(world.daemon.closed).toEqual(['t1', 'orphan']);
    expect(world.keeper.status().sessions).toBe(0);
    expect(world.ended).toEqual([]);
  });
});
