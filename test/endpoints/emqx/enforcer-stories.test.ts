/**
 * Random stories of connections, takeovers, revocations and outages. What can be promised, and is:
 * - Nobody with a live session is disconnected by a kick, if what lets clients in keeps the order: the session is opened, then
 *   `settled` is awaited, then EMQX has the answer.
 * - Once the API works again, nobody stays connected whose certificate is revoked, whatever was lost meanwhile.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestCertificate } from '../../support/certificates.ts';
import { devices, EnforcerScene, usernameOf } from '../../support/emqx-enforcer-scene.ts';
import type { FakeClient, Fault } from '../../support/fake-emqx-api.ts';
import { soakRuns } from '../../support/runs.ts';

const CLIENTS = ['a', 'b/..'];

type Act =
  | {
      readonly kind: 'connect';
      readonly client: string;
      readonly device: number;
      readonly answerMs: number | 'at-disconnect';
    }
  | { readonly kind: 'stale'; readonly client: string; readonly device: number }
  | { readonly kind: 'revoke'; readonly device: number }
  | { readonly kind: 'kick'; readonly client: string }
  | { readonly kind: 'leave'; readonly client: string }
  | {
      readonly kind: 'fault';
      readonly fault: Fault | 'down' | undefined;
      readonly only: 'disconnect' | 'all';
    }
  | { readonly kind: 'pass'; readonly milliseconds: number };
/** Something that happens in the very moment in which EMQX carries out the so-manieth request. */
interface Ambush {
  readonly at: number;
  readonly act: Act;
}

const client = fc.constantFrom(...CLIENTS);
const device = fc.nat({ max: devices.length - 1 });
const connect: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('connect'),
  client,
  device,
  answerMs: fc.constantFrom<(number | 'at-disconnect')[]>(0, 0, 20, 4_000, 'at-disconnect'),
});
const revoke: fc.Arbitrary<Act> = fc.record({ kind: fc.constant('revoke'), device });
const fault: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('fault'),
  fault: fc.constantFrom<(Fault | 'down' | undefined)[]>(
    undefined,
    undefined,
    'down',
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500 },
    { kind: 'reset' },
    { kind: 'done-unheard' },
    { kind: 'lie' },
  ),
  only: fc.constantFrom('disconnect', 'all'),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: connect },
  { weight: 2, arbitrary: revoke },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stale'), client, device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kick'), client }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), client }) },
  { weight: 2, arbitrary: fault },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      milliseconds: fc.constantFrom(1, 100, 1_000, 6_000, 15_000),
    }),
  },
);
const story = fc.record({
  acts: fc.array(act, { minLength: 3, maxLength: 16 }),
  ambushes: fc.array(fc.record({ at: fc.nat({ max: 20 }), act: fc.oneof(connect, revoke) }), {
    maxLength: 4,
  }),
});

class Story {
  readonly scene: EnforcerScene;
  readonly wronged: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  /** Connections that arrive in the worst moment, if there is one: as somebody is about to be disconnected. */
  readonly #lurking = new Set<() => void>();
  /** Of each connection, how its session is called. */
  readonly #names = new WeakMap<FakeClient, string>();
  #connections = 0;
  #isDown = false;

  constructor(scene: EnforcerScene) {
    this.scene = scene;
    scene.emqx.onDisconnect = (hit) => {
      const names = this.#sessionsOf(hit);
      if (names.some((name) => scene.hasSession(hit.clientId, name))) this.wronged.push(names.join(' '));
      for (const name of names) scene.endSession(hit.clientId, name);
    };
  }

