/**
 * Over real HTTP against an API of EMQX's kind. Whatever happens, EMQX opens no listener while it asks nobody: `unguarded` says so.
 * Time stands still but for `pass`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DoorPorts } from '../../../src/endpoints/emqx/asks-here.ts';
import {
  ListenerOpening,
  type ListenerOpeningOptions,
} from '../../../src/endpoints/emqx/listener-opening.ts';
import { ManagementApi } from '../../../src/endpoints/emqx/management-api.ts';
import { API_KEY, FakeEmqxApi } from '../../support/fake-emqx-api.ts';
import type { FakeEmqxDoors } from '../../support/fake-emqx-doors.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { soakRuns } from '../../support/runs.ts';

const EXHOOK = 9001;
const HTTP = 9002;

class Scene {
  readonly emqx: FakeEmqxApi;
  readonly clock = new ManualClock();
  readonly log: string[] = [];
  readonly opening: ListenerOpening;
  answers = 0;
  readonly keyFile: string;
  readonly api: ManagementApi;
  readonly #directory = mkdtempSync(join(tmpdir(), 'emqx-boot-'));
  #inFlight = 0;

  static async open(ports: DoorPorts, listeners: readonly string[] = ['ssl:default']): Promise<Scene> {
    const scene = new Scene(await FakeEmqxApi.start(), ports, listeners);
    if (ports.exhook !== undefined) scene.doors.exhook(ports.exhook);
    if (ports.http !== undefined) scene.doors.authenticator(ports.http);
    return scene;
  }

  private constructor(emqx: FakeEmqxApi, ports: DoorPorts, listeners: readonly string[]) {
    this.emqx = emqx;
    this.keyFile = join(this.#directory, 'key');
    writeFileSync(this.keyFile, API_KEY, { mode: 0o600 });
    const { clock, keyFile } = this;
    const api = new ManagementApi({ url: emqx.url, keyFile, caFile: undefined, clock, warn: () => {} });
    this.api = api;
    const write = (level: string) => (_: unknown, message: string) => this.log.push(`${level} ${message}`);
    this.opening = new ListenerOpening({
      broker: 'plant',
      listeners,
      ports,
      api: this.#counted(api),
      onAnswer: () => {
        this.answers += 1;
      },
      clock,
      logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    });
  }

  get doors(): FakeEmqxDoors {
    return this.emqx.doors;
  }

  get told(): string {
    return this.opening
      .findings()
      .map(({ code, message, severity }) => `${severity} ${code} ${message}`)
      .join();
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.monotonic() + milliseconds;
    for (;;) {
      await this.#quiet();
      const left = end - this.clock.monotonic();
      if (left <= 0) return;
      this.clock.advance(Math.min(250, left));
    }
  }

  async close(): Promise<void> {
    await this.opening.stop();
    this.api.close();
    await this.emqx.down();
    rmSync(this.#directory, { recursive: true });
  }

  async #quiet(): Promise<void> {
    for (let calm = 0; calm < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      calm = this.#inFlight === this.emqx.held ? calm + 1 : 0;
    }
  }

  #counted(api: ManagementApi): ListenerOpeningOptions['api'] {
    const count = async <T>(asked: Promise<T>): Promise<T> => {
      this.#inFlight += 1;
      try {
        return await asked;
      } finally {
        this.#inFlight -= 1;
      }
    };
    return {
      exhookServers: (signal) => count(api.exhookServers(signal)),
      httpAuthenticators: (signal) => count(api.httpAuthenticators(signal)),
      authenticatorStatus: (id, signal) => count(api.authenticatorStatus(id, signal)),
      listeners: (signal) => count(api.listeners(signal)),
      listener: (id, signal) => count(api.listener(id, signal)),
      startListener: (id, signal) => count(api.startListener(id, signal)),
    };
  }
}

const scenes: Scene[] = [];
const open = async (...given: Parameters<typeof Scene.open>): Promise<Scene> => {
  const scene = await Scene.open(...given);
  scenes.push(scene);
  return scene;
};
/** With `ssl:default`, shut. */
const shut = async (ports: DoorPorts = { exhook: EXHOOK }): Promise<Scene> => {
  const scene = await open(ports);
  scene.doors.listener('ssl:default');
  return scene;
};

afterEach(async () => {
  for (const scene of scenes) expect(scene.doors.unguarded).toEqual([]);
  for (const scene of scenes.splice(0)) await scene.close();
});

