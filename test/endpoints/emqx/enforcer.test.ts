import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { CERTIFICATE_ATTRIBUTE } from '../../../src/endpoints/emqx/emqx-ports.ts';
import { devices, EnforcerScene, type SceneOptions } from '../../support/emqx-enforcer-scene.ts';
import { API_KEY, type Fault } from '../../support/fake-emqx-api.ts';

const [one, two] = devices as [(typeof devices)[0], (typeof devices)[0]];
const scenes: EnforcerScene[] = [];

async function open(options: SceneOptions = {}): Promise<EnforcerScene> {
  const scene = await EnforcerScene.open(options);
  scenes.push(scene);
  return scene;
}

afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close();
});

describe('a kick', () => {
  it('disconnects a client whose session has ended, at once', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.revoke(one);
    await scene.quiet();
    expect(scene.emqx.clients.has('a')).toBe(false);
  });

  it('is over where nobody is connected: no request to disconnect, and one more look', async () => {
    const scene = await open();
    scene.enforcer.kick('a');
    await scene.pass(60_000);
    expect(scene.emqx.seen.map(({ what, status }) => [what, status])).toEqual([
      ['client', 404],
      ['client', 404],
    ]);
    expect(scene.enforcer.state().jobs).toBe(0);
  });

  it('is not sent again once EMQX says that there is no such client', async () => {
    const scene = await open();
    scene.connect('a', one, { session: false });
    scene.emqx.before = ({ what }) => {
      if (what === 'disconnect') scene.emqx.clients.delete('a');
    };
    scene.enforcer.kick('a');
    await scene.pass(60_000);
    expect(scene.emqx.count('disconnect')).toBe(1);
    expect(scene.enforcer.state().jobs).toBe(0);
  });

  it('leaves a client with a live session alone', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.enforcer.kick('a');
    await scene.pass(60_000);
    expect(scene.emqx.count('disconnect')).toBe(0);
    expect(scene.enforcer.state().jobs).toBe(0);
  });

  it('leaves a session of somebody who is not connected alone', async () => {
    const scene = await open();
    scene.connect('a', one, { session: false, connected: false });
    scene.enforcer.kick('a');
    await scene.pass(60_000);
    expect(scene.emqx.count('disconnect')).toBe(0);
  });

  it('knows a certificate by what the daemon told EMQX at authentication, before the name the device gave', async () => {
    const scene = await open();
    scene.openSession('a', two);
    scene.emqx.connect('a', {
      username: two.der.toString('base64'),
      attributes: { [CERTIFICATE_ATTRIBUTE]: one.id },
    });
    scene.enforcer.kick('a');
    await scene.pass(15_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
    scene.emqx.connect('b', { attributes: { [CERTIFICATE_ATTRIBUTE]: one.id } });
    scene.openSession('b', one);
    scene.enforcer.kick('b');
    await scene.pass(15_000);
    expect(scene.emqx.clients.has('b')).toBe(true);
  });

  it('of somebody whose certificate cannot be told goes by whether the client id has a session', async () => {
    const scene = await open();
    scene.emqx.connect('a', { username: 'nobody' });
    scene.emqx.connect('b', { attributes: { [CERTIFICATE_ATTRIBUTE]: 'rubbish' } });
    scene.openSession('b', one);
    scene.enforcer.kick('a');
    scene.enforcer.kick('b');
    await scene.pass(15_000);
    expect([...scene.emqx.clients.keys()]).toEqual(['b']);
  });

  it('is made again where EMQX says it is done and it is not', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.fault = ({ what }) => (what === 'disconnect' ? { kind: 'lie' } : undefined);
    scene.revoke(one);
    await scene.pass(12_000);
    expect(scene.emqx.clients.has('a')).toBe(true);
    scene.emqx.fault = undefined;
    await scene.pass(6_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
  });

  it('reaches a client that only comes after it, because its authentication was under way', async () => {
    const scene = await open();
    scene.openSession('a', one);
    scene.revoke(one);
    await scene.pass(2_000);
    scene.connect('a', one, { session: false });
    await scene.pass(4_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
  });

  it.each<[string, (what: string) => Fault | undefined]>([
    ['503', () => ({ kind: 'status', status: 503 })],
    ['500', () => ({ kind: 'status', status: 500 })],
    ['closed connections', () => ({ kind: 'reset' })],
    ['half answers', () => ({ kind: 'half' })],
    ['silence', () => ({ kind: 'silent' })],
    ['answers of something else', () => ({ kind: 'body', text: '<html>' })],
    [
      'a request to disconnect that is lost',
      (what) => (what === 'disconnect' ? { kind: 'reset' } : undefined),
    ],
    ['an answer that is lost', (what) => (what === 'disconnect' ? { kind: 'done-unheard' } : undefined)],
  ])('outlasts %s', async (_, fault) => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.fault = ({ what }) => fault(what);
    scene.revoke(one);
    await scene.pass(120_000, 250);
    const during = scene.emqx.seen.length;
    expect(during).toBeGreaterThan(1);
    expect(during).toBeLessThan(80);
    scene.emqx.fault = undefined;
    await scene.pass(31_000, 250);
    expect(scene.emqx.clients.has('a')).toBe(false);
    await scene.pass(31_000, 250);
    expect(scene.findings()).toEqual([]);
    expect(scene.enforcer.state().jobs).toBe(0);
  });

  it('outlasts a restart of EMQX', async () => {
    const scene = await open();
    scene.connect('a', one);
    await scene.emqx.down();
    scene.revoke(one);
    await scene.pass(10_000);
    expect(scene.findings()).toEqual(['WARNING emqx.api']);
    await scene.emqx.up();
    await scene.pass(31_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
    expect(scene.findings()).toEqual([]);
  });

  it('goes before flushes, and interrupts the one of its client', async () => {
    const scene = await open({ requestsPerSecond: 10 });
    for (let count = 0; count < 50; count += 1) scene.enforcer.flush(`f${count}`);
    scene.connect('a', one);
    scene.enforcer.flush('a');
    await scene.pass(300);
    scene.revoke(one);
    await scene.pass(500);
    expect(scene.emqx.clients.has('a')).toBe(false);
    expect(scene.emqx.seen.length).toBeLessThan(12);
  });
});

