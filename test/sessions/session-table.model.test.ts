import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../support/runs.ts';
import { broker, TableFixture } from './table-fixture.ts';

/** The rules of the table over plain arrays: slow, and short enough to be read beside the architecture. */
interface Entry {
  token: string;
  client: string;
  broker: string;
  used: number;
  order: number;
}

class NaiveTable {
  entries: Entry[] = [];
  held = new Set<string>();
  barred = new Map<string, number>();
  capacity = 3;
  now = 0;
  order = 0;

  admit(token: string, client: string, by: string): string[] {
    const gone = this.shrink();
    const own = this.entries.filter((entry) => entry.client === client && entry.broker === by);
    while (own.length >= 2) gone.push(this.drop(own.shift()!));
    if (this.entries.length >= this.capacity) {
      const victim = this.leastRecent();
      if (this.held.has(victim.broker)) {
        const may = (this.barred.get(client) ?? 0) <= this.now;
        if (!may || this.now - victim.used < 60) {
          this.bar(client);
          return [...gone, 'full'];
        }
        this.bar(victim.client);
      }
      gone.push(this.drop(victim));
    }
    this.entries.push({ token, client, broker: by, used: this.now, order: this.next() });
    return gone;
  }

  access(entry: Entry): void {
    entry.used = this.now;
    entry.order = this.next();
  }

  shrink(): string[] {
    const gone: string[] = [];
    while (this.entries.length > this.capacity) {
      const victim = this.leastRecent();
      if (this.held.has(victim.broker)) this.bar(victim.client);
      gone.push(this.drop(victim));
    }
    return gone;
  }

  drop(victim: Entry): string {
    this.entries = this.entries.filter((entry) => entry !== victim);
    return victim.token;
  }

  bar(client: string): void {
    if ((this.barred.get(client) ?? 0) <= this.now) this.barred.set(client, this.now + 600);
  }

  leastRecent(): Entry {
    const loose = this.entries.filter((entry) => !this.held.has(entry.broker));
    const of = loose.length > 0 ? loose : this.entries;
    return of.reduce((least, entry) => (entry.order < least.order ? entry : least));
  }

  next(): number {
    this.order += 1;
    return this.order;
  }
}

/** Vitest's comparison only where there is a difference to show: it is called half a million times. */
function same(actual: readonly unknown[], expected: readonly unknown[]): void {
  if (actual.join() !== expected.join()) expect(actual).toEqual(expected);
}

const client = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const instance = fc.constantFrom('b1', 'b2', 'b3');
const place = fc.nat(7);
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('admit' as const), client, instance }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('access' as const), place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'release' as const), instance }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('capacity' as const), to: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 60, 600) }),
  },
);

describe('the session table', () => {
  it('does after any commands what the naive table does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const fixture = new TableFixture();
        const { clock, settings, table } = fixture;
        settings.maxPerClientId = 2;
        const naive = new NaiveTable();
        for (const [step, action] of commands.entries()) {
          const at = 'place' in action ? naive.entries[action.place] : undefined;
          if (action.kind === 'admit') {
            const token = `t${step}`;
            fixture.nextTokens.push(token);
            const admission = fixture.admit(action.client, broker(action.instance));
            if (admission.kind === 'full') fixture.nextTokens.pop();
            const gone = admission.departures.map(({ session }) => session.token);
            const expected = naive.admit(token, action.client, action.instance);
            same(admission.kind === 'full' ? [...gone, 'full'] : gone, expected);
          } else if (action.kind === 'access' && at !== undefined) {
            naive.access(at);
            same([table.find('mosquitto', at.token)?.clientId], [at.client]);
          } else if (action.kind === 'close' && at !== undefined) {
            naive.drop(at);
            table.remove(table.find('mosquitto', at.token)!);
          } else if (action.kind === 'hold') {
            naive.held.add(action.instance);
            table.hold(broker(action.instance));
          } else if (action.kind === 'release') {
            naive.held.delete(action.instance);
            table.release(broker(action.instance));
          } else if (action.kind === 'capacity') {
            settings.maxActiveAuthTokens = action.to;
            naive.capacity = action.to;
            same(
              table.shrink().map(({ session }) => session.token),
              naive.shrink(),
            );
          } else if (action.kind === 'wait') {
            clock.advance(action.seconds * 1_000);
            naive.now += action.seconds;
          }
          const tokens = [...table.all()].map((session) => session.token);
          same(
            tokens,
            naive.entries.map((entry) => entry.token),
          );
          const held = naive.entries.filter((entry) => naive.held.has(entry.broker)).length;
          const counts = table.counts();
          same([counts.active, counts.held], [tokens.length, held]);
        }
      }),
      runs(),
    );
  });
});