describe('a listener that EMQX leaves shut at its start', () => {
  it('is opened once EMQX has loaded the hooks, soon after it says so', async () => {
    const scene = await shut();
    scene.opening.look();
    await scene.pass(5_000);
    expect(scene.doors.isOpen('ssl:default')).toBe(false);
    expect(scene.told).toMatch(
      /^WARNING emqx.listener listener ssl:default: .*has not loaded its ExHook server/,
    );
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
    expect(scene.told).toBe('');
    expect(scene.log.filter((line) => line.startsWith('info'))).toEqual([
      'info opened a listener of EMQX, which asks here',
      'info no longer so',
    ]);
  });

  it('is opened by a daemon that was restarted, since EMQX still has the hooks of before', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('is opened though EMQX has no REST API yet when it loads the hooks', async () => {
    const scene = await shut();
    await scene.emqx.down();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(8_000);
    expect(scene.told).toContain('connection refused');
    await scene.emqx.up();
    await scene.pass(500);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
    expect(scene.answers).toBeGreaterThan(0);
  });

  it('is opened though the REST API knows no paths yet', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.emqx.fault = () => ({ kind: 'status', status: 404, body: '{"code":"NOT_FOUND","message":""}' });
    scene.opening.look();
    await scene.pass(1_000);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
    scene.emqx.fault = undefined;
    await scene.pass(500);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('is opened again after each restart of EMQX, though nobody tells of it', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.opening.look();
    for (let restarts = 0; restarts < 3; restarts += 1) {
      await scene.pass(60_000);
      expect(scene.doors.isOpen('ssl:default')).toBe(true);
      scene.doors.restart();
      await scene.pass(15_000);
      expect(scene.doors.isOpen('ssl:default')).toBe(false);
      scene.doors.load();
      await scene.pass(10_000);
      expect(scene.doors.isOpen('ssl:default')).toBe(true);
    }
  });

  it('is opened once: an open one is left alone', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(120_000);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(1);
  });

  it('is left shut for half a minute when somebody shuts it: who stops EMQX does well to', async () => {
    const scene = await shut();
    const listener = scene.doors.listeners.get('ssl:default');
    scene.doors.load();
    scene.opening.look();
    await scene.pass(30_000);
    alter(scene.doors, { running: false });
    await scene.pass(30_000);
    expect([listener?.running, listener?.starts]).toEqual([false, 1]);
    expect(scene.told).toContain('somebody shut it');
    await scene.pass(15_000);
    expect([listener?.running, listener?.starts]).toEqual([true, 2]);
  });

  it('is opened at once when EMQX was restarted after that', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(30_000);
    alter(scene.doors, { running: false });
    await scene.pass(11_000);
    scene.doors.restart();
    await scene.pass(11_000);
    expect(scene.doors.isOpen('ssl:default')).toBe(false);
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('is opened at once when EMQX says that it asks, though it was open when it was looked at last', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(30_000);
    scene.doors.restart();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('is opened at once when EMQX says so in the middle of a look', async () => {
    const scene = await shut();
    scene.emqx.before = ({ what }) => {
      if (what !== 'listeners') return;
      scene.emqx.before = undefined;
      scene.doors.load();
      scene.opening.look();
    };
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('is looked after beside others, and no other one is touched', async () => {
    const scene = await open({ exhook: EXHOOK }, ['ssl:default', 'wss:panel']);
    for (const id of ['ssl:default', 'wss:panel', 'tcp:default', 'ssl:other']) scene.doors.listener(id);
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    const open_ = [...scene.doors.listeners].filter(([, { running }]) => running).map(([id]) => id);
    expect(open_).toEqual(['ssl:default', 'wss:panel']);
  });

  it('is opened on the nodes of a cluster that do not have it open', async () => {
    const scene = await open({ exhook: EXHOOK });
    const listener = scene.doors.listener('ssl:default', { running: true, runningElsewhere: false });
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    expect(listener.runningElsewhere).toBe(true);
  });
});

describe('it stays shut', () => {
  it.each<[string, (doors: FakeEmqxDoors) => void, RegExp]>([
    [
      'without an ExHook server',
      (doors) => doors.exhooks.splice(0),
      /has no ExHook server whose URL leads to port 9001/,
    ],
    [
      'when the ExHook server is another one',
      (doors) => change(doors, { url: 'https://localhost:9009' }),
      /leads to port 9001/,
    ],
    ['when its URL is none', (doors) => change(doors, { url: '9001' }), /leads to port 9001/],
    ['when the server is disabled', (doors) => change(doors, { enable: false }), /is disabled/],
    ['when the hooks are not registered', (doors) => change(doors, { hooks: [] }), /has not loaded/],
    [
      'when nobody would be asked who connects',
      (doors) => change(doors, { hooks: ['client.authorize'] }),
      /has not loaded/,
    ],
    [
      'when nobody would be asked what devices do',
      (doors) => change(doors, { hooks: ['client.authenticate'] }),
      /has not loaded/,
    ],
    [
      'when a node has not loaded it',
      (doors) => change(doors, { nodes: ['connected', 'connecting'] }),
      /has not loaded/,
    ],
    ['when no node says so', (doors) => change(doors, { nodes: [] }), /has not loaded/],
    [
      'when everybody gets in while EMQX cannot ask',
      (doors) => change(doors, { failedAction: 'ignore' }),
      /`failed_action`/,
    ],
    [
      'when EMQX asks nobody on that listener',
      (doors) => alter(doors, { enableAuthn: false }),
      /`enable_authn = false`/,
    ],
  ])('%s', async (_, spoil, why) => {
    const scene = await shut();
    scene.doors.load();
    spoil(scene.doors);
    scene.opening.look();
    await scene.pass(120_000);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
    expect(scene.told).toMatch(why);
    expect(scene.opening.findings()).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['something else', '{"data":[]}'],
    ['a list of something else', '[{"name":"x"}]'],
  ])('when EMQX says %s', async (_, text) => {
    for (const question of ['exhooks', 'listeners'] as const) {
      const scene = await shut();
      scene.doors.load();
      scene.emqx.fault = ({ what }) => (what === question ? { kind: 'body', text } : undefined);
      scene.opening.look();
      await scene.pass(5_000);
      expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
      expect(scene.told).toContain('does not say whether it is open');
    }
  });

  it('when the answer does not come, and is opened when the next one does', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.emqx.fault = () => ({ kind: 'silent' });
    scene.opening.look();
    await scene.pass(20_000);
    expect(scene.told).toContain('no answer in time');
    scene.emqx.fault = undefined;
    await scene.pass(6_000);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('while the key is refused, and is opened with another one at once', async () => {
    const scene = await shut();
    scene.doors.load();
    scene.emqx.key = `other:${'s'.repeat(32)}`;
    scene.opening.look();
    await scene.pass(90_000);
    expect(scene.told).toContain('401 (BAD_API_KEY_OR_SECRET)');
    writeFileSync(scene.keyFile, scene.emqx.key, { mode: 0o600 });
    scene.api.reload();
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('when EMQX cannot open it, which is tried again without haste', async () => {
    const scene = await shut();
    alter(scene.doors, { failsToStart: true });
    scene.doors.load();
    scene.opening.look();
    await scene.pass(60_000);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBeLessThanOrEqual(13);
    expect(scene.told).toContain('could not open it: http://127.0.0.1');
    alter(scene.doors, { failsToStart: false });
    await scene.pass(5_000);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
    expect(scene.told).toBe('');
  });

  it('when the daemon stops', async () => {
    const scene = await shut();
    scene.opening.look();
    await scene.pass(1_000);
    await scene.opening.stop();
    scene.doors.load();
    scene.opening.look();
    await scene.pass(60_000);
    expect(scene.doors.isOpen('ssl:default')).toBe(false);
  });
});

describe('the operator is told', () => {
  it('that EMQX has no listener of that name, while others are opened', async () => {
    const scene = await open({ exhook: EXHOOK }, ['ssl:defualt', 'ssl:default']);
    scene.doors.listener('ssl:default');
    scene.doors.load();
    scene.opening.look();
    await scene.pass(0);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
    expect(scene.told).toMatch(/listener ssl:defualt: EMQX "plant" has no such listener/);
    expect(scene.opening.findings()).toHaveLength(1);
  });

  it('of a listener that is open although EMQX asks nobody, which is not shut', async () => {
    const scene = await open({ exhook: EXHOOK });
    scene.doors.listener('ssl:default', { enableAtStart: true });
    scene.opening.look();
    await scene.pass(0);
    expect(scene.told).toMatch(/has it open and does not ask here: it has not loaded/);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
    expect(scene.emqx.seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('once of each thing, and since when it is not open', async () => {
    const scene = await shut();
    const since = scene.clock.now();
    scene.opening.look();
    await scene.pass(120_000);
    expect(scene.log).toHaveLength(1);
    expect(scene.opening.findings()[0]?.since).toBe(since);
  });
});

describe('by HTTP', () => {
  const http = { http: HTTP };

  it('it is opened when the authenticator is in the chain and reaches the daemon', async () => {
    const scene = await shut(http);
    scene.opening.look();
    await scene.pass(5_000);
    expect(scene.told).toContain('is not at work yet');
    scene.doors.load();
    await scene.pass(1_500);
    expect(scene.doors.isOpen('ssl:default')).toBe(true);
  });

  it('it is not opened in the instant in which EMQX has the authenticator and does not ask it yet', async () => {
    const scene = await shut(http);
    scene.doors.load();
    scene.opening.look();
    await scene.pass(250);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
    scene.doors.restart();
    await scene.pass(5_000);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
  });

  it.each<[string, (doors: FakeEmqxDoors) => void, RegExp]>([
    ['without an authenticator', (doors) => doors.authenticators.splice(0), /no authenticator by HTTP/],
    [
      'when it asks somebody else',
      (doors) => set(doors, { url: 'https://localhost:1/' }),
      /leads to port 9002/,
    ],
    ['when it is disabled', (doors) => set(doors, { enable: false }), /is disabled/],
    [
      'when EMQX could not make it',
      (doors) => set(doors, { nodes: [], errors: ['not_found'] }),
      /not at work/,
    ],
    ['when a node does not have it', (doors) => set(doors, { errors: ['not_found'] }), /not at work/],
    ['when no node has it', (doors) => set(doors, { nodes: [] }), /not at work/],
    [
      'when it does not reach the daemon',
      (doors) => set(doors, { nodes: ['disconnected'] }),
      /does not reach/,
    ],
    [
      'when the listener asks others',
      (doors) => alter(doors, { authentication: [{ mechanism: 'jwt' }] }),
      /`authentication` of its own/,
    ],
    [
      'when EMQX asks nobody there',
      (doors) => alter(doors, { enableAuthn: false }),
      /`enable_authn = false`/,
    ],
  ])('it stays shut %s', async (_, spoil, why) => {
    const scene = await shut(http);
    scene.doors.load();
    spoil(scene.doors);
    scene.opening.look();
    await scene.pass(30_000);
    expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
    expect(scene.told).toMatch(why);
  });

  it('and ExHook together, both are waited for', async () => {
    for (const missing of ['exhooks', 'authenticators'] as const) {
      const scene = await shut({ exhook: EXHOOK, http: HTTP });
      scene.doors.load();
      scene.doors[missing].splice(0);
      scene.opening.look();
      await scene.pass(5_000);
      expect(scene.doors.listeners.get('ssl:default')?.starts).toBe(0);
    }
  });
});

describe('whatever EMQX goes through', () => {
  const step = fc.oneof(
    fc.constant('load' as const),
    fc.constant('restart' as const),
    fc.constant('down' as const),
    fc.constant('up' as const),
    fc.constant('look' as const),
    fc.constant('fault' as const),
    fc.constant('pass' as const),
  );

  it('nothing is opened while nobody is asked, and all is open a while after the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.boolean(), async (steps, isHttp) => {
        const scene = await Scene.open(isHttp ? { http: HTTP } : { exhook: EXHOOK });
        scene.doors.listener('ssl:default');
        try {
          let isUp = true;
          scene.opening.look();
          for (const each of steps) {
            if (each === 'load') scene.doors.load();
            if (each === 'restart') scene.doors.restart();
            if (each === 'look') scene.opening.look();
            if (each === 'fault') {
              let left = 2;
              scene.emqx.fault = () => (--left < 0 ? undefined : { kind: 'half' });
            }
            if (each === 'down' && isUp) await scene.emqx.down();
            if (each === 'up' && !isUp) await scene.emqx.up();
            if (each === 'down' || each === 'up') isUp = each === 'up';
            if (each === 'pass') await scene.pass(750);
          }
          if (!isUp) await scene.emqx.up();
          scene.doors.load();
          // It may look like somebody who shut it.
          await scene.pass(45_000);
          expect(scene.doors.unguarded).toEqual([]);
          expect(scene.doors.isOpen('ssl:default')).toBe(true);
          expect(scene.told).toBe('');
        } finally {
          await scene.close();
        }
      }),
      soakRuns(1_000),
    );
  });
});

function change(doors: FakeEmqxDoors, to: Partial<FakeEmqxDoors['exhooks'][number]>): void {
  for (const server of doors.exhooks) Object.assign(server, to);
}

function set(doors: FakeEmqxDoors, to: Partial<FakeEmqxDoors['authenticators'][number]>): void {
  for (const authenticator of doors.authenticators) Object.assign(authenticator, to);
}

function alter(
  doors: FakeEmqxDoors,
  to: Partial<FakeEmqxDoors['listeners'] extends Map<string, infer T> ? T : never>,
): void {
  for (const listener of doors.listeners.values()) Object.assign(listener, to);
}
