import fc from 'fast-check';
import { expect, it } from 'vitest';
import { trouble } from '../../src/cloud/outcome.ts';
import { settled } from '../support/identity-room.ts';
import { runs } from '../support/runs.ts';
import { ScriptedRequests } from '../support/scripted-requests.ts';

/** What may happen to a queue, in any order. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      whose: fc.nat(6),
      within: fc.integer({ min: 1, max: 40_000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(8) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('meet' as const),
      which: fc.nat(8),
      trouble: fc.constantFrom('throttled', 'misconfigured', 'unreachable', 'server-error', 'unexpected'),
      retryAfterMs: fc.option(fc.nat(20_000), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('throw' as const), which: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(15_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      size: fc.integer({ min: 1, max: 12 }),
      workers: fc.integer({ min: 1, max: 4 }),
      requestsPerSecond: fc.nat(10),
    }),
  },
);

it('whatever happens, every request is answered, bounds hold, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      async (steps, random) => {
        const cloud = new ScriptedRequests({ size: 5, workers: 2 });
        cloud.random = random;
        const asked: {
          controller: AbortController;
          answer: Promise<unknown>;
          deadline: number;
          isSettled: boolean;
        }[] = [];
        let most = 2;
        for (const each of steps) {
          if (each.kind === 'ask') {
            const { size, workers } = cloud.settings;
            const { inFlight, waiting } = cloud.queue.status.queue;
            const controller = new AbortController();
            const answer = cloud.ask(`r${asked.length}`, {
              signal: controller.signal,
              within: each.within,
              onBehalfOf: `${each.whose}`,
            });
            const entry = {
              controller,
              answer,
              deadline: cloud.clock.monotonic() + each.within,
              isSettled: false,
            };
            // As the flights of the identity room do.
            const cancel = cloud.clock.after(each.within, () => controller.abort());
            void answer.then(() => {
              entry.isSettled = true;
              cancel();
            });
            asked.push(entry);
            if (inFlight >= workers && waiting >= size)
              expect(await answer).toMatchObject({ kind: 'unavailable' });
          } else if (each.kind === 'answer') {
            cloud.open[each.which]?.answer();
          } else if (each.kind === 'meet') {
            cloud.open[each.which]?.meet(trouble(each.trouble, 'for a test', each.retryAfterMs));
          } else if (each.kind === 'throw') {
            cloud.open[each.which]?.throws(new Error('a defect'));
          } else if (each.kind === 'leave') {
            asked[each.which]?.controller.abort();
          } else if (each.kind === 'pass') {
            cloud.clock.advance(each.ms);
          } else {
            const { kind: _, ...settings } = each;
            cloud.settings = { ...cloud.settings, ...settings };
            cloud.queue.settingsChanged();
            most = Math.max(cloud.queue.status.queue.inFlight, settings.workers);
          }
          await settled();
          const { inFlight, waiting } = cloud.queue.status.queue;
          most = Math.max(cloud.settings.workers, Math.min(most, inFlight));
          expect(inFlight).toBeLessThanOrEqual(most);
          expect(waiting + inFlight).toBeLessThanOrEqual(asked.length);
          const now = cloud.clock.monotonic();
          expect(asked.every(({ deadline, isSettled }) => isSettled || deadline > now)).toBe(true);
        }
        for (const { controller } of asked) controller.abort();
        await settled();
        await Promise.all(asked.map(({ answer }) => answer));
        expect(cloud.queue.status.queue).toMatchObject({ inFlight: 0, waiting: 0 });
        expect(cloud.clock.pending).toBe(0);
        cloud.settings = { ...cloud.settings, size: 10, workers: 1, requestsPerSecond: 0 };
        cloud.queue.settingsChanged();
        cloud.clock.advance(600_000);
        const again = cloud.ask('again', { onBehalfOf: '0' });
        await settled();
        expect(cloud.open.at(-1)?.name).toBe('again');
        cloud.open.at(-1)?.answer();
        expect(await again).toMatchObject({ kind: 'answered' });
      },
    ),
    runs(),
  );
});
