import { describe, expect, it, vi } from 'vitest';
import { EmqxBroker } from '../../../src/endpoints/emqx/emqx-broker.ts';
import type { EmqxClient, EmqxEnforcer, Enforcement } from '../../../src/endpoints/emqx/emqx-ports.ts';
import { grantsFingerprint } from '../../../src/endpoints/emqx/grants-fingerprint.ts';

import { authenticated, Room } from '../../sessions/room.ts';

/** What EMQX was told to do, in order. */
class Told implements EmqxEnforcer {
  readonly all: string[] = [];
  kickUnderWay: Promise<void> = Promise.resolve();

  kick(clientId: string): void {
    this.all.push(`kick ${clientId}`);
  }
  flush(clientId: string): void {
    this.all.push(`flush ${clientId}`);
  }
  audit(clientId: string): void {
    this.all.push(`audit ${clientId}`);
  }
  reconcile(): void {
    this.all.push('reconcile');
  }
  settled(): Promise<void> {
    return this.kickUnderWay;
  }
  take(): string[] {
    return this.all.splice(0);
  }
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const NEVER = new AbortController().signal;
const ASKED = (): Enforcement => 'asked';
const TOLD = (): Enforcement => 'told';
const POLICY = {
  formatVersion: '2021-03-05',
  definitions: { all: { selectionRule: 'thingName: *', policyName: 'p' } },
  policies: {
    p: {
      s: {
        operations: ['mqtt:connect', 'mqtt:publish', 'mqtt:subscribe'],
        resources: ['mqtt:clientId:*', 'mqtt:topic:up', 'mqtt:topicfilter:down/+'],
      },
    },
  },
};
const NARROWED = structuredClone(POLICY);
NARROWED.policies.p.s.resources = ['mqtt:clientId:*', 'mqtt:topic:up'];

/** Certificates are texts such as "cert A"; anything else is none. */
class Scene {
  readonly told = new Told();
  readonly asked: string[] = [];
  readonly room: Room;
  readonly broker: EmqxBroker;
  refuse: 'rejected' | 'unavailable' | undefined;
  readonly remembered = new Map<string, string>();
  gate: Promise<void> = Promise.resolve();

  static async start(policy: object = POLICY): Promise<Scene> {
    const scene = new Scene();
    await scene.room.apply(policy);
    scene.broker.start(scene.told);
    expect(scene.told.take()).toEqual(['reconcile']);
    return scene;
  }

  private constructor() {
    this.room = new Room({
      authenticator: {
        authenticate: async ({ clientId, certificatePem }) => {
          this.asked.push(`${clientId} ${certificatePem}`);
          await this.gate;
          if (this.refuse === 'unavailable') {
            const nothing = { retryAfterMs: undefined, certificateId: undefined };
            return { kind: 'unavailable', cause: 'the cloud is away', queueFull: false, ...nothing };
          }
          if (this.refuse === 'rejected' || !certificatePem.startsWith('cert ')) {
            const message = 'no';
            return {
              kind: 'rejected',
              reason: 'NOT_ATTACHED',
              category: 'CERTIFICATE',
              message,
              certificateId: undefined,
            };
          }
          return authenticated(clientId, { certificateId: `id ${certificatePem}` });
        },
        recheck: async () => 'confirmed',
      },
    });
    this.broker = new EmqxBroker({
      name: 'emqx',
      clock: this.room.clock,
      logger: SILENT,
      sessions: this.room.service,
      certificateId: (text) => (text.startsWith('cert ') ? `id ${text}` : undefined),
      knownCertificate: async (id) => this.remembered.get(id),
    });
  }

  async connect(client: EmqxClient, enforcement = ASKED): Promise<boolean> {
    return (await this.broker.authenticate(client, enforcement, NEVER)).kind === 'allowed';
  }

  mayPublish(client: EmqxClient): Promise<boolean> {
    return this.broker.authorize(client, 'publish', 'up', 'asked', NEVER);
  }

  revoke(certificate: string): void {
    const certificateId = `id ${certificate}`;
    this.room.service.registryChanged({ kind: 'certificate-status', certificateId, status: 'REVOKED' });
  }

