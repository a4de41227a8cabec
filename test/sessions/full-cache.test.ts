import { describe, expect, it } from 'vitest';
import { authenticated, Room, type Stream, settled } from './room.ts';

const LIMIT = 200;
const EXCESS = 100;
const HOURS = 3;
const SECOND = 1_000;

interface Client {
  readonly id: string;
  token: string | undefined;
  /** When it tries again. */
  due: number;
  /** How often it does something, in seconds; the broker reports that once a minute. */
  readonly every: number;
}

/**
 * Devices that always want to be connected, through one broker. Whoever is thrown out comes back at once; whoever is
 * refused comes back when it was told to, or after `patience` when it does not care what it was told.
 */
class Fleet {
  readonly room = new Room();
  readonly clients: Client[];
  readonly opened: number[] = [];
  readonly attempts: number[] = [];
  readonly #stream: Stream;
  readonly #byToken = new Map<string, Client>();
  readonly #patience: number | undefined;

  constructor(every: (index: number) => number, patience?: number) {
    this.room.settings.maxActiveAuthTokens = LIMIT;
    const notAfter = this.room.clock.now() + 100 * 86_400_000;
    this.room.authenticate = async (id) => authenticated(id, { notAfter });
    this.#patience = patience;
    this.#stream = this.room.connected();
    this.clients = Array.from({ length: LIMIT + EXCESS }, (_, index) => ({
      id: `c${index}`,
      token: undefined,
      due: index * 10,
      every: every(index),
    }));
  }

  async run(hours: number): Promise<void> {
    const { room } = this;
    const end = room.clock.monotonic() + hours * 3_600 * SECOND;
    for (let second = 0; room.clock.monotonic() < end; second += 1) {
      for (const client of this.clients)
        if (client.due <= room.clock.monotonic()) await this.#connect(client);
      room.clock.advance(SECOND);
      if (second % 60 === 59) this.#report(second);
      this.#hear();
    }
    await settled();
  }

  async #connect(client: Client): Promise<void> {
    const { room } = this;
    const minute = Math.floor(room.clock.monotonic() / 60_000);
    this.attempts[minute] = (this.attempts[minute] ?? 0) + 1;
    const result = await room.tryOpen(client.id);
    if (result.kind === 'opened') {
      this.opened[minute] = (this.opened[minute] ?? 0) + 1;
      client.token = result.session.token;
      client.due = Number.POSITIVE_INFINITY;
      this.#byToken.set(result.session.token, client);
    } else {
      const { reason, retryAfterMs = 0 } = result.error;
      if (reason !== 'TOKEN_CACHE_FULL' || retryAfterMs < 1_000 || retryAfterMs > 60_000) throw result.error;
      client.due = room.clock.monotonic() + (this.#patience ?? retryAfterMs);
    }
  }

  #report(second: number): void {
    const minute = (second + 1) / 60;
    const used = this.clients.filter(
      ({ every, token }) => token !== undefined && minute % Math.ceil(every / 60) === 0,
    );
    this.#stream.subscription.used(used.map(({ token }) => token!));
  }

  #hear(): void {
    for (const event of this.#stream.take()) {
      if (event.kind !== 'ended') continue;
      expect(event.reason).toBe('DISPLACED');
      for (const token of event.tokens) {
        const client = this.#byToken.get(token);
        if (client === undefined) continue;
        client.token = undefined;
        client.due = this.room.clock.monotonic();
      }
    }
  }
}

/** The most that one minute after the first saw, and the most that ten minutes in a row saw. */
function most(counts: readonly number[]): { inOne: number; inTen: number } {
  const steady = Array.from({ length: HOURS * 60 }, (_, minute) => counts[minute] ?? 0).slice(1);
  const tens = steady.map((_, at) => steady.slice(at, at + 10).reduce((sum, count) => sum + count, 0));
  return { inOne: Math.max(...steady), inTen: Math.max(...tens) };
}