  async play(acts: readonly Act[], ambushes: readonly Ambush[]): Promise<void> {
    const { emqx } = this.scene;
    let count = 0;
    emqx.before = async ({ what }) => {
      if (what === 'disconnect') for (const arrive of [...this.#lurking]) arrive();
      const now = ambushes.filter(({ at }) => at === count);
      count += 1;
      for (const { act: each } of now) void this.#act(each);
      // As long as a client needs that has nothing to wait for.
      if (now.length > 0) await new Promise((resolve) => setImmediate(resolve));
    };
    for (const each of acts) await this.#act(each);
    await this.#act({ kind: 'fault', fault: undefined, only: 'all' });
    // The longest there may be to wait: a walk through all clients.
    await this.scene.pass(800_000, 1_000);
    await Promise.all(this.#pending);
    await this.scene.pass(20_000, 1_000);
  }

  /** Connected with a certificate that is revoked. */
  intruders(): string[] {
    const { emqx, revoked } = this.scene;
    const bad = devices.filter(({ id }) => revoked.has(id)).map(usernameOf);
    return [...emqx.clients.values()]
      .filter(({ username }) => bad.includes(username ?? ''))
      .map(({ clientId }) => clientId);
  }

  async #act(each: Act): Promise<void> {
    const { scene } = this;
    switch (each.kind) {
      case 'connect': {
        const connecting = this.#connect(each.client, devices[each.device]!, each.answerMs);
        this.#pending.add(connecting);
        return;
      }
      case 'stale':
        if (!scene.revoked.has(devices[each.device]!.id))
          scene.openSession(each.client, devices[each.device]!);
        return;
      case 'revoke':
        scene.revoke(devices[each.device]!);
        return;
      case 'kick':
        scene.enforcer.kick(each.client);
        return;
      case 'leave':
        this.#gone(each.client);
        return;
      case 'fault':
        await this.#fault(each);
        return;
      case 'pass':
        await scene.pass(each.milliseconds);
    }
  }

  /** As a door does it. EMQX has the answer later than it was given, and lets in whoever is revoked meanwhile. */
  async #connect(clientId: string, who: TestCertificate, answerMs: number | 'at-disconnect'): Promise<void> {
    const { emqx, enforcer, revoked } = this.scene;
    if (revoked.has(who.id)) return;
    this.#connections += 1;
    const name = `connection ${this.#connections}`;
    this.scene.openSession(clientId, who, name);
    await enforcer.settled(clientId);
    if (!this.scene.hasSession(clientId, name)) return;
    if (answerMs !== 0) await this.#arrival(answerMs);
    this.#gone(clientId);
    this.#names.set(emqx.connect(clientId, { username: usernameOf(who) }), name);
  }

  /** What its sessions may be called: as it was opened, or as it was readmitted. */
  #sessionsOf(client: FakeClient): string[] {
    const who = devices.find((each) => usernameOf(each) === client.username);
    return [this.#names.get(client) ?? '', who?.id ?? ''];
  }

  async #arrival(answerMs: number | 'at-disconnect'): Promise<void> {
    await new Promise<void>((resolve) => {
      this.scene.clock.after(answerMs === 'at-disconnect' ? 4_000 : answerMs, resolve);
      if (answerMs === 'at-disconnect') this.#lurking.add(resolve);
    });
  }

  #gone(clientId: string): void {
    const { emqx } = this.scene;
    const before = emqx.clients.get(clientId);
    emqx.clients.delete(clientId);
    for (const name of before === undefined ? [] : this.#sessionsOf(before)) {
      this.scene.endSession(clientId, name);
    }
  }

  async #fault({ fault: given, only }: Act & { readonly kind: 'fault' }): Promise<void> {
    const { emqx } = this.scene;
    if (this.#isDown) await emqx.up();
    this.#isDown = given === 'down';
    if (given === 'down') await emqx.down();
    emqx.fault =
      given === 'down' || given === undefined
        ? undefined
        : ({ what }) => {
            // Such a lie there is only about who is to be disconnected.
            const isMeant = given.kind === 'lie' || only === 'disconnect' ? what === 'disconnect' : true;
            return isMeant ? given : undefined;
          };
  }
}

describe('EMQX, told of what is decided here', () => {
  it('disconnects everybody who must go, and nobody else', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ acts, ambushes }) => {
        const scene = await EnforcerScene.open({ retrySeconds: 60 });
        try {
          scene.enforcer.start();
          const told = new Story(scene);
          await told.play(acts, ambushes);
          expect(told.wronged).toEqual([]);
          expect(told.intruders()).toEqual([]);
          expect(scene.findings()).toEqual([]);
        } finally {
          await scene.close();
        }
      }),
      soakRuns(1_000),
    );
  }, 600_000);
});