  get sessions(): number {
    return this.room.service.stats().active;
  }
}

function device(clientId: string, connection = '1', certificate = `cert of ${clientId}`): EmqxClient {
  return { clientId, certificate, connection: connection && `node 10.0.0.1:${connection}` };
}

describe('a client of EMQX', () => {
  it('is let in with its certificate, and may do what its grants say', async () => {
    const scene = await Scene.start();
    expect(await scene.connect(device('a'))).toBe(true);
    const may = (action: 'publish' | 'subscribe', topic: string) =>
      scene.broker.authorize(device('a'), action, topic, 'asked', NEVER);
    expect(await may('publish', 'up')).toBe(true);
    expect(await may('publish', 'down/x')).toBe(false);
    expect(await may('subscribe', 'down/+')).toBe(true);
    expect(await may('subscribe', '$share/g/down/+')).toBe(true);
    expect(await may('subscribe', '$queue/down/+')).toBe(true);
    expect(await may('subscribe', '$exclusive/down/+')).toBe(true);
    expect(await may('subscribe', '$share/g/$queue/down/+')).toBe(false);
    expect(await may('subscribe', '$queue/$share/g/down/+')).toBe(false);
    expect(await may('subscribe', '$share/g/')).toBe(false);
    expect(await may('subscribe', 'up')).toBe(false);
    expect(scene.asked).toHaveLength(1);
  });

  it.each(['rejected', 'unavailable'] as const)('is refused when the verdict is: %s', async (refuse) => {
    const scene = await Scene.start();
    scene.refuse = refuse;
    const verdict = await scene.broker.authenticate(device('a'), ASKED, NEVER);
    expect(verdict).toEqual({ kind: 'refused', unavailable: refuse === 'unavailable' });
    expect(await scene.mayPublish(device('a'))).toBe(false);
    expect(scene.sessions).toBe(0);
  });

  it('is refused, and has no session, when its grants do not let it connect', async () => {
    const scene = await Scene.start({ formatVersion: '2021-03-05' });
    expect(await scene.connect(device('a'))).toBe(false);
    expect(scene.sessions).toBe(0);
  });

  it('is asked about once when EMQX asks twice, at the same time or one after the other', async () => {
    const scene = await Scene.start();
    expect(await Promise.all([scene.connect(device('a')), scene.connect(device('a'))])).toEqual([true, true]);
    expect(await scene.connect(device('a'))).toBe(true);
    expect(scene.asked).toHaveLength(1);
    expect(scene.sessions).toBe(1);
  });

  it('of an EMQX that does not tell connections apart, too', async () => {
    const scene = await Scene.start();
    await Promise.all([scene.connect(device('a', '')), scene.connect(device('a', ''))]);
    await scene.connect(device('a', ''));
    expect(scene.asked).toHaveLength(1);
    scene.room.clock.advance(1_000);
    await scene.connect(device('a', ''));
    expect(scene.asked).toHaveLength(2);
    expect(scene.sessions).toBe(1);
  });

  it('is verified anew at each connection', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a', '1'));
    scene.refuse = 'rejected';
    expect(await scene.connect(device('a', '2'))).toBe(false);
  });

  it('has no session when EMQX has given up before the verdict', async () => {
    const scene = await Scene.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.gate = promise;
    const gaveUp = new AbortController();
    const asked = scene.broker.authenticate(device('a'), ASKED, gaveUp.signal);
    const acted = scene.broker.authorize(device('b'), 'publish', 'up', 'asked', gaveUp.signal);
    gaveUp.abort();
    expect(await asked).toEqual({ kind: 'refused', unavailable: true });
    expect(await acted).toBe(false);
    resolve();
    // Behind those two, by the same gate.
    expect(await scene.connect(device('c'))).toBe(true);
    expect(scene.sessions).toBe(1);
    expect(scene.asked).toHaveLength(3);
  });

  it('keeps its session when EMQX has given up on another connection of it', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a', '1'));
    const gaveUp = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.gate = promise;
    const asked = scene.broker.authenticate(device('a', '2'), ASKED, gaveUp.signal);
    gaveUp.abort();
    await asked;
    resolve();
    expect(await scene.connect(device('c'))).toBe(true);
    expect(scene.sessions).toBe(2);
    scene.broker.disconnected(device('a', '1'));
    expect(scene.sessions).toBe(1);
  });

