import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceManager } from '../../src/daemon/service-manager.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';

interface OnItsWay {
  readonly assignments: readonly string[];
  arrived(): void;
  lost(error: Error): void;
}

/** A service manager whose messages arrive when the test says so, or at once. */
class Scene {
  readonly clock = new ManualClock();
  readonly told: (readonly string[])[] = [];
  readonly logged: string[] = [];
  readonly onTheirWay: OnItsWay[] = [];
  readonly manager: ServiceManager;
  isSlow = false;
  fails: Error | undefined;
  sessions = 0;
  trouble: () => Promise<string | undefined> = async () => undefined;
  mostAtOnce = 0;

  constructor(watchdogMs: number | 'none' = 60_000) {
    const log = (_fields: unknown, message: string): number => this.logged.push(message);
    this.manager = new ServiceManager({
      notify: (assignments) => this.#notify(assignments),
      watchdogMs: watchdogMs === 'none' ? undefined : watchdogMs,
      clock: this.clock,
      logger: { info: log, warn: log, error: log },
    });
  }

  ready(): void {
    this.manager.ready({ status: () => `${this.sessions} sessions`, trouble: () => this.trouble() });
  }

  async advance(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    await settled();
  }

  take(): (readonly string[])[] {
    return this.told.splice(0);
  }

  #notify(assignments: readonly string[]): Promise<void> {
    this.told.push(assignments);
    if (this.fails !== undefined) return Promise.reject(this.fails);
    if (!this.isSlow) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const remove = (): void => {
        this.onTheirWay.splice(this.onTheirWay.indexOf(message), 1);
      };
      const message: OnItsWay = {
        assignments,
        arrived: () => {
          remove();
          resolve();
        },
        lost: (error) => {
          remove();
          reject(error);
        },
      };
      this.onTheirWay.push(message);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.onTheirWay.length);
    });
  }
}

