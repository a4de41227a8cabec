import { describe, expect, it } from 'vitest';
import { type Check, CheckFailure, failed, ok, skipped, warning } from '../../../src/cloud/doctor/check.ts';
import { Doctor } from '../../../src/cloud/doctor/doctor.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const clock = new ManualClock();

async function results(checks: readonly Check[], signal = new AbortController().signal) {
  const found = [];
  for await (const result of new Doctor({ checks, clock, timeoutMs: 10_000 }).examine(signal))
    found.push(result);
  return found;
}

const check = (name: string, look: Check['look'], needs: readonly string[] = []): Check => ({
  name,
  needs,
  look,
});

describe('the doctor', () => {
  it('looks at one thing after the other, and tells each', async () => {
    let running = 0;
    const look = async () => {
      running += 1;
      await new Promise((resolve) => setImmediate(resolve));
      expect(running).toBe(1);
      running -= 1;
      return ok('fine');
    };
    expect(await results([check('a', look), check('b', look)])).toEqual([
      { name: 'a', outcome: 'ok', detail: 'fine', remedy: '' },
      { name: 'b', outcome: 'ok', detail: 'fine', remedy: '' },
    ]);
  });

  it('does not try what needs something that did not go well, and tries all else', async () => {
    const found = await results([
      check('broken', async () => failed('it is broken', 'mend it')),
      check('left out', async () => skipped('not needed')),
      check('doubtful', async () => warning('hm', 'look')),
      check('a', async () => ok(''), ['broken']),
      check('b', async () => ok(''), ['a']),
      check('c', async () => ok(''), ['left out']),
      check('d', async () => ok('tried'), ['doubtful', 'of another host']),
    ]);
    expect(found.slice(3).map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['skipped', 'broken has to be right first'],
      ['skipped', 'a has to be right first'],
      ['skipped', 'left out has to be right first'],
      ['ok', 'tried'],
    ]);
  });

  it('takes what a check throws for a failure', async () => {
    const found = await results([
      check('a', async () => {
        throw new CheckFailure('no such file', 'make one');
      }),
      check('b', async () => {
        throw new Error('a defect');
      }),
      check('c', async () => ok('')),
    ]);
    expect(found).toEqual([
      { name: 'a', outcome: 'failed', detail: 'no such file', remedy: 'make one' },
      { name: 'b', outcome: 'failed', detail: 'a defect', remedy: '' },
      { name: 'c', outcome: 'ok', detail: '', remedy: '' },
    ]);
  });

  it('waits ten seconds for each, also for one that cannot be ended', async () => {
    const pending = results([check('a', () => new Promise(() => {})), check('b', async () => ok(''))]);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    expect(await pending).toMatchObject([
      { name: 'a', outcome: 'failed', detail: 'there was no answer in 10 s' },
      { name: 'b', outcome: 'ok' },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('ends when nobody listens any more', async () => {
    const controller = new AbortController();
    const pending = results(
      [
        check('a', async () => {
          controller.abort();
          return ok('');
        }),
        check('b', () => expect.fail('it was looked at')),
      ],
      controller.signal,
    );
    expect(await pending).toEqual([]);
  });
});
