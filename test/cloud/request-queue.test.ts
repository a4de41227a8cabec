import { describe, expect, it } from 'vitest';
import { misconfiguredHere, type TroubleKind, trouble } from '../../src/cloud/outcome.ts';
import { settled } from '../support/identity-room.ts';
import { ScriptedRequests } from '../support/scripted-requests.ts';

const names = (count: number, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('The request queue', () => {
  it('puts as many requests to the cloud at once as there are workers, from the first on', async () => {
    const cloud = new ScriptedRequests({ workers: 4 });
    for (const name of names(50)) void cloud.ask(name);
    await settled();
    expect(cloud.begun).toEqual(['r0', 'r1', 'r2', 'r3']);
    expect(cloud.queue.status.queue).toMatchObject({ inFlight: 4, waiting: 46, rejected: 0 });
  });

  it('begins them in the order in which they came', async () => {
    const cloud = new ScriptedRequests();
    const all = names(20).map((name) => cloud.ask(name));
    while (cloud.begun.length < 20) {
      await settled();
      cloud.first.answer();
    }
    await settled();
    expect(cloud.begun).toEqual(names(20));
    expect(await Promise.all(all)).toEqual(names(20).map((value) => ({ kind: 'answered', value })));
  });

  it('lets the second request of a verification go before verifications that began later', async () => {
    const cloud = new ScriptedRequests();
    void cloud.ask('certificate of a', { since: 0 });
    cloud.clock.advance(10);
    for (const name of names(5)) void cloud.ask(name);
    await settled();
    cloud.first.answer();
    void cloud.ask('attachment of a', { since: 0 });
    await settled();
    cloud.first.answer();
    await settled();
    expect(cloud.begun).toEqual(['certificate of a', 'attachment of a', 'r0']);
  });

  it('refuses what finds no place at once, and says when to come again', async () => {
    const cloud = new ScriptedRequests({ size: 2 });
    const taken = names(3).map((name) => cloud.ask(name));
    const refused = await cloud.ask('late');
    expect(refused).toMatchObject({ kind: 'unavailable', queueFull: true });
    if (refused.kind === 'unavailable') {
      expect(refused.cause).toContain('performance.cloudRequestQueueSize');
      expect(refused.retryAfterMs).toBeGreaterThanOrEqual(1_000);
    }
    expect(cloud.queue.status.queue.rejected).toBe(1);
    for (const name of names(3)) {
      await settled();
      expect(cloud.first.name).toBe(name);
      cloud.first.answer();
    }
    expect((await Promise.all(taken)).every(({ kind }) => kind === 'answered')).toBe(true);
  });

  it('tells the refused a delay that grows with what waits, to a minute', async () => {
    const delayOf = async (size: number) => {
      const cloud = new ScriptedRequests({ size, requestsPerSecond: 5 });
      for (const name of names(size + 1)) void cloud.ask(name);
      const refused = await cloud.ask('late');
      return refused.kind === 'unavailable' ? (refused.retryAfterMs ?? 0) : 0;
    };
    expect(await delayOf(1)).toBe(1_000);
    expect(await delayOf(100)).toBe(20_200);
    expect(await delayOf(5_000)).toBe(60_000);
  });

  it('keeps those that wait when it is made smaller, and refuses until they are fewer', async () => {
    const cloud = new ScriptedRequests({ size: 100 });
    const taken = names(51).map((name) => cloud.ask(name));
    cloud.settings = { ...cloud.settings, size: 10 };
    cloud.queue.settingsChanged();
    for (let left = 50; left >= 10; left -= 1) {
      await settled();
      expect(cloud.queue.status.queue.waiting).toBe(left);
      expect(await cloud.ask('late')).toMatchObject({ queueFull: true });
      cloud.first.answer();
    }
    await settled();
    const inTime = cloud.ask('in time');
    while (cloud.open.length > 0) {
      cloud.first.answer();
      await settled();
    }
    expect((await Promise.all([...taken, inTime])).every(({ kind }) => kind === 'answered')).toBe(true);
  });

  it('takes more at once when it is made larger', async () => {
    const cloud = new ScriptedRequests({ size: 1 });
    void cloud.ask('a');
    void cloud.ask('b');
    expect(await cloud.ask('c')).toMatchObject({ queueFull: true });
    cloud.settings = { ...cloud.settings, size: 3, workers: 3 };
    cloud.queue.settingsChanged();
    void cloud.ask('d');
    await settled();
    expect(cloud.begun).toEqual(['a', 'b', 'd']);
  });

  it('finishes what is under way when workers are taken away', async () => {
    const cloud = new ScriptedRequests({ workers: 3 });
    for (const name of names(5)) void cloud.ask(name);
    await settled();
    cloud.settings = { ...cloud.settings, workers: 1 };
    cloud.queue.settingsChanged();
    cloud.first.answer();
    await settled();
    cloud.first.answer();
    await settled();
    expect(cloud.begun).toEqual(['r0', 'r1', 'r2']);
    cloud.first.answer();
    await settled();
    expect(cloud.begun).toEqual(['r0', 'r1', 'r2', 'r3']);
  });

  it('gives the place of a request that nobody wants any more to another, at once', async () => {
    const cloud = new ScriptedRequests({ size: 1 });
    void cloud.ask('a');
    const controller = new AbortController();
    const left = cloud.ask('b', { signal: controller.signal });
    await settled();
    expect(await cloud.ask('c')).toMatchObject({ queueFull: true });
    controller.abort();
    expect(await left).toMatchObject({ kind: 'unavailable' });
    void cloud.ask('d');
    await settled();
    cloud.first.answer();
    await settled();
    expect(cloud.begun).toEqual(['a', 'd']);
  });

  it('ends the try of a request that nobody wants any more, and goes on with the next', async () => {
    const cloud = new ScriptedRequests();
    const controller = new AbortController();
    const left = cloud.ask('a', { signal: controller.signal });
    void cloud.ask('b');
    await settled();
    const { signal } = cloud.first;
    controller.abort();
    expect(await left).toMatchObject({ kind: 'unavailable' });
    await settled();
    expect(signal.aborted).toBe(true);
    expect(cloud.begun).toEqual(['a', 'b']);
    expect(cloud.queue.status.breaker.failures).toBe(0);
  });

  it('lets nobody take more than a tenth of the places, and says so to that one only', async () => {
    const cloud = new ScriptedRequests({ size: 100 });
    for (const name of names(10)) void cloud.ask(name, { onBehalfOf: 'crowd' });
    const crowding = await cloud.ask('one more', { onBehalfOf: 'crowd' });
    expect(crowding).toMatchObject({ queueFull: true, cause: expect.stringContaining('this certificate') });
    void cloud.ask('other');
    expect(cloud.queue.status.queue).toMatchObject({ waiting: 10, rejected: 1 });
    await settled();
    cloud.first.answer();
    await settled();
    void cloud.ask('again', { onBehalfOf: 'crowd' });
    expect(cloud.queue.status.queue).toMatchObject({ waiting: 10, rejected: 1 });
  });

  it('answers everything and takes nothing more once it is stopped', async () => {
    const cloud = new ScriptedRequests();
    const all = names(5).map((name) => cloud.ask(name));
    await settled();
    cloud.queue.stop();
    expect((await Promise.all(all)).every(({ kind }) => kind === 'unavailable')).toBe(true);
    expect(await cloud.ask('late')).toMatchObject({ kind: 'unavailable' });
    expect(cloud.begun).toEqual(['r0']);
  });

  it('takes a try that throws for a defect, and answers all the same', async () => {
    const cloud = new ScriptedRequests();
    const asked = cloud.ask('a');
    await settled();
    const error = new Error('a defect');
    cloud.first.throws(error);
    expect(await asked).toMatchObject({ kind: 'unavailable' });
    expect(cloud.faults).toEqual([error]);
  });
});

describe('A try', () => {
  it('has its time, and then another may follow', async () => {
    const cloud = new ScriptedRequests({ timeoutSeconds: 10 });
    const asked = cloud.ask('a');
    await settled();
    const { signal } = cloud.first;
    cloud.clock.advance(10_000);
    await settled();
    expect(signal.aborted).toBe(true);
    expect(cloud.queue.status.operations).toMatchObject([{ troubles: { unreachable: 1 } }]);
    cloud.clock.advance(1_000);
    await settled();
    expect(cloud.begun).toEqual(['a', 'a']);
    cloud.open[1]?.answer();
    expect(await asked).toEqual({ kind: 'answered', value: 'a' });
  });

  it.each(['unreachable', 'server-error', 'throttled'] as const)(
    'that met %s is made again, up to four times',
    async (kind) => {
      const cloud = new ScriptedRequests();
      const asked = cloud.ask('a');
      for (let tries = 1; tries <= 4; tries += 1) {
        await settled();
        expect(cloud.begun).toHaveLength(tries);
        cloud.first.meet(trouble(kind, 'for a test'));
        await settled();
        cloud.clock.advance(6_000);
      }
      expect(await asked).toMatchObject({ kind: 'unavailable', cause: 'DescribeCertificate: for a test' });
      expect(cloud.queue.status.operations).toMatchObject([{ retries: 3, troubles: { [kind]: 4 } }]);
    },
  );

  it.each(['misconfigured', 'unexpected'] as const)('that met %s is not made again', async (kind) => {
    const cloud = new ScriptedRequests();
    const asked = cloud.ask('a');
    await settled();
    cloud.first.meet(trouble(kind, 'for a test'));
    expect(await asked).toMatchObject({ kind: 'unavailable' });
    expect(cloud.begun).toEqual(['a']);
  });

  it('is not made again for a device that trust can let in meanwhile', async () => {
    const cloud = new ScriptedRequests();
    const asked = cloud.ask('a', { standIn: true });
    await settled();
    cloud.first.meet(trouble('unreachable', 'for a test'));
    expect(await asked).toMatchObject({ kind: 'unavailable' });
    expect(cloud.begun).toEqual(['a']);
  });

  it('takes three seconds at most for a device that trust can let in meanwhile', async () => {
    const cloud = new ScriptedRequests({ timeoutSeconds: 10 });
    const asked = cloud.ask('a', { standIn: true });
    await settled();
    cloud.clock.advance(2_999);
    await settled();
    expect(cloud.first.signal.aborted).toBe(false);
    cloud.clock.advance(1);
    expect(await asked).toMatchObject({ kind: 'unavailable', cause: expect.stringContaining('within 3 s') });
  });

  it('is made again after a delay drawn at random below a bound that doubles', async () => {
    const waits: number[] = [];
    for (const random of [0, 0.5, 0.999]) {
      const cloud = new ScriptedRequests();
      cloud.random = random;
      void cloud.ask('a');
      for (let tries = 1; tries <= 3; tries += 1) {
        await settled();
        cloud.first.meet(trouble('server-error', 'for a test'));
        await settled();
        let waited = 0;
        while (cloud.begun.length === tries) {
          cloud.clock.advance(1);
          await settled();
          waited += 1;
        }
        waits.push(waited);
      }
    }
    expect(waits).toEqual([1, 1, 1, 250, 500, 1000, 500, 999, 1998]);
  });

  it('is not made again when that would be after the deadline', async () => {
    const cloud = new ScriptedRequests();
    const asked = cloud.ask('a', { within: 400 });
    await settled();
    cloud.first.meet(trouble('server-error', 'for a test', 500));
    expect(await asked).toMatchObject({ kind: 'unavailable', retryAfterMs: 500 });
  });

  it('leaves its worker to others between tries', async () => {
    const cloud = new ScriptedRequests();
    const asked = cloud.ask('a');
    void cloud.ask('b');
    await settled();
    cloud.first.meet(trouble('server-error', 'for a test'));
    await settled();
    expect(cloud.begun).toEqual(['a', 'b']);
    cloud.first.answer();
    cloud.clock.advance(1_000);
    await settled();
    cloud.first.answer();
    expect(await asked).toEqual({ kind: 'answered', value: 'a' });
  });
});

describe('The rate', () => {
  it('lets a second’s worth out at once, and then as many in a second', async () => {
    const cloud = new ScriptedRequests({ workers: 100, requestsPerSecond: 5 });
    for (const name of names(20)) void cloud.ask(name);
    await settled();
    expect(cloud.begun).toHaveLength(5);
    for (let seconds = 1; seconds <= 3; seconds += 1) {
      for (let tick = 0; tick < 10; tick += 1) {
        cloud.clock.advance(100);
        await settled();
      }
      expect(cloud.begun).toHaveLength(5 + 5 * seconds);
    }
    expect(cloud.begun).toEqual(names(20));
  });

  it('refuses at once what would have its turn after the deadline', async () => {
    const cloud = new ScriptedRequests({ workers: 10, requestsPerSecond: 1 });
    const all = names(4).map((name) => cloud.ask(name, { within: 2_500 }));
    await settled();
    expect(await all[3]).toMatchObject({
      kind: 'unavailable',
      retryAfterMs: 3_000,
      cause: expect.stringContaining('cloud.requestsPerSecond'),
    });
    cloud.clock.advance(2_000);
    await settled();
    expect(cloud.begun).toEqual(['r0', 'r1', 'r2']);
  });

  it('stands still for everybody as long as the service asked to', async () => {
    const cloud = new ScriptedRequests({ workers: 2 });
    void cloud.ask('a');
    await settled();
    cloud.first.meet(trouble('throttled', 'slow down', 7_000));
    await settled();
    void cloud.ask('b');
    cloud.clock.advance(6_999);
    await settled();
    expect(cloud.begun).toEqual(['a']);
    expect(cloud.queue.status.pausedUntil).toBe(cloud.clock.now() + 1);
    cloud.clock.advance(1);
    await settled();
    expect(cloud.begun.toSorted()).toEqual(['a', 'a', 'b']);
  });

  it('stands still once for many that were throttled at once, and longer only when it goes on', async () => {
    const cloud = new ScriptedRequests({ workers: 8 });
    cloud.random = 0.99;
    for (const name of names(8)) void cloud.ask(name);
    await settled();
    const throttleAll = async () => {
      for (const each of [...cloud.open]) each.meet(trouble('throttled', 'slow down'));
      await settled();
      return (cloud.queue.status.pausedUntil ?? 0) - cloud.clock.now();
    };
    expect(await throttleAll()).toBeLessThanOrEqual(1_000);
    await cloud.clock.pass(1_000);
    expect(cloud.open.length).toBeGreaterThan(0);
    const next = await throttleAll();
    expect(next).toBeGreaterThan(1_000);
    expect(next).toBeLessThanOrEqual(2_000);
  });

  it('is no limit any more as soon as the limit is taken away', async () => {
    const cloud = new ScriptedRequests({ workers: 20, requestsPerSecond: 1 });
    for (const name of names(10)) void cloud.ask(name);
    await settled();
    expect(cloud.begun).toEqual(['r0']);
    cloud.settings = { ...cloud.settings, requestsPerSecond: 0 };
    cloud.queue.settingsChanged();
    void cloud.ask('new');
    await settled();
    expect(cloud.begun.toSorted()).toEqual([...names(10), 'new'].toSorted());
  });

  it('counts at once when it is raised', async () => {
    const cloud = new ScriptedRequests({ workers: 20, requestsPerSecond: 1 });
    for (const name of names(10)) void cloud.ask(name);
    await settled();
    cloud.settings = { ...cloud.settings, requestsPerSecond: 100 };
    cloud.queue.settingsChanged();
    await cloud.clock.pass(200);
    expect(cloud.begun).toHaveLength(10);
  });

  it('does not keep a device waiting for the end of that which trust can let in meanwhile', async () => {
    const cloud = new ScriptedRequests({ workers: 3 });
    void cloud.ask('a');
    await settled();
    cloud.first.meet(trouble('throttled', 'slow down', 7_000));
    await settled();
    expect(await cloud.ask('known', { standIn: true })).toMatchObject({
      kind: 'unavailable',
      retryAfterMs: 7_000,
    });
    void cloud.ask('new');
    await cloud.clock.pass(7_000);
    expect(cloud.begun.toSorted()).toEqual(['a', 'a', 'new']);
  });

  it('refuses at once when the service asked to wait beyond the deadline', async () => {
    const cloud = new ScriptedRequests();
    const first = cloud.ask('a');
    await settled();
    cloud.first.meet(trouble('throttled', 'slow down', 60_000));
    expect(await first).toMatchObject({ kind: 'unavailable', retryAfterMs: 60_000 });
    expect(await cloud.ask('b')).toMatchObject({ kind: 'unavailable', retryAfterMs: 60_000 });
    expect(cloud.begun).toEqual(['a']);
  });

  it('does not take an hour for an answer: what is asked for is heeded for five minutes', async () => {
    const cloud = new ScriptedRequests();
    void cloud.ask('a');
    await settled();
    cloud.first.meet(trouble('throttled', 'slow down', 3_600_000));
    await settled();
    expect(cloud.queue.status.pausedUntil).toBe(cloud.clock.now() + 300_000);
  });
});

describe('When the cloud does not answer', () => {
  const failAll = async (cloud: ScriptedRequests, kind: TroubleKind) => {
    while (cloud.open.length > 0) {
      for (const each of [...cloud.open]) each.meet(trouble(kind, 'for a test'));
      await settled();
    }
  };

  it('nothing is asked after five failures in a row, and everything that waits is answered at once', async () => {
    const cloud = new ScriptedRequests({ workers: 5 });
    const all = names(50).map((name) => cloud.ask(name));
    await settled();
    await failAll(cloud, 'unreachable');
    cloud.clock.advance(0);
    expect(cloud.begun).toHaveLength(5);
    expect(cloud.queue.status.breaker).toMatchObject({ state: 'open' });
    expect(cloud.network.status.state).toBe('down');
    for (const one of all.slice(5))
      expect(await one).toMatchObject({ kind: 'unavailable', retryAfterMs: 250 });
    expect(await cloud.ask('new')).toMatchObject({ kind: 'unavailable', retryAfterMs: 250 });
  });

  const opened = async () => {
    const cloud = new ScriptedRequests({ workers: 5 });
    for (const name of names(5)) void cloud.ask(name, { within: 1 });
    await settled();
    await failAll(cloud, 'unreachable');
    expect(cloud.queue.status.breaker.state).toBe('open');
    return cloud;
  };

  it('one request finds out whether it does again, while others wait for that', async () => {
    const cloud = await opened();
    cloud.clock.advance(250);
    const all = names(4, 'after').map((name) => cloud.ask(name));
    await settled();
    expect(cloud.open.map(({ name }) => name)).toEqual(['after0']);
    expect(cloud.queue.status.breaker.state).toBe('half-open');
    cloud.first.answer();
    await settled();
    expect(cloud.queue.status.breaker).toEqual({ state: 'closed', failures: 0, probeAt: undefined });
    expect(cloud.network.status.state).toBe('up');
    while (cloud.open.length > 0) cloud.first.answer();
    expect((await Promise.all(all)).every(({ kind }) => kind === 'answered')).toBe(true);
  });

  it('a probe that meets nothing means a longer wait, to half a minute', async () => {
    const cloud = await opened();
    const waits: number[] = [];
    for (let probes = 0; probes < 9; probes += 1) {
      const { probeAt = 0 } = cloud.queue.status.breaker;
      waits.push(probeAt - cloud.clock.now());
      cloud.clock.advance(probeAt - cloud.clock.now());
      void cloud.ask(`probe${probes}`, { within: 1 });
      await settled();
      cloud.first.meet(trouble('unreachable', 'for a test'));
      await settled();
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('a failure of many at once is one: those that were under way when it began make the wait no longer', async () => {
    const cloud = new ScriptedRequests({ workers: 50 });
    cloud.random = 0.99;
    for (const name of names(50)) void cloud.ask(name, { within: 1 });
    await settled();
    await failAll(cloud, 'unreachable');
    const { probeAt = 0 } = cloud.queue.status.breaker;
    expect(probeAt - cloud.clock.now()).toBeLessThanOrEqual(500);
  });

  it('a request from before does not end a probe', async () => {
    const cloud = new ScriptedRequests({ workers: 6 });
    for (const name of names(6)) void cloud.ask(name, { within: 1 });
    await settled();
    for (const each of cloud.open.slice(0, 5)) each.meet(trouble('unreachable', 'for a test'));
    await settled();
    cloud.clock.advance(250);
    void cloud.ask('probe');
    const other = cloud.ask('other');
    await settled();
    cloud.first.meet(trouble('unreachable', 'for a test'));
    await settled();
    expect(cloud.queue.status.breaker.state).toBe('half-open');
    cloud.first.answer();
    await settled();
    cloud.first.answer();
    expect(await other).toEqual({ kind: 'answered', value: 'other' });
  });

  it.each([5_000, 10_000])(
    'it is seen too where a verification may take no longer than a try (%i ms)',
    async (within) => {
      const cloud = new ScriptedRequests({ workers: 5, timeoutSeconds: 10 });
      const all = names(5).map((name) => {
        const controller = new AbortController();
        // As the flights of the identity room do.
        cloud.clock.after(within, () => controller.abort());
        return cloud.ask(name, { within, signal: controller.signal });
      });
      await settled();
      await cloud.clock.pass(within);
      await Promise.all(all);
      await settled();
      expect(cloud.queue.status.breaker.state).toBe('open');
      expect(cloud.network.status.state).toBe('down');
      expect(cloud.told).toMatchObject([{ trouble: 'unreachable' }]);
    },
  );

  it('it is seen too where all who ask leave before a try has had its time', async () => {
    const cloud = new ScriptedRequests({ workers: 1, timeoutSeconds: 10 });
    for (const name of names(5)) {
      const controller = new AbortController();
      void cloud.ask(name, { signal: controller.signal });
      await cloud.clock.pass(5_000);
      controller.abort();
      await settled();
    }
    expect(cloud.queue.status.breaker.state).toBe('open');
    expect(cloud.network.status.state).toBe('down');
    expect(cloud.told).toMatchObject([{ message: expect.stringContaining('no answer within 5 s') }]);
  });

  it('that the daemon stops is not taken for it', async () => {
    const cloud = new ScriptedRequests({ workers: 5, timeoutSeconds: 10 });
    for (const name of names(5)) void cloud.ask(name);
    await cloud.clock.pass(5_000);
    cloud.queue.stop();
    await settled();
    expect(cloud.network.status.state).toBe('unknown');
    expect(cloud.told).toEqual([]);
  });

  it('that a verification had no time left says nothing about it', async () => {
    const cloud = new ScriptedRequests({ workers: 5, timeoutSeconds: 10 });
    for (const name of names(5)) {
      const controller = new AbortController();
      cloud.clock.after(1_000, () => controller.abort());
      void cloud.ask(name, {
        within: 1_000,
        since: cloud.clock.monotonic() - 29_000,
        signal: controller.signal,
      });
    }
    await settled();
    await cloud.clock.pass(1_000);
    expect(cloud.queue.status.breaker).toMatchObject({ state: 'closed', failures: 0 });
    expect(cloud.network.status.state).toBe('unknown');
  });

  it('a probe that was given up makes room for another', async () => {
    const cloud = await opened();
    cloud.clock.advance(250);
    const controller = new AbortController();
    void cloud.ask('a', { signal: controller.signal });
    void cloud.ask('b');
    await settled();
    controller.abort();
    await settled();
    expect(cloud.begun.slice(5)).toEqual(['a', 'b']);
    cloud.open.at(-1)?.answer();
    await settled();
    expect(cloud.queue.status.breaker.state).toBe('closed');
  });

  it('any answer, an error too, means that it does', async () => {
    const cloud = await opened();
    cloud.clock.advance(250);
    void cloud.ask('a');
    await settled();
    cloud.first.meet(trouble('misconfigured', 'access denied'));
    await settled();
    expect(cloud.queue.status.breaker.state).toBe('closed');
    expect(cloud.network.status.state).toBe('up');
  });

  it('what is wrong before the cloud is heard tells the operator that, and nothing of the network', async () => {
    const fresh = new ScriptedRequests();
    void fresh.ask('a');
    await settled();
    fresh.first.meet(misconfiguredHere('cloud.keyFile: /core.key cannot be read'));
    await settled();
    expect(fresh.network.status.state).toBe('unknown');
    expect(fresh.told).toMatchObject([{ trouble: 'misconfigured' }]);
    const cloud = await opened();
    cloud.clock.advance(250);
    const other = cloud.ask('a');
    const next = cloud.ask('b');
    await settled();
    cloud.first.meet(misconfiguredHere('cloud.keyFile: /core.key cannot be read'));
    expect(await other).toMatchObject({ cause: expect.stringContaining('cloud.keyFile') });
    await settled();
    expect(cloud.queue.status.breaker.state).toBe('half-open');
    expect(cloud.network.status.state).toBe('down');
    cloud.first.answer();
    expect(await next).toMatchObject({ kind: 'answered' });
  });

  it('one device that makes the service fail keeps nobody else from it', async () => {
    const cloud = new ScriptedRequests();
    for (let times = 0; times < 20; times += 1) {
      void cloud.ask('poison', { within: 1 });
      await settled();
      cloud.first.meet(trouble('server-error', 'for a test'));
      await settled();
    }
    expect(cloud.queue.status.breaker.state).toBe('closed');
    void cloud.ask('other');
    await settled();
    cloud.first.meet(trouble('server-error', 'for a test'));
    await settled();
    expect(cloud.queue.status.breaker.state).toBe('open');
  });

  it.each(['misconfigured', 'unexpected', 'throttled'] as const)(
    '%s is no reason to ask nothing',
    async (kind) => {
      const cloud = new ScriptedRequests({ workers: 10 });
      for (const name of names(10)) void cloud.ask(name, { within: 1 });
      await settled();
      await failAll(cloud, kind);
      expect(cloud.queue.status.breaker).toMatchObject({ state: 'closed', failures: 0 });
      expect(cloud.network.status.state).toBe('up');
    },
  );
});

describe('What is wrong', () => {
  it('is told once in ten minutes of each operation and kind, and shown until ten minutes after it went right', async () => {
    const cloud = new ScriptedRequests();
    const denied = async () => {
      void cloud.ask('a');
      await settled();
      cloud.first.meet(trouble('misconfigured', 'access denied'));
      await settled();
    };
    await denied();
    const { at } = cloud.queue.status.troubles[0] ?? {};
    expect(at).toBe(cloud.clock.now());
    cloud.clock.advance(599_999);
    await denied();
    expect(cloud.told).toEqual([
      { operation: 'DescribeCertificate', trouble: 'misconfigured', message: 'access denied', at },
    ]);
    cloud.clock.advance(1);
    await denied();
    expect(cloud.told).toHaveLength(2);
    cloud.clock.advance(3_600_000);
    expect(cloud.queue.status.troubles).toHaveLength(1);
    void cloud.ask('b');
    await settled();
    cloud.first.answer();
    await settled();
    expect(cloud.queue.status.troubles).toHaveLength(0);
  });

  it('counts and measures the tries of each operation', async () => {
    const cloud = new ScriptedRequests();
    for (const milliseconds of [5, 50, 70, 20_000]) {
      void cloud.ask('a', { operation: 'ListPrincipalThingsV2' });
      await settled();
      cloud.clock.advance(Math.min(milliseconds, 9_999));
      cloud.first.answer();
      await settled();
    }
    const [status] = cloud.queue.status.operations;
    expect(status).toMatchObject({ operation: 'ListPrincipalThingsV2', answered: 4, retries: 0 });
    expect(status?.latency.bounds).toEqual([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
    expect(status?.latency.cumulative).toEqual([1, 1, 2, 3, 3, 3, 3, 3, 3, 4, 4]);
    expect(status?.latency.sum).toBeCloseTo(0.005 + 0.05 + 0.07 + 9.999);
  });
});