/** Whatever needs no time has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function serving(): Promise<Scene> {
  const scene = new Scene();
  scene.ready();
  await settled();
  scene.take();
  return scene;
}

describe('the service manager', () => {
  it('is told once that the daemon is ready, and how it is', async () => {
    const scene = new Scene();
    scene.sessions = 3;
    scene.ready();
    scene.ready();
    await settled();
    expect(scene.told).toEqual([['READY=1', 'STATUS=3 sessions']]);
  });

  it('is told of a reload before it begins and when it is done', async () => {
    const scene = await serving();
    scene.manager.reloading();
    expect(scene.take()).toEqual([['RELOADING=1']]);
    await settled();
    scene.manager.reloaded();
    await settled();
    expect(scene.take()).toEqual([['READY=1']]);
  });

  it('hears nothing of a reload while the daemon starts, lest it be taken for ready', async () => {
    const scene = new Scene();
    scene.manager.reloading();
    scene.manager.reloaded();
    await settled();
    expect(scene.told).toEqual([]);
  });

  it('is told that the daemon stops, and nothing after that', async () => {
    const scene = await serving();
    scene.manager.stopping();
    scene.manager.reloading();
    scene.manager.reloaded();
    await scene.advance(120_000);
    expect(scene.told).toEqual([['STOPPING=1', 'STATUS=stopping']]);
  });

  it('is not told that a daemon stops that never was ready', async () => {
    const scene = new Scene();
    scene.manager.stopping();
    await settled();
    expect(scene.told).toEqual([]);
  });

  it('has heard the end when the daemon ends', async () => {
    const scene = await serving();
    scene.isSlow = true;
    scene.manager.stopping();
    let isClosed = false;
    const closed = scene.manager.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(isClosed).toBe(false);
    scene.onTheirWay[0]!.arrived();
    await closed;
  });

  it('gets a line about the daemon when it is another one, once a minute where there is no watchdog', async () => {
    const scene = new Scene('none');
    scene.ready();
    await settled();
    scene.take();
    await scene.advance(60_000);
    expect(scene.take()).toEqual([]);
    scene.sessions = 7;
    await scene.advance(59_999);
    expect(scene.take()).toEqual([]);
    await scene.advance(1);
    expect(scene.take()).toEqual([['STATUS=7 sessions']]);
  });

  it('gets no assignment that came in with a line', async () => {
    const scene = await serving();
    scene.trouble = async () => 'disk\nREADY=1\r\u0000x';
    await scene.advance(20_000);
    expect(scene.take()).toEqual([['STATUS=not well: disk READY=1 x']]);
  });
});

describe('the watchdog', () => {
  it('is pinged at a third of its time, with the line if that changed', async () => {
    const scene = await serving();
    await scene.advance(19_999);
    expect(scene.take()).toEqual([]);
    await scene.advance(1);
    expect(scene.take()).toEqual([['WATCHDOG=1']]);
    scene.sessions = 1;
    await scene.advance(20_000);
    expect(scene.take()).toEqual([['WATCHDOG=1', 'STATUS=1 sessions']]);
  });

  it.each([
    [
      'finds trouble',
      async () => 'the listener "a" takes no connections',
      'the listener "a" takes no connections',
    ],
    ['cannot look', () => Promise.reject(new Error('the registry is closed')), 'the registry is closed'],
  ])('is not pinged while the daemon %s, and the log says so once', async (_, trouble, message) => {
    const scene = await serving();
    scene.trouble = trouble;
    await scene.advance(20_000);
    await scene.advance(20_000);
    expect(scene.take()).toEqual([[`STATUS=not well: ${message}`]]);
    expect(scene.logged).toEqual(['the watchdog is not pinged, so the daemon may be started anew']);
    scene.trouble = async () => undefined;
    await scene.advance(20_000);
    expect(scene.take()).toEqual([['WATCHDOG=1', 'STATUS=0 sessions']]);
    expect(scene.logged).toHaveLength(2);
  });

  it('is not pinged while a look gets no answer', async () => {
    const scene = await serving();
    let answer: (trouble: undefined) => void = () => {};
    let looks = 0;
    scene.trouble = () => {
      looks += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    for (let tick = 0; tick < 3; tick += 1) await scene.advance(20_000);
    expect(scene.take()).toEqual([['STATUS=not well: it does not answer itself']]);
    expect(looks).toBe(1);
    answer(undefined);
    await settled();
    expect(scene.take()).toEqual([['WATCHDOG=1', 'STATUS=0 sessions']]);
  });
});

describe('messages', () => {
  it('never pile up behind a service manager that does not answer', async () => {
    const scene = await serving();
    scene.isSlow = true;
    for (let tick = 0; tick < 50; tick += 1) await scene.advance(20_000);
    expect(scene.told).toEqual([['WATCHDOG=1']]);
    scene.onTheirWay[0]!.arrived();
    await settled();
    expect(scene.told).toEqual([['WATCHDOG=1'], ['WATCHDOG=1']]);
  });

  it('that did not arrive are warned of once, and a state is told again with the next one', async () => {
    const scene = new Scene();
    scene.fails = new Error('exit code 1');
    scene.ready();
    await settled();
    await scene.advance(20_000);
    expect(scene.logged).toEqual(['the service manager could not be told']);
    scene.take();
    scene.fails = undefined;
    await scene.advance(20_000);
    await scene.advance(20_000);
    expect(scene.take()).toEqual([['READY=1', 'WATCHDOG=1', 'STATUS=0 sessions'], ['WATCHDOG=1']]);
  });

  it('are given up, with one warning, where there is no systemd-notify', async () => {
    const scene = new Scene();
    scene.fails = Object.assign(new Error('spawn systemd-notify ENOENT'), { code: 'ENOENT' });
    scene.ready();
    await settled();
    scene.take();
    scene.manager.reloading();
    scene.manager.reloaded();
    await scene.advance(20_000);
    await scene.advance(20_000);
    scene.manager.stopping();
    await scene.manager.close();
    expect(scene.told).toEqual([]);
    expect(scene.logged).toEqual([
      'the service manager could not be told; install the package systemd, or take Type=exec and no WatchdogSec',
    ]);
  });

  it('go one at a time, and the last state that was meant is the last that is told', async () => {
    const step = fc.constantFrom('reloading', 'reloaded', 'arrived', 'lost', 'tick');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, isStopped) => {
        const scene = new Scene();
        scene.isSlow = true;
        scene.ready();
        let meant = 'READY=1';
        for (const each of steps) {
          if (each === 'reloading') {
            scene.manager.reloading();
            meant = 'RELOADING=1';
          } else if (each === 'reloaded') {
            scene.manager.reloaded();
            meant = 'READY=1';
          } else if (each === 'tick') scene.clock.advance(20_000);
          else if (each === 'arrived') scene.onTheirWay[0]?.arrived();
          else scene.onTheirWay[0]?.lost(new Error('exit code 1'));
          for (let turn = 0; turn < 6; turn += 1) await undefined;
        }
        if (isStopped) {
          scene.manager.stopping();
          meant = 'STOPPING=1';
        } else scene.clock.advance(20_000);
        for (let turn = 0; turn < 20; turn += 1) {
          scene.onTheirWay[0]?.arrived();
          await undefined;
        }
        const states = scene.told
          .flat()
          .filter((assignment) => /^(READY|RELOADING|STOPPING)=1$/.test(assignment));
        expect(states.at(-1)).toBe(meant);
        expect(scene.mostAtOnce).toBe(1);
      }),
      runs(),
    );
  });
});