describe('many kicks', () => {
  it('are paced, each of their requests', async () => {
    const scene = await open({ requestsPerSecond: 20 });
    for (let count = 0; count < 100; count += 1) scene.connect(`c${count}`, one);
    scene.revoke(one);
    for (let second = 0; second < 5; second += 1) {
      const before = scene.emqx.seen.length;
      await scene.pass(1_000, 10);
      expect(scene.emqx.seen.length - before).toBeLessThanOrEqual(22);
    }
    await scene.pass(20_000);
    expect(scene.emqx.clients.size).toBe(0);
  });

  it('that fail together are one failure', async () => {
    const scene = await open();
    scene.random = 0.99;
    for (let count = 0; count < 4; count += 1) scene.connect(`c${count}`, one);
    scene.emqx.fault = () => ({ kind: 'silent' });
    scene.revoke(one);
    await scene.pass(5_000);
    scene.emqx.fault = undefined;
    await scene.pass(1_500);
    expect(scene.emqx.clients.size).toBe(0);
  });

  it('do not wait for a flush of the same client that EMQX does not answer', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.fault = ({ what }) => (what === 'cache' ? { kind: 'silent' } : undefined);
    scene.enforcer.flush('a');
    await scene.quiet();
    scene.revoke(one);
    await scene.pass(100);
    expect(scene.emqx.clients.has('a')).toBe(false);
  });
});