  it('has a session when one of two that asked has given up', async () => {
    const scene = await Scene.start();
    const gaveUp = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.gate = promise;
    const asked = scene.broker.authenticate(device('a'), ASKED, gaveUp.signal);
    const other = scene.connect(device('a'));
    gaveUp.abort();
    await asked;
    resolve();
    expect(await other).toBe(true);
    expect(scene.sessions).toBe(1);
  });

  it('has no session when EMQX has given up while a request to disconnect it was under way', async () => {
    const scene = await Scene.start();
    const gaveUp = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.told.kickUnderWay = promise;
    const asked = scene.broker.authenticate(device('a'), ASKED, gaveUp.signal);
    await vi.waitFor(() => expect(scene.sessions).toBe(1));
    gaveUp.abort();
    resolve();
    expect(await asked).toEqual({ kind: 'refused', unavailable: true });
    expect(scene.sessions).toBe(0);
  });

  it('loses its session when it disconnects, once or twice', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a'));
    scene.broker.disconnected(device('a'));
    expect(scene.sessions).toBe(0);
    scene.broker.disconnected(device('a'));
    scene.broker.disconnected(device('stranger'));
    scene.broker.disconnected({ clientId: 'a', certificate: 'none', connection: '' });
    expect(scene.told.take()).toEqual([]);
  });

  it.each([
    ['1', '2'],
    ['', ''],
  ])(
    'keeps its session when its old connection goes after it came back (connections "%s", "%s")',
    async (old, young) => {
      const scene = await Scene.start();
      await scene.connect(device('a', old));
      scene.room.clock.advance(1_000);
      await scene.connect(device('a', young));
      scene.broker.disconnected(device('a', old));
      expect(scene.sessions).toBe(1);
      expect(await scene.mayPublish(device('a', young))).toBe(true);
      expect(scene.asked).toHaveLength(2);
      scene.broker.disconnected(device('a', young));
      expect(scene.sessions).toBe(0);
    },
  );

  it('that EMQX kept while the daemon was away is authenticated at its next action', async () => {
    const scene = await Scene.start();
    const decided = [scene.mayPublish(device('a')), scene.mayPublish(device('a'))];
    expect(await Promise.all(decided)).toEqual([true, true]);
    expect(await scene.mayPublish(device('a'))).toBe(true);
    expect(scene.asked).toHaveLength(1);
    scene.broker.disconnected(device('a'));
    expect(scene.sessions).toBe(0);
  });

  it('is refused when its verdict does not come while EMQX waits; the next attempt finds it', async () => {
    const scene = await Scene.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.gate = promise;
    const waits = new AbortController();
    const first = scene.broker.authenticate(device('a'), ASKED, waits.signal);
    waits.abort();
    expect(await first).toEqual({ kind: 'refused', unavailable: true });
    const second = scene.connect(device('a'));
    resolve();
    expect(await second).toBe(true);
    expect(scene.asked).toHaveLength(1);
  });
});

describe('what takes a session away', () => {
  it('kicks the client, and lets in nothing that it still does', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a'));
    await scene.connect(device('b'));
    scene.room.service.revoke({ thingName: 'a' });
    expect(scene.told.take()).toEqual(['kick a']);
    expect(scene.broker.isLive('a', undefined)).toBe(false);
    expect(await scene.mayPublish(device('a'))).toBe(false);
    expect(await scene.mayPublish(device('b'))).toBe(true);
    expect(scene.asked).toHaveLength(2);
  });

  it('does not keep it out when it connects again', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a', '1'));
    scene.room.service.revoke({ thingName: 'a' });
    expect(await scene.connect(device('a', '2'))).toBe(true);
    expect(scene.broker.isLive('a', 'id cert of a')).toBe(true);
    expect(await scene.mayPublish(device('a', '2'))).toBe(true);
  });

  it('does not keep it out when EMQX says that it has gone', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a', '1'));
    scene.room.service.revoke({ thingName: 'a' });
    expect(await scene.mayPublish(device('a', '1'))).toBe(false);
    scene.broker.disconnected(device('a', '1'));
    expect(await scene.mayPublish(device('a', '1'))).toBe(true);
  });

  it('is not undone by another who has the same client id', async () => {
    const scene = await Scene.start();
    const [old, young] = [device('a', '1', 'cert old'), device('a', '2', 'cert new')];
    await scene.connect(old);
    await scene.connect(young);
    scene.revoke('cert old');
    expect(scene.broker.isLive('a', 'id cert old')).toBe(false);
    expect(scene.broker.isLive('a', 'id cert new')).toBe(true);
    expect(await scene.mayPublish(young)).toBe(true);
    expect(await scene.mayPublish(old)).toBe(false);
  });

  it('holds a client back that returns while a request to kick it is under way', async () => {
    const scene = await Scene.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.told.kickUnderWay = promise;
    let connected: boolean | undefined;
    const attempt = scene.connect(device('a')).then((answer) => {
      connected = answer;
    });
    await new Promise(setImmediate);
    expect(connected).toBeUndefined();
    resolve();
    await attempt;
    expect(connected).toBe(true);
  });
});

