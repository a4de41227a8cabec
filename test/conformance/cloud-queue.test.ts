/**
 * The entries of the reference about its worker pool and queue, held against the request queue and the rooms around it. Those
 * marked `divergence` are held to what we do instead: all workers from the first request on, in the order of arrival.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settled } from '../support/identity-room.ts';
import { ScriptedRequests } from '../support/scripted-requests.ts';

interface Entry {
  readonly id: string;
  readonly queueSize?: number;
  readonly maxConcurrent?: number;
  readonly burst?: number;
  readonly recommendedParallelism?: number;
}

const { cloudQueue } = JSON.parse(readFileSync(new URL('cda.json', import.meta.url), 'utf8')) as {
  readonly cloudQueue: readonly Entry[];
};
const entry = (id: string): Entry => {
  const found = cloudQueue.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no entry ${id}`);
  return found;
};
const opened = ({ queueSize = 100, maxConcurrent = 1 }: Entry) =>
  new ScriptedRequests({ size: queueSize, workers: maxConcurrent });
const burst = (cloud: ScriptedRequests, count: number) =>
  Array.from({ length: count }, (_, index) => cloud.ask(`r${index}`));

describe('cloudQueue', () => {
  it('CQ-001: one under way, one waiting, the third refused at once', async () => {
    const cloud = opened(entry('CQ-001'));
    const [, , third] = burst(cloud, 3);
    expect(await third).toMatchObject({ kind: 'unavailable', queueFull: true });
    expect(cloud.queue.status.queue).toMatchObject({ inFlight: 1, waiting: 1, rejected: 1 });
  });

  it('CQ-002: all workers work on a burst that would fit into the queue', async () => {
    const given = entry('CQ-002');
    const cloud = opened(given);
    burst(cloud, given.burst ?? 0);
    await settled();
    expect(cloud.open).toHaveLength(given.recommendedParallelism ?? 0);
  });

  it('CQ-003: as many are taken as there are workers and places, in the order of arrival', async () => {
    const given = entry('CQ-003');
    const { burst: count = 0, maxConcurrent = 0, queueSize = 0 } = given;
    const cloud = opened(given);
    const all = burst(cloud, count);
    const { rejected } = cloud.queue.status.queue;
    expect(rejected).toBe(count - queueSize - maxConcurrent);
    const taken = count - rejected;
    while (cloud.begun.length < taken || cloud.open.length > 0) {
      await settled();
      cloud.first.answer();
    }
    expect(cloud.begun).toEqual(Array.from({ length: taken }, (_, index) => `r${index}`));
    const kinds = (await Promise.all(all)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(rejected);
  });

  it('CQ-004: a smaller queue works off what it has, and takes nothing until that is less', async () => {
    expect(entry('CQ-004')).toBeDefined();
    const cloud = new ScriptedRequests({ size: 100 });
    const all = burst(cloud, 51);
    cloud.settings = { ...cloud.settings, size: 10 };
    cloud.queue.settingsChanged();
    let refused = 0;
    await settled();
    while (cloud.open.length > 0) {
      const { waiting } = cloud.queue.status.queue;
      if (waiting >= 10) {
        expect(await cloud.ask('late')).toMatchObject({ queueFull: true });
        refused += 1;
      }
      cloud.first.answer();
      await settled();
    }
    expect(refused).toBe(41);
    expect((await Promise.all(all)).every(({ kind }) => kind === 'answered')).toBe(true);
  });

  it('every entry has its test here or, for CQ-006, in test/cloud/daemon.test.ts', () => {
    const tested = ['CQ-001', 'CQ-002', 'CQ-003', 'CQ-004', 'CQ-006'];
    expect(cloudQueue.map(({ id }) => id).filter((id) => !tested.includes(id))).toEqual([]);
  });
});
