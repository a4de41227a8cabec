import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeptSession } from '../../../plugins/aedes/kept-session.ts';
import { SessionKeeper } from '../../../plugins/aedes/session-keeper.ts';
import { DaemonError } from '../../../src/errors.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { runs } from '../../support/runs.ts';
import { ScriptedDaemon, type ScriptedStream } from './support/scripted-daemon.ts';

type Step =
  | { readonly kind: 'open' | 'cut' | 'restart' | 'wait' | 'turn' }
  | { readonly kind: 'answer' | 'policy' | 'revoke' | 'deliver' | 'close'; readonly which: number };

const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('open' as const, 'cut', 'restart', 'wait', 'turn') }),
  fc.record({
    kind: fc.constantFrom('answer' as const, 'policy', 'revoke', 'deliver', 'close', 'deliver', 'answer'),
    which: fc.nat(7),
  }),
);

/** The truth, and a wire on which everything is late: what the daemon said waits here until a step delivers it. */
class World {
  readonly script = new ScriptedDaemon();
  readonly clock = new ManualClock();
  readonly opened: { clientId: string; session: KeptSession<readonly string[]> }[] = [];
  readonly revoked = new Set<string>();
  readonly closed = new Set<string>();
  readonly kicked = new Set<string>();
  readonly keeper: SessionKeeper<readonly string[]>;
  policy = 'p0';
  #epoch = 1;
  #sequence = 0;
  #tokens = 0;
  /** Token to client id. */
  readonly #sessions = new Map<string, string>();
  #answers: (() => void)[] = [];
  #updates: ((stream: ScriptedStream) => void)[] = [];
  #seenOpens = 0;
  #greeted: ScriptedStream | undefined;
  #clients = 0;

  constructor() {
    this.keeper = new SessionKeeper<readonly string[]>({
      daemon: this.script,
      clock: this.clock,
      evaluator: {
        evaluate: (sets, _variables, _operation, resource) =>
          sets.some((set) => set.includes(resource))
            ? { allowed: true, reason: 'ALLOWED' }
            : { allowed: false, reason: 'IMPLICIT_DENY' },
      },
      decodeGrantSet: (_id, bytes) => JSON.parse(Buffer.from(bytes).toString()) as string[],
      brokerInstanceId: 'b',
      caller: 'c',
      onEnded: (session) => this.kicked.add(session.credential.clientId),
      random: () => 0,
    });
    this.keeper.start();
  }