describe('a changed policy', () => {
  it('flushes the clients it concerns, whose next action is decided by it', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a'));
    expect(scene.broker.maySubscribe('a', '$share/g/down/+')).toBe(true);
    await scene.room.apply(NARROWED);
    expect(scene.told.take()).toEqual(['flush a']);
    expect(scene.broker.maySubscribe('a', '$share/g/down/+')).toBe(false);
    expect(scene.broker.maySubscribe('nobody', 'x')).toBeUndefined();
  });

  it('kicks those that EMQX decides about by what it was told', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a'), TOLD);
    await scene.room.apply(NARROWED);
    expect(scene.told.take()).toEqual(['kick a']);
    expect(scene.broker.isLive('a', undefined)).toBe(false);
    expect(await scene.mayPublish(device('a'))).toBe(false);
  });
});

describe('a connected client that the daemon does not know', () => {
  it('is let in again by its certificate, or has to go', async () => {
    const scene = await Scene.start();
    const readmit = (text: string) => scene.broker.readmit('a', { text }, NEVER);
    expect(await readmit('no certificate')).toBe('unknown');
    expect(await readmit('cert of a')).toBe('live');
    expect(scene.broker.isLive('a', 'id cert of a')).toBe(true);
    scene.refuse = 'unavailable';
    expect(await readmit('cert other')).toBe('unknown');
    scene.refuse = 'rejected';
    expect(await readmit('cert other')).toBe('gone');
  });

  it('by what it was told, only if that is still true and its certificate is known', async () => {
    const scene = await Scene.start();
    await scene.connect(device('x'), TOLD);
    const verdict = await scene.broker.authenticate(device('x', '2'), TOLD, NEVER);
    if (verdict.kind !== 'allowed') throw new Error('refused');
    const grants = grantsFingerprint(verdict.session.grants);
    const readmit = (clientId: string, told: string) =>
      scene.broker.readmit(clientId, { attributes: { certificateId: 'id', grants: told } }, NEVER);
    expect(await readmit('x', grants)).toBe('gone');
    scene.remembered.set('id', 'cert of x');
    expect(await readmit('x', grants)).toBe('live');
    expect(await readmit('x', 'what was true last week')).toBe('gone');
    expect(scene.broker.isLive('x', undefined)).toBe(false);
    expect(await readmit('x', '')).toBe('live');
    await scene.room.apply(NARROWED);
    expect(scene.told.take().at(-1)).toBe('flush x');
  });

  it('stays sent away', async () => {
    const scene = await Scene.start();
    await scene.connect(device('a'));
    scene.room.service.revoke({ thingName: 'a' });
    expect(await scene.broker.readmit('a', { text: 'cert of a' }, NEVER)).toBe('gone');
  });
});

describe('the clients that EMQX has', () => {
  it('are the ones that keep a session, and whoever is missed once, or came after the list was begun', async () => {
    const scene = await Scene.start();
    await scene.connect(device('gone'));
    await scene.connect(device('stays'));
    scene.room.clock.advance(10);
    const begun = scene.room.clock.monotonic();
    await scene.connect(device('young'));
    scene.broker.connectedAre(new Set(['stays']), begun);
    expect(scene.broker.isLive('gone', undefined)).toBe(true);
    scene.broker.connectedAre(new Set(['stays']), begun);
    expect(['gone', 'stays', 'young'].map((id) => scene.broker.isLive(id, undefined))).toEqual([
      false,
      true,
      true,
    ]);
    expect(scene.told.take()).toEqual([]);
  });
});
