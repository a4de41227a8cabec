/**
 * Keeps the grants of live sessions those of the policy in force. What is always true of it:
 *
 * - The daemon itself never judges by a policy that was replaced: a session carries the generation its grants are
 *   of, and whoever uses it asks `current`, which computes them anew where they are stale.
 * - After a change every session is looked at, in slices of a few milliseconds between which the event loop runs,
 *   and every broker is told what it does not know yet: what takes something away at once, what only adds when
 *   all that takes away has been told. A further change begins that anew.
 */

import type { SessionGrants } from '../policy/grants.ts';
import type { PolicyPort, ThingProperties } from './ports.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';
import { BATCH, sameVariables, type UpdateHub } from './update-hub.ts';

/** How long work may go on before others have their turn. */
export interface Pace {
  readonly sliceMs: number;
  now(): number;
  yield(): Promise<void>;
}

export const EVENT_LOOP_PACE: Pace = {
  sliceMs: 5,
  now: () => performance.now(),
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};

export interface GrantsRefreshOptions {
  readonly policy: Pick<PolicyPort, 'grantsFor' | 'takesAway'>;
  readonly table: SessionTable;
  readonly hub: UpdateHub;
  readonly pace: Pace;
  /** What it may do cannot be told, so it may do nothing. */
  readonly onBroken: (session: Session, error: unknown) => void;
}

export class GrantsRefresh {
  readonly #options: GrantsRefreshOptions;
  #generation = 1;
  #running: Promise<void> | undefined = undefined;
  #stopped = false;

  constructor(options: GrantsRefreshOptions) {
    this.#options = options;
  }

  get generation(): number {
    return this.#generation;
  }

  grantsFor(thingName: string, clientId: string, thing: ThingProperties): SessionGrants {
    return this.#options.policy.grantsFor({
      thingName,
      clientId,
      thingType: thing.type,
      attributes: thing.attributes,
      groups: thing.groups,
    });
  }

  /** What the session may do now. */
  current(session: Session): SessionGrants {
    if (session.generation !== this.#generation) this.#compute(session);
    return session.grants;
  }

  /** To be called in the tick in which the policy changed; resolves when every broker has been told. */
  policyChanged(): Promise<void> {
    this.#generation += 1;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** The properties of one thing changed, and these are its sessions. */
  thingChanged(sessions: readonly Session[]): void {
    const narrowing: Session[] = [];
    const widening: Session[] = [];
    for (const session of sessions) {
      session.generation = 0;
      this.#sort(session, narrowing, widening);
    }
    this.#options.hub.changed(narrowing);
    this.#options.hub.changed(widening);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    let told = 0;
    try {
      while (told !== this.#generation && !this.#stopped) {
        const generation = this.#generation;
        const widening = await this.#narrow(generation);
        if (await this.#widen(generation, widening)) told = generation;
      }
    } finally {
      // In the tick of the last comparison: a change in the next one starts a run of its own.
      this.#running = undefined;
    }
  }

  /** Answers the sessions to which the change only adds. */
  async #narrow(generation: number): Promise<Session[]> {
    const { hub, pace, table } = this.#options;
    const widening: Session[] = [];
    let narrowing: Session[] = [];
    let began = pace.now();
    for (const session of table.all()) {
      this.#sort(session, narrowing, widening);
      if (narrowing.length < BATCH && pace.now() - began < pace.sliceMs) continue;
      hub.changed(narrowing);
      narrowing = [];
      if (pace.now() - began < pace.sliceMs) continue;
      await pace.yield();
      if (this.#stopped || generation !== this.#generation) return [];
      began = pace.now();
    }
    hub.changed(narrowing);
    return widening;
  }

  /** False when a further change came in between. */
  async #widen(generation: number, sessions: readonly Session[]): Promise<boolean> {
    const { hub, pace } = this.#options;
    let began = pace.now();
    for (let from = 0; from < sessions.length; from += BATCH) {
      if (pace.now() - began >= pace.sliceMs) {
        await pace.yield();
        began = pace.now();
      }
      if (this.#stopped || generation !== this.#generation) return false;
      hub.changed(sessions.slice(from, from + BATCH));
    }
    return true;
  }

  #sort(session: Session, narrowing: Session[], widening: Session[]): void {
    if (!session.live) return;
    try {
      const grants = this.current(session);
      if (!session.broker.held) session.told = grants;
      else if (session.told !== grants) {
        (this.#options.policy.takesAway(session.told, grants) ? narrowing : widening).push(session);
      }
    } catch (error) {
      this.#options.onBroken(session, error);
    }
  }

  #compute(session: Session): void {
    const { thing, clientId } = session;
    const grants = this.grantsFor(thing.name, clientId, thing.properties);
    if (sameGrants(session.told, grants)) session.told = grants;
    session.grants = grants;
    session.generation = this.#generation;
  }
}

function sameGrants(one: SessionGrants, other: SessionGrants): boolean {
  const sets = other.setIds;
  if (
    one.setIds !== sets &&
    (one.setIds.length !== sets.length || one.setIds.some((id, at) => id !== sets[at]))
  ) {
    return false;
  }
  return sameVariables(one, other);
}
