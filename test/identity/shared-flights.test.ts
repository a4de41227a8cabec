import { beforeEach, describe, expect, it } from 'vitest';
import { type Flight, SharedFlights } from '../../src/identity/shared-flights.ts';
import { patient, settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';

const DEADLINE = 30_000;

let clock: ManualClock;
let flights: SharedFlights<string>;
let begun: Flight[];
let finish: ((value: string) => void)[];

function work(flight: Flight): Promise<string> {
  begun.push(flight);
  const { promise, resolve } = Promise.withResolvers<string>();
  finish.push(resolve);
  flight.signal.addEventListener('abort', () => resolve('given up'));
  return promise;
}

beforeEach(() => {
  clock = new ManualClock();
  flights = new SharedFlights(clock, () => DEADLINE);
  begun = [];
  finish = [];
});

describe('work that several wait for', () => {
  it('is done once for all who ask meanwhile', async () => {
    const both = Promise.all([flights.join('k', patient(), work), flights.join('k', patient(), work)]);
    finish[0]?.('done');
    expect(await both).toEqual(['done', 'done']);
    expect(begun).toHaveLength(1);
  });

  it('is done again for who asks afterwards, and apart for another key', async () => {
    const first = flights.join('k', patient(), work);
    void flights.join('other', patient(), work);
    finish[0]?.('done');
    await first;
    void flights.join('k', patient(), work);
    expect(begun).toHaveLength(3);
  });

  it('is not shared when it has to be alone', () => {
    void flights.join('k', patient(), work, { alone: true });
    void flights.join('k', patient(), work, { alone: true });
    void flights.join('k', patient(), work);
    expect(begun).toHaveLength(3);
  });

  it('goes on for those who stay when one leaves', async () => {
    const impatient = new AbortController();
    const leaves = flights.join('k', impatient.signal, work);
    const stays = flights.join('k', patient(), work);
    impatient.abort();
    expect(await leaves).toBeUndefined();
    expect(begun[0]?.signal.aborted).toBe(false);
    expect(begun[0]?.waiting()).toBe(1);
    finish[0]?.('done');
    expect(await stays).toBe('done');
  });

  it('ends when the last one leaves, and who asks then gets it begun anew', async () => {
    const impatient = new AbortController();
    const leaves = flights.join('k', impatient.signal, work);
    impatient.abort();
    expect(await leaves).toBeUndefined();
    expect(begun[0]?.signal.aborted).toBe(true);
    void flights.join('k', patient(), work);
    expect(begun).toHaveLength(2);
  });

  it('goes on without anybody when it is detached', async () => {
    const impatient = new AbortController();
    void flights.join('k', impatient.signal, work, { detached: true });
    impatient.abort();
    expect(begun[0]?.signal.aborted).toBe(false);
    const joined = flights.join('k', patient(), work);
    finish[0]?.('done');
    expect(await joined).toBe('done');
    expect(begun).toHaveLength(1);
  });

  it('becomes detached when one who wants that joins', () => {
    const one = new AbortController();
    const two = new AbortController();
    void flights.join('k', one.signal, work);
    void flights.join('k', two.signal, work, { detached: true });
    one.abort();
    two.abort();
    expect(begun[0]?.signal.aborted).toBe(false);
  });

  it('ends at its deadline, whoever still waits', async () => {
    const waits = flights.join('k', patient(), work, { detached: true });
    clock.advance(DEADLINE - 1);
    expect(begun[0]?.signal.aborted).toBe(false);
    clock.advance(1);
    expect(await waits).toBe('given up');
    expect(flights.size).toBe(0);
  });

  it('is not begun for one who has left already', async () => {
    expect(await flights.join('k', AbortSignal.abort(), work)).toBeUndefined();
    expect(begun).toHaveLength(0);
  });

  it('fails for everybody who waits, and for nobody when nobody does', async () => {
    const fail = async (): Promise<string> => {
      await settled();
      throw new Error('broken');
    };
    await expect(flights.join('k', patient(), fail)).rejects.toThrow('broken');
    const impatient = new AbortController();
    const left = flights.join('k', impatient.signal, fail, { detached: true });
    impatient.abort();
    expect(await left).toBeUndefined();
    await settled();
    expect(flights.size).toBe(0);
  });

  it('leaves nothing behind on the signal of a caller', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    const waits = flights.join('k', signal, work);
    expect(listeners).toBe(1);
    finish[0]?.('done');
    await waits;
    expect(listeners).toBe(0);
  });

  it('ends when everything is stopped', async () => {
    const waits = flights.join('k', patient(), work, { detached: true });
    const alone = flights.join('k', patient(), work, { alone: true });
    flights.stop();
    expect(await waits).toBe('given up');
    expect(await alone).toBe('given up');
  });
});
