/**
 * A caller of the session room that keeps the contract of `SessionUpdate` and nothing more, behind a network that
 * delivers when it is told to: answers by themselves, events in order, and whatever was on its way in a stream is
 * lost when the stream breaks.
 */
import type { SessionGrants } from '../../src/policy/grants.ts';
import type { OpenedSession, UpdateSubscription } from '../../src/sessions/session-api.ts';
import type { SequencedEvent } from '../../src/sessions/session-events.ts';
import type { Room } from './room.ts';

const EARLY_MS = 60_000;

export interface HeldToken {
  readonly clientId: string;
  setIds: readonly string[];
  variables: SessionGrants['variables'];
}

interface Answer {
  readonly clientId: string;
  readonly session: OpenedSession;
  readonly at: number;
}

interface EarlyEvent {
  readonly sequence: number;
  readonly at: number;
  readonly apply: (token: string) => void;
}

export class SimulatedPlugin {
  readonly held = new Map<string, HeldToken>();
  readonly #room: Room;
  readonly #early = new Map<string, EarlyEvent[]>();
  #answers: Answer[] = [];
  #stream: { down: SequencedEvent[]; up: (() => void)[]; subscription: UpdateSubscription } | undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  get connected(): boolean {
    return this.#stream !== undefined;
  }

  /** The daemon answers; the answer is on its way. */
  async open(clientId: string): Promise<void> {
    const at = this.#room.clock.monotonic();
    const result = await this.#room.tryOpen(clientId);
    if (result.kind === 'opened') this.#answers.push({ clientId, session: result.session, at });
  }

  /** The stream and what was on its way in it are gone. The daemon notices too. */
  cut(): void {
    this.#stream?.subscription.end();
    this.#stream = undefined;
  }

  connect(): void {
    this.cut();
    const down: SequencedEvent[] = [];
    const hello = { broker: { listener: 'mosquitto', instanceId: 'b1' }, caller: 'simulated', epoch: '' };
    const subscription = this.#room.service.subscribe(hello, (event) => down.push(event));
    const tokens = [...this.held.keys()];
    const half = tokens.length >> 1;
    const up = [
      () => subscription.held(tokens.slice(0, half), false),
      () => subscription.held(tokens.slice(half), true),
    ];
    this.#stream = { down, up, subscription };
  }

  /** The next of what goes up arrives at the daemon. */
  deliverUp(): boolean {
    const message = this.#stream?.up.shift();
    message?.();
    return message !== undefined;
  }

  deliverDown(): boolean {
    const event = this.#stream?.down.shift();
    if (event !== undefined) this.#receive(event);
    return event !== undefined;
  }

  deliverAnswer(which: number): boolean {
    const answer = this.#answers[which % Math.max(1, this.#answers.length)];
    if (answer === undefined) return false;
    this.#answers = this.#answers.filter((other) => other !== answer);
    const { grants, sequence, token } = answer.session;
    this.held.set(token, { clientId: answer.clientId, ...grants });
    const early = this.#early.get(token) ?? [];
    this.#early.delete(token);
    for (const event of early) if (event.sequence > sequence) event.apply(token);
    return true;
  }

  /** No answer takes a minute. */
  deliverAnswersBefore(time: number): void {
    while (this.#answers[0] !== undefined && this.#answers[0].at + EARLY_MS <= time) this.deliverAnswer(0);
  }

  forgetOldEvents(): void {
    const now = this.#room.clock.monotonic();
    for (const [token, events] of this.#early) {
      const kept = events.filter(({ at }) => now - at < EARLY_MS);
      if (kept.length === 0) this.#early.delete(token);
      else this.#early.set(token, kept);
    }
  }

  /** The device disconnects. Told on the stream, where it may be lost; without one, by a call. */
  drop(which: number): void {
    const token = [...this.held.keys()][which % Math.max(1, this.held.size)];
    if (token === undefined) return;
    this.held.delete(token);
    const stream = this.#stream;
    if (stream === undefined) this.#room.service.close('mosquitto', token);
    else stream.up.push(() => stream.subscription.closed([token]));
  }

  #receive({ event, sequence }: SequencedEvent): void {
    if (event.kind === 'snapshot') {
      for (const state of event.sessions)
        this.#change(state.token, state.grants.setIds, state.grants.variables);
      for (const token of event.unknown) this.held.delete(token);
    } else if (event.kind === 'ended') {
      for (const token of event.tokens) this.#apply(token, sequence, (known) => this.held.delete(known));
    } else if (event.kind === 'changed') {
      for (const { grantSetIds, tokens, variables } of event.changes) {
        for (const [at, token] of tokens.entries()) {
          this.#apply(token, sequence, (known) => this.#change(known, grantSetIds, variables[at]));
        }
      }
    }
  }

  #apply(token: string, sequence: number, apply: (token: string) => void): void {
    if (this.held.has(token)) apply(token);
    else {
      const early = this.#early.get(token) ?? [];
      this.#early.set(token, [...early, { sequence, at: this.#room.clock.monotonic(), apply }]);
    }
  }

  #change(token: string, setIds: readonly string[], variables: SessionGrants['variables'] | undefined): void {
    const held = this.held.get(token);
    if (held === undefined) return;
    held.setIds = setIds;
    if (variables !== undefined) held.variables = variables;
  }
}