describe('a takeover', () => {
  it('by somebody with a live session ends the kick of its predecessor', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.fault = () => ({ kind: 'status', status: 503 });
    scene.revoke(one);
    await scene.pass(5_000);
    scene.connect('a', two);
    scene.emqx.fault = undefined;
    await scene.pass(60_000);
    expect(scene.emqx.count('disconnect')).toBe(0);
    expect(scene.enforcer.state().jobs).toBe(0);
  });

  it('has ten seconds between its session and its connection', async () => {
    const scene = await open();
    scene.connect('a', one, { session: false });
    scene.openSession('a', two);
    scene.enforcer.kick('a');
    await scene.pass(9_000);
    expect(scene.emqx.count('disconnect')).toBe(0);
    await scene.pass(3_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
  });

  it('has its ten seconds even where somebody else had a session before it', async () => {
    const scene = await open();
    scene.connect('a', one, { session: false });
    // Such as one whose end the daemon was not told of.
    scene.openSession('a', devices[2]!);
    scene.enforcer.kick('a');
    await scene.pass(9_500);
    scene.openSession('a', two);
    await scene.enforcer.settled('a');
    await scene.pass(5_000);
    expect(scene.emqx.count('disconnect')).toBe(0);
    scene.connect('a', two);
    await scene.pass(30_000);
    expect(scene.emqx.count('disconnect')).toBe(0);
  });

  it('waits for the request that is under way', async () => {
    const scene = await open();
    scene.connect('a', one);
    let deliver = (): void => {};
    const held = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    let reached = (): void => {};
    const atDisconnect = new Promise<void>((resolve) => {
      reached = resolve;
    });
    scene.emqx.before = async ({ what }) => {
      if (what !== 'disconnect') return;
      reached();
      await held;
    };
    scene.revoke(one);
    await atDisconnect;
    scene.openSession('a', two);
    let isSettled = false;
    const settled = scene.enforcer.settled('a').then(() => {
      isSettled = true;
      scene.connect('a', two);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isSettled).toBe(false);
    deliver();
    await settled;
    await scene.pass(60_000);
    expect(scene.emqx.clients.get('a')?.username).toBe(two.der.toString('base64'));
    expect(scene.emqx.count('disconnect')).toBe(1);
  });

  it('does not wait longer than three seconds, whatever EMQX does', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.fault = () => ({ kind: 'silent' });
    scene.revoke(one);
    await scene.quiet();
    let isSettled = false;
    void scene.enforcer.settled('a').then(() => {
      isSettled = true;
    });
    await scene.pass(2_900);
    expect(isSettled).toBe(false);
    await scene.pass(150);
    expect(isSettled).toBe(true);
  });

  it('waits for nothing where nothing is under way', async () => {
    const scene = await open();
    await scene.enforcer.settled('a');
  });
});

