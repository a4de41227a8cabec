/**
 * Random histories of an EMQX whose clients connect, are taken over, act, and go, while certificates are revoked and made active
 * again, sessions are ended by the operator, and the daemon is restarted. What EMQX is told reaches it at any later time, and
 * so do its own messages about what ended. Certificates are texts "cert 0"; each may speak for each client id.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EmqxBroker } from '../../../src/endpoints/emqx/emqx-broker.ts';
import type { EmqxClient, EmqxEnforcer } from '../../../src/endpoints/emqx/emqx-ports.ts';
import { authenticated, Room } from '../../sessions/room.ts';
import { soakRuns } from '../../support/runs.ts';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const NEVER = new AbortController().signal;
const POLICY = {
  formatVersion: '2021-03-05',
  definitions: { all: { selectionRule: 'thingName: *', policyName: 'p' } },
  policies: {
    p: {
      s: { operations: ['mqtt:connect', 'mqtt:publish'], resources: ['mqtt:clientId:*', 'mqtt:topic:up'] },
    },
  },
};

type Step =
  | { readonly kind: 'connect'; readonly client: number; readonly certificate: number }
  | { readonly kind: 'leave' | 'act' | 'end sessions'; readonly client: number }
  | { readonly kind: 'revoke' | 'make active'; readonly certificate: number }
  | { readonly kind: 'kick' | 'hear of an end'; readonly which: number }
  | { readonly kind: 'restart' };

const client = fc.nat(2);
const certificate = fc.nat(2);
const which = fc.nat(5);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('connect' as const), client, certificate }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('act' as const), client }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), client }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end sessions' as const), client }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('revoke' as const), certificate }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('make active' as const), certificate }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('kick' as const), which }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('hear of an end' as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { maxLength: 40 },
);

class World {
  readonly #named: boolean;
  readonly #revoked = new Set<string>();
  /** By client id: at most one, as in EMQX. */
  readonly #connected = new Map<string, EmqxClient>();
  /** Ends that EMQX has not told of yet. */
  readonly #ends: EmqxClient[] = [];
  #kicks: string[] = [];
  /** Ended by the operator, and not disconnected since. */
  readonly #ended = new Set<EmqxClient>();
  #connections = 0;
  #room: Room;
  #broker: EmqxBroker;

  constructor(named: boolean) {
    this.#named = named;
    [this.#room, this.#broker] = this.#begin();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'connect':
        return this.#connect(`c${step.client}`, `cert ${step.certificate}`);
      case 'act':
        return this.#act(`c${step.client}`);
      case 'leave':
        return this.#drop(`c${step.client}`);
      case 'end sessions':
        return this.#endSessions(`c${step.client}`);
      case 'revoke':
        this.#revoked.add(`cert ${step.certificate}`);
        return this.#status(`cert ${step.certificate}`, 'INACTIVE');
      case 'make active':
        this.#revoked.delete(`cert ${step.certificate}`);
        return this.#status(`cert ${step.certificate}`, 'ACTIVE');
      case 'kick':
        return this.#kick(step.which);
      case 'hear of an end': {
        const [gone] = this.#ends.splice(step.which % (this.#ends.length || 1), 1);
        if (gone !== undefined) this.#broker.disconnected(gone);
        return;
      }
      case 'restart':
        return this.#restart();
    }
  }

  /** Everything that is under way arrives. */
  async settle(): Promise<void> {
    while (this.#kicks.length > 0 || this.#ends.length > 0) {
      await this.take({ kind: 'hear of an end', which: 0 });
      await this.#kick(0);
    }
    for (const [clientId, { certificate: held }] of this.#connected) {
      expect(this.#revoked.has(held), `${clientId} is connected with a revoked certificate`).toBe(false);
      await this.#act(clientId);
    }
    const ids = new Set(this.#connected.keys());
    this.#room.clock.advance(10);
    for (let walk = 0; walk < 2; walk += 1) this.#broker.connectedAre(ids, this.#room.clock.monotonic());
    const live = ['c0', 'c1', 'c2'].filter((id) => this.#broker.isLive(id, undefined));
    expect(new Set(live)).toEqual(ids);
  }

  #begin(): [Room, EmqxBroker] {
    const room = new Room({
      authenticator: {
        authenticate: async ({ clientId, certificatePem }) => {
          if (!this.#revoked.has(certificatePem))
            return authenticated(clientId, { certificateId: certificatePem });
          const about = { category: 'CERTIFICATE', message: '', certificateId: certificatePem } as const;
          return { kind: 'rejected', reason: 'CERTIFICATE_INACTIVE', ...about };
        },
        recheck: async () => 'confirmed',
      },
    });
    void room.apply(POLICY);
    const broker = new EmqxBroker({
      name: 'emqx',
      clock: room.clock,
      logger: SILENT,
      sessions: room.service,
      certificateId: (text) => text,
      knownCertificate: async () => undefined,
    });
    const enforcer: EmqxEnforcer = {
      kick: (clientId) => this.#kicks.push(clientId),
      flush: () => {},
      audit: () => {},
      reconcile: () => {},
      settled: async () => {},
    };
    broker.start(enforcer);
    return [room, broker];
  }

  async #connect(clientId: string, held: string): Promise<void> {
    this.#room.clock.advance(2_000);
    this.#connections += 1;
    const coming = {
      clientId,
      certificate: held,
      connection: this.#named ? `n 10.0.0.1:${this.#connections}` : '',
    };
    const verdict = await this.#broker.authenticate(coming, () => 'asked', NEVER);
    expect(verdict.kind).toBe(this.#revoked.has(held) ? 'refused' : 'allowed');
    if (verdict.kind !== 'allowed') return;
    const before = this.#connected.get(clientId);
    if (before !== undefined) this.#ends.push(before);
    this.#connected.set(clientId, coming);
  }

  async #act(clientId: string): Promise<void> {
    const acting = this.#connected.get(clientId);
    if (acting === undefined) return;
    const may = await this.#broker.authorize(acting, 'publish', 'up', 'asked', NEVER);
    if (this.#revoked.has(acting.certificate)) expect(may, 'a revoked certificate acts').toBe(false);
    if (this.#ended.has(acting)) expect(may, 'who was sent away acts').toBe(false);
  }

  #drop(clientId: string): void {
    const gone = this.#connected.get(clientId);
    if (gone === undefined) return;
    this.#connected.delete(clientId);
    this.#ended.delete(gone);
    this.#ends.push(gone);
  }

  #endSessions(clientId: string): void {
    const ended = this.#room.service.revoke({ thingName: clientId });
    const there = this.#connected.get(clientId);
    // With connections that cannot be told apart, one that has come back counts for all of them.
    if (ended > 0 && there !== undefined) this.#ended.add(there);
  }

  #status(id: string, status: 'ACTIVE' | 'INACTIVE'): void {
    this.#room.service.registryChanged({ kind: 'certificate-status', certificateId: id, status });
  }

  /** As the enforcer does it: whoever is connected is looked at first. */
  #kick(index: number): void {
    const [clientId] = this.#kicks.splice(index % (this.#kicks.length || 1), 1);
    const there = clientId === undefined ? undefined : this.#connected.get(clientId);
    if (clientId !== undefined && there && !this.#broker.isLive(clientId, there.certificate))
      this.#drop(clientId);
  }

  async #restart(): Promise<void> {
    this.#broker.stop();
    this.#room.service.stop();
    this.#kicks = [];
    this.#ended.clear();
    [this.#room, this.#broker] = this.#begin();
    for (const [clientId, { certificate: held }] of [...this.#connected]) {
      const known = await this.#broker.readmit(clientId, { text: held }, NEVER);
      if (known === 'gone') this.#kicks.push(clientId);
    }
  }
}

it.each([
  ['tells connections apart', true],
  ['does not', false],
])(
  'an EMQX that %s ends with the clients that may be there, and no others',
  async (_, named) => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const world = new World(named);
        for (const step of history) await world.take(step);
        await world.settle();
      }),
      soakRuns(2_000),
    );
  },
  120_000,
);