  get #name(): string {
    return `epoch-${this.#epoch}`;
  }

  get #setId(): string {
    return this.script.define(this.policy);
  }

  /** What the daemon does by itself once asked: it answers opens and greets streams, onto the late wire. */
  serve(): void {
    for (; this.#seenOpens < this.script.opens.length; this.#seenOpens++) {
      const asked = this.script.opens[this.#seenOpens]!;
      const { clientId } = asked.credential;
      if (this.revoked.has(clientId)) {
        this.#answers.push(() => asked.fail(new DaemonError('INVALID_CREDENTIAL', 'revoked')));
        continue;
      }
      const token = `token-${++this.#tokens}`;
      this.#sessions.set(token, clientId);
      const answer = {
        clientDeviceAuthToken: token,
        epoch: this.#name,
        sequence: this.#sequence,
        grants: { grantSetIds: [this.#setId], variables: {} },
      };
      this.#answers.push(() => asked.answer(answer));
    }
    for (const token of this.script.closed.splice(0)) this.#sessions.delete(token);
    const stream = this.script.stream;
    if (stream === this.#greeted || stream.cancelled) return;
    this.#greeted = stream;
    this.#updates = [];
    const known = stream.held.filter((token) => this.#sessions.has(token));
    const unknown = stream.held.filter((token) => !this.#sessions.has(token));
    const sets = [this.#setId];
    this.#say((to, epoch, sequence) =>
      to.snapshot(
        epoch,
        sequence,
        known.map((token) => ({ token, sets })),
        unknown,
      ),
    );
  }

  #say(what: (stream: ScriptedStream, epoch: string, sequence: number) => void): void {
    const [epoch, sequence] = [this.#name, ++this.#sequence];
    if (this.#greeted === this.script.stream) this.#updates.push((stream) => what(stream, epoch, sequence));
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'open': {
        const clientId = `client-${++this.#clients}`;
        this.keeper.open({ clientId, certificatePem: '' }).then(
          (session) => this.opened.push({ clientId, session }),
          () => this.kicked.add(clientId),
        );
        break;
      }
      case 'answer':
        this.#answers.splice(step.which % Math.max(1, this.#answers.length), 1)[0]?.();
        break;
      case 'policy': {
        this.policy = `p${step.which}`;
        const [id, bytes] = [this.#setId, this.script.bytesOf(this.policy)];
        const tokens = [...this.#sessions.keys()];
        if (step.which % 2 === 0) {
          this.#say((stream, epoch, sequence) =>
            stream.update(epoch, sequence, { grantSetAdded: { grantSetId: id, grantSet: bytes } }),
          );
        }
        this.#say((stream, epoch, sequence) => stream.changed(epoch, sequence, tokens, [id]));
        break;
      }
      case 'revoke': {
        const clientId = `client-${1 + (step.which % Math.max(1, this.#clients))}`;
        this.revoked.add(clientId);
        const tokens = [...this.#sessions].filter(([, id]) => id === clientId).map(([token]) => token);
        for (const token of tokens) this.#sessions.delete(token);
        this.#say((stream, epoch, sequence) => stream.ended(epoch, sequence, tokens));
        break;
      }
      case 'close': {
        const entry = this.opened[step.which % Math.max(1, this.opened.length)];
        if (entry === undefined) break;
        this.keeper.close(entry.session);
        this.closed.add(entry.clientId);
        break;
      }
      case 'deliver':
        for (const update of this.#updates.splice(0, step.which + 1)) update(this.script.stream);
        break;
      case 'cut':
        this.#cut();
        break;
      case 'restart':
        this.#epoch++;
        this.#sequence = 0;
        this.#sessions.clear();
        // Answers on the wire may still arrive; they are of the life before.
        this.#cut();
        break;
      case 'wait':
        this.clock.advance(1_100);
        break;
      case 'turn':
        await turn();
    }
    this.serve();
  }

  #cut(): void {
    this.#updates = [];
    this.script.stream.breakOff();
  }

  /** Nothing is late any more, and nothing new happens. */
  async calm(): Promise<void> {
    for (let round = 0; round < 12; round++) {
      this.serve();
      this.#say((stream, epoch, sequence) => stream.heartbeat(epoch, sequence, 300_000));
      for (const answer of this.#answers.splice(0)) answer();
      for (const update of this.#updates.splice(0)) update(this.script.stream);
      await turn();
      await turn();
      this.clock.advance(1_100);
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('whatever is late, cut, restarted, changed or revoked, in whatever order', () => {
  it('in the end every device may do exactly what is true, the revoked ones are gone and nobody else is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = new World();
        world.serve();
        for (const each of steps) await world.take(each);
        await world.calm();
        expect(world.keeper.status()).toMatchObject({ connected: true, reauthenticating: 0 });
        for (const { clientId, session } of world.opened) {
          const gone = world.revoked.has(clientId) || world.closed.has(clientId);
          expect(session.ended !== undefined, clientId).toBe(gone);
          for (const policy of ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']) {
            const { allowed } = world.keeper.decide(session, 'mqtt:publish', policy);
            expect(allowed, `${clientId} ${policy}`).toBe(!gone && policy === world.policy);
          }
        }
        for (const clientId of world.kicked) expect(world.revoked).toContain(clientId);
        world.keeper.stop();
      }),
      runs(),
    );
  });
});