describe('a flush', () => {
  it('drops what EMQX remembers and takes away what is not allowed any more', async () => {
    const scene = await open();
    const client = scene.connect('a', one, {
      cached: 3,
      subscriptions: new Set(['ok/#', 'gone/+', '$share/g/gone/x', '$queue/ok']),
    });
    scene.allows = (_, filter) => !filter.includes('gone');
    scene.enforcer.flush('a');
    await scene.pass(5_000);
    expect([client.cached, ...client.subscriptions]).toEqual([0, 'ok/#', '$queue/ok']);
    expect(scene.emqx.count('disconnect')).toBe(0);
    expect(scene.enforcer.state().jobs).toBe(0);
  });

  it('leaves the subscriptions of a client without a session to others', async () => {
    const scene = await open();
    const client = scene.connect('a', one, { session: false, subscriptions: new Set(['x']) });
    scene.enforcer.flush('a');
    await scene.pass(5_000);
    expect([...client.subscriptions]).toEqual(['x']);
  });

  it('disconnects a client whose subscription EMQX does not take away', async () => {
    const scene = await open();
    scene.connect('a', one, { subscriptions: new Set(['gone/#']) });
    scene.allows = () => false;
    scene.emqx.stubborn = 'gone/#';
    scene.enforcer.audit('a');
    await scene.pass(10_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
    expect(scene.emqx.count('unsubscribe')).toBe(3);
  });

  it('outlasts EMQX failing at unsubscribing, although it has done so', async () => {
    const scene = await open();
    const client = scene.connect('a', one, { subscriptions: new Set(['gone/#', 'gone']) });
    scene.allows = () => false;
    scene.emqx.fault = ({ what }) => (what === 'unsubscribe' ? { kind: 'done-unheard' } : undefined);
    scene.enforcer.audit('a');
    await scene.pass(120_000, 250);
    expect([...client.subscriptions]).toEqual([]);
    expect(scene.emqx.clients.has('a')).toBe(true);
  });

  it('of a client that cannot be asked about ends its connection', async () => {
    const scene = await open();
    scene.connect('..', one, { cached: 1 });
    scene.enforcer.flush('..');
    await scene.pass(5_000);
    expect(scene.emqx.clients.has('..')).toBe(false);
  });

  it('is one job, however often it is asked for, and is not lost to a kick that finds a live session', async () => {
    const scene = await open({ requestsPerSecond: 10 });
    const client = scene.connect('a', one, { cached: 1 });
    for (let count = 0; count < 100; count += 1) {
      scene.enforcer.audit('a');
      scene.enforcer.flush('a');
    }
    scene.enforcer.kick('a');
    await scene.pass(30_000);
    expect(client.cached).toBe(0);
    expect(scene.emqx.seen.length).toBeLessThan(8);
  });

  it('of four thousand clients is paced, and reaches all', async () => {
    const scene = await open({ requestsPerSecond: 500 });
    for (let count = 0; count < 4_000; count += 1) {
      scene.openSession(`c${count}`, one);
      scene.emqx.connect(`c${count}`, { cached: 1, subscriptions: new Set(['gone']) });
    }
    scene.allows = () => false;
    for (const clientId of scene.emqx.clients.keys()) scene.enforcer.flush(clientId);
    let most = 0;
    for (let second = 0; second < 100 && scene.enforcer.state().jobs > 0; second += 1) {
      const before = scene.emqx.seen.length;
      await scene.pass(1_000, 2);
      most = Math.max(most, scene.emqx.seen.length - before);
    }
    expect(most).toBeLessThanOrEqual(510);
    expect(most).toBeGreaterThan(300);
    expect(scene.emqx.untold()).toEqual([]);
  }, 120_000);
});

describe('what EMQX cannot be told', () => {
  it('is given up with an alarm, made up for when it can, and only then no alarm any more', async () => {
    const scene = await open({ retrySeconds: 60 });
    scene.connect('a', one);
    const flushed = scene.connect('b', two, { cached: 1, subscriptions: new Set(['gone']) });
    scene.allows = () => false;
    await scene.emqx.down();
    scene.revoke(one);
    scene.enforcer.flush('b');
    await scene.pass(50_000);
    expect(scene.findings()).toEqual(['WARNING emqx.api']);
    await scene.pass(30_000);
    expect(scene.findings()).toEqual(['ALARM emqx.enforcement', 'WARNING emqx.api']);
    expect(scene.enforcer.state()).toMatchObject({ jobs: 0, givenUp: 2 });
    await scene.emqx.up();
    await scene.pass(70_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
    expect([flushed.cached, flushed.subscriptions.size]).toEqual([0, 0]);
    await scene.pass(40_000);
    expect(scene.findings()).toEqual([]);
  });

  it('stays an alarm while there is somebody about whom there is no verdict', async () => {
    const scene = await open({ retrySeconds: 60 });
    scene.connect('a', one);
    await scene.emqx.down();
    scene.revoke(one);
    await scene.pass(80_000);
    scene.verdict = () => 'unknown';
    await scene.emqx.up();
    await scene.pass(120_000, 250);
    expect(scene.findings()).toEqual(['ALARM emqx.enforcement']);
    scene.verdict = () => undefined;
    await scene.pass(600_000, 1_000);
    expect(scene.emqx.clients.has('a')).toBe(false);
    expect(scene.findings()).toEqual([]);
  });

  it('for want of place is left to a walk through all clients', async () => {
    const scene = await open({ mostJobs: 50, requestsPerSecond: 100 });
    for (let count = 0; count < 200; count += 1) {
      const clientId = `c${count}`;
      scene.connect(clientId, one, { cached: 1, subscriptions: new Set(['gone']) });
    }
    scene.allows = () => false;
    for (const clientId of scene.emqx.clients.keys()) scene.enforcer.flush(clientId);
    expect(scene.enforcer.state().jobs).toBeLessThanOrEqual(50);
    await scene.pass(120_000, 100);
    expect(scene.emqx.untold()).toEqual([]);
  });

  it('because of a wrong key is a finding, and asked twice a minute only, until there is another key', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.key = 'another:key';
    scene.revoke(one);
    await scene.pass(300_000, 250);
    expect(scene.findings()).toEqual(['WARNING emqx.api']);
    expect(scene.enforcer.findings()[0]?.message).toContain('401');
    expect(scene.emqx.seen.length).toBeLessThanOrEqual(11);
    writeFileSync(scene.keyFile, 'another:key');
    scene.enforcer.reload();
    await scene.quiet();
    expect(scene.emqx.clients.has('a')).toBe(false);
    expect(scene.findings()).toEqual([]);
  });

  it('because its key may only look is a finding too', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.isViewer = true;
    scene.revoke(one);
    await scene.pass(1_000);
    expect(scene.findings()).toEqual(['WARNING emqx.api']);
    expect(scene.enforcer.findings()[0]?.message).toContain('role');
  });

  it('is told without the key', async () => {
    const scene = await open({ retrySeconds: 60 });
    scene.connect('a', one);
    scene.emqx.fault = () => ({
      kind: 'status',
      status: 500,
      body: JSON.stringify({ code: API_KEY, message: API_KEY }),
    });
    scene.revoke(one);
    await scene.pass(100_000, 250);
    const told = JSON.stringify([scene.log, scene.enforcer.findings()]);
    expect(told).toContain('emqx.enforcement');
    for (const secret of [...API_KEY.split(':'), Buffer.from(API_KEY).toString('base64')]) {
      expect(told).not.toContain(secret);
    }
  });
});