describe(`${LIMIT} sessions for ${LIMIT + EXCESS} devices that all want to stay connected`, () => {
  it('change hands at most once in ten minutes for each device in excess when all are mostly idle', async () => {
    const fleet = new Fleet(() => 3_600);
    await fleet.run(HOURS);
    const opened = most(fleet.opened);
    // By the rule: each of the devices outside displaces one, and the one displaced waits ten minutes in its place.
    expect(opened.inTen).toBeLessThanOrEqual(EXCESS);
    // They do change hands: nobody is left outside for ever.
    expect(fleet.room.service.stats().displaced).toBeGreaterThan((EXCESS * HOURS * 60) / 10 / 3);
    // Who is outside tries once a minute, and whoever is thrown out once more.
    expect(most(fleet.attempts).inOne).toBeLessThanOrEqual(3 * EXCESS);
    expect(fleet.room.service.stats().active).toBe(LIMIT);
  });

  it('are never lost by devices that are in use', async () => {
    const fleet = new Fleet(() => 60);
    await fleet.run(HOURS);
    expect(fleet.room.service.stats()).toMatchObject({ active: LIMIT, displaced: 0, issued: LIMIT });
    expect(most(fleet.opened)).toEqual({ inOne: 0, inTen: 0 });
  });

  it('stay with the busy ones and go round among the idle ones', async () => {
    const fleet = new Fleet((index) => (index < LIMIT / 2 ? 60 : 3_600));
    await fleet.run(HOURS);
    expect(most(fleet.opened).inTen).toBeLessThanOrEqual(EXCESS);
    const busy = fleet.clients.slice(0, LIMIT / 2);
    expect(busy.every(({ token }) => token !== undefined && fleet.room.knows(token))).toBe(true);
    expect(fleet.room.service.stats().displaced).toBeGreaterThan(EXCESS);
  });

  it('change hands no more often because the refused ones do not wait as they are told', async () => {
    const fleet = new Fleet(() => 3_600, 10_000);
    await fleet.run(1);
    expect(most(fleet.opened).inTen).toBeLessThanOrEqual(EXCESS);
  });

  it('raise one alarm that names the setting, until ten minutes have passed without need', async () => {
    const fleet = new Fleet(() => 3_600);
    await fleet.run(0.1);
    const alarm = { severity: 'ALARM', code: 'sessions.token-cache-full' };
    expect(fleet.room.findings).toMatchObject([alarm]);
    expect(fleet.room.service.findings()).toMatchObject([alarm]);
    expect(fleet.room.findings[0]?.message).toContain('performance.maxActiveAuthTokens');
    fleet.room.settings.maxActiveAuthTokens = LIMIT + EXCESS;
    fleet.room.clock.advance(600_000);
    expect(fleet.room.service.findings()).toEqual([]);
  });
});

describe('a smaller limit', () => {
  it('is enforced at once, and the displaced are told', async () => {
    const room = new Room();
    const tokens: string[] = [];
    for (let at = 0; at < 5; at += 1) tokens.push((await room.open(`c${at}`)).token);
    const stream = room.connected(tokens);
    room.settings.maxActiveAuthTokens = 2;
    room.service.settingsChanged();
    expect(stream.of('ended')).toEqual([
      { kind: 'ended', tokens: tokens.slice(0, 3), reason: 'DISPLACED', correlationId: '' },
    ]);
    expect(room.ends.map(({ cause }) => cause)).toEqual(['displaced', 'displaced', 'displaced']);
  });

  it('is enforced within half a minute when nobody said so', async () => {
    const room = new Room();
    for (let at = 0; at < 5; at += 1) await room.open(`c${at}`);
    room.settings.maxActiveAuthTokens = 2;
    room.clock.advance(30_000);
    expect(room.service.stats()).toMatchObject({ active: 2, limit: 2, evicted: 3 });
  });
});

describe('a fifth session of a client id at a broker', () => {
  it('ends the oldest, and the broker is told why', async () => {
    const room = new Room();
    const stream = room.connected();
    const { token } = await room.open('a');
    for (let count = 0; count < 4; count += 1) await room.open('a');
    expect(stream.of('ended')).toEqual([
      { kind: 'ended', tokens: [token], reason: 'SUPERSEDED', correlationId: '' },
    ]);
    expect(room.findings).toEqual([]);
  });
});