describe('the comparison of clients and sessions', () => {
  it('readmits, disconnects, and leaves alone who has no certificate or is not connected', async () => {
    const scene = await open();
    scene.connect('live', one);
    scene.connect('unknown to the daemon', one, { session: false });
    scene.connect('revoked', two, { session: false });
    scene.connect('revoked and not there', two, { session: false, connected: false });
    scene.emqx.connect('told', { attributes: { [CERTIFICATE_ATTRIBUTE]: one.id } });
    scene.emqx.connect('a bridge', { username: 'bridge' });
    scene.revoked.add(two.id);
    scene.enforcer.reconcile();
    await scene.pass(60_000, 250);
    expect([...scene.emqx.clients.keys()].sort()).toEqual([
      'a bridge',
      'live',
      'revoked and not there',
      'told',
      'unknown to the daemon',
    ]);
    expect(scene.readmissions.sort()).toEqual(['revoked', 'told', 'unknown to the daemon']);
  });

  it('flushes those it readmits', async () => {
    const scene = await open();
    const client = scene.connect('a', one, {
      session: false,
      cached: 1,
      subscriptions: new Set(['gone', 'ok']),
    });
    scene.allows = (_, filter) => filter === 'ok';
    scene.enforcer.reconcile();
    await scene.pass(10_000);
    expect([client.cached, ...client.subscriptions]).toEqual([0, 'ok']);
  });

  it('asks again about whom there was no verdict, later each time', async () => {
    const scene = await open();
    scene.connect('a', one, { session: false });
    scene.verdict = () => 'unknown';
    scene.enforcer.reconcile();
    await scene.pass(300_000, 250);
    expect(scene.emqx.clients.has('a')).toBe(true);
    expect(scene.readmissions.length).toBeGreaterThan(2);
    expect(scene.readmissions.length).toBeLessThan(8);
    scene.verdict = () => 'gone';
    await scene.pass(600_000, 250);
    expect(scene.emqx.clients.has('a')).toBe(false);
  });

  it('is made every ten minutes, over all pages', async () => {
    const scene = await open();
    for (let count = 0; count < 250; count += 1) scene.connect(`c${count}`, one);
    scene.enforcer.start();
    await scene.pass(5_000);
    expect(scene.emqx.count('clients')).toBe(3);
    await scene.pass(660_000, 1_000);
    expect(scene.emqx.count('clients')).toBe(6);
  });

  it('leaves nobody out because others go meanwhile', async () => {
    const scene = await open();
    for (let count = 0; count < 450; count += 1) {
      scene.connect(`c${count}`, count % 3 === 0 ? one : two, { session: false });
    }
    scene.revoked.add(two.id);
    scene.enforcer.reconcile();
    await scene.pass(10_000);
    expect([...scene.emqx.clients.keys()].length).toBe(150);
    expect(new Set(scene.readmissions).size).toBe(450);
  });

  it('is made once more if it is asked for meanwhile, and not oftener', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.enforcer.reconcile();
    for (let count = 0; count < 10; count += 1) scene.enforcer.reconcile();
    await scene.pass(60_000, 250);
    expect(scene.emqx.count('clients')).toBe(2);
  });

  it('outlasts an outage in the middle', async () => {
    const scene = await open();
    for (let count = 0; count < 150; count += 1) scene.connect(`c${count}`, one);
    scene.connect('zzz', two, { session: false });
    scene.revoked.add(two.id);
    scene.emqx.fault = () => (scene.emqx.count('clients') > 0 ? { kind: 'reset' } : undefined);
    scene.enforcer.reconcile();
    await scene.pass(60_000, 250);
    expect(scene.emqx.clients.has('zzz')).toBe(true);
    scene.emqx.fault = undefined;
    await scene.pass(120_000, 250);
    expect(scene.emqx.clients.has('zzz')).toBe(false);
  });
});

describe('stopping', () => {
  it('gives up what is under way, and sends nothing any more', async () => {
    const scene = await open();
    scene.connect('a', one);
    scene.emqx.fault = () => ({ kind: 'silent' });
    scene.revoke(one);
    scene.enforcer.reconcile();
    await scene.quiet();
    await scene.enforcer.stop();
    scene.emqx.fault = undefined;
    const before = scene.emqx.seen.length;
    scene.enforcer.kick('b');
    scene.enforcer.reconcile();
    await scene.enforcer.settled('a');
    await scene.pass(700_000, 1_000);
    expect(scene.emqx.seen.length).toBe(before);
    expect(scene.clock.pending).toBe(0);
  });
});
