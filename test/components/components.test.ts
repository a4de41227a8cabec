import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPONENT_OPERATIONS,
  type ComponentChange,
  type ComponentRecord,
  type ComponentStore,
} from '../../src/components/component.ts';
import { Components } from '../../src/components/components.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';

class Disk implements ComponentStore {
  readonly kept = new Map<string, ComponentRecord>();
  isFull = false;

  async load(): Promise<readonly ComponentRecord[]> {
    return [...this.kept.values()];
  }
  async put(record: ComponentRecord): Promise<void> {
    if (this.isFull) throw new Error('disk full');
    this.kept.set(record.name, record);
  }
  async remove(name: string): Promise<void> {
    if (this.isFull) throw new Error('disk full');
    this.kept.delete(name);
  }
}

async function open(disk = new Disk(), clock = new ManualClock()) {
  const components = await Components.open({ store: disk, clock });
  const changes: ComponentChange[] = [];
  components.onChange((change) => changes.push(change));
  return { components, disk, clock, changes };
}

const ALL = [...COMPONENT_OPERATIONS];

describe('A component', () => {
  it('is known by its token, which only its hash is kept of', async () => {
    const { components, disk } = await open();
    const { token, component } = await components.add('my.broker', ['*']);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect([...component.operations]).toEqual(ALL);
    expect(components.componentOf(token)?.name).toBe('my.broker');
    expect(components.componentOf(`${token} `)).toBeUndefined();
    expect(components.componentOf('')).toBeUndefined();
    expect(components.componentOf('x'.repeat(10_000))).toBeUndefined();
    const [record] = disk.kept.values();
    const hash = createHash('sha256').update(token).digest();
    expect(Buffer.from(record?.tokenHash ?? [])).toEqual(hash);
    expect(JSON.stringify([...disk.kept])).not.toContain(token);
    expect(components.componentOf(hash.toString('base64url'))).toBeUndefined();
  });

  it('is still known after a restart', async () => {
    const { components, disk } = await open();
    const { token } = await components.add('a', ['GetClientDeviceAuthToken']);
    const { components: again } = await open(disk);
    expect(again.componentOf(token)).toMatchObject({ name: 'a' });
    expect([...(again.component('a')?.operations ?? [])]).toEqual(['GetClientDeviceAuthToken']);
  });

  it('gets another token, and the old one is refused', async () => {
    const { components, clock, changes } = await open();
    const old = await components.add('a', ['*']);
    clock.advance(1_000);
    const renewed = await components.renewToken('a');
    expect(components.componentOf(old.token)).toBeUndefined();
    expect(components.componentOf(renewed.token)?.name).toBe('a');
    expect(renewed.component.tokenIssuedAt - renewed.component.createdAt).toBe(1_000);
    expect(changes).toEqual([{ kind: 'token', name: 'a' }]);
  });

  it('may call something else from now on', async () => {
    const { components, changes } = await open();
    const { token } = await components.add('a', ['*']);
    await components.setOperations('a', ['aws.greengrass#AuthorizeClientDeviceAction']);
    expect([...(components.componentOf(token)?.operations ?? [])]).toEqual(['AuthorizeClientDeviceAction']);
    expect(changes).toEqual([{ kind: 'operations', name: 'a' }]);
  });

  it('that was removed is nobody', async () => {
    const { components, disk, changes } = await open();
    const { token } = await components.add('a', ['*']);
    await components.remove('a');
    expect([components.componentOf(token), components.component('a'), disk.kept.size]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect(changes).toEqual([{ kind: 'removed', name: 'a' }]);
    await expect(components.remove('a')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    await expect(components.renewToken('a')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    await expect(components.setOperations('a', ['*'])).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });

  it.each(['', '.hidden', 'a b', 'a/b', 'ü', 'x'.repeat(129), 'a\n'])('cannot be called %j', async (name) => {
    const { components } = await open();
    await expect(components.add(name, ['*'])).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringMatching(/^name /),
    });
  });

  it.each<[string[], string]>([
    [[], 'at least one of VerifyClientDeviceIdentity'],
    [['*', 'GetClientDeviceAuthToken'], '* alone'],
    [['GetClientDeviceAuthtoken'], 'the nearest is GetClientDeviceAuthToken'],
    [['PublishToTopic'], 'there are VerifyClientDeviceIdentity, '],
  ])('cannot be allowed %j', async (operations, why) => {
    const { components } = await open();
    await expect(components.add('a', operations)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringContaining(why),
    });
    expect(components.list()).toEqual([]);
  });

  it('cannot be there twice, not even when it is added twice at once', async () => {
    const { components } = await open();
    const both = await Promise.allSettled([components.add('a', ['*']), components.add('a', ['*'])]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({ reason: { reason: 'ALREADY_EXISTS' } });
  });
});

describe('A change that cannot be kept', () => {
  it('has changed nothing, and told nobody', async () => {
    const { components, disk, changes } = await open();
    const { token } = await components.add('a', ['GetClientDeviceAuthToken']);
    disk.isFull = true;
    const failing = [
      () => components.add('b', ['*']),
      () => components.setOperations('a', ['*']),
      () => components.renewToken('a'),
      () => components.remove('a'),
    ];
    for (const change of failing) await expect(change()).rejects.toThrow('disk full');
    expect(components.list().map(({ name }) => name)).toEqual(['a']);
    expect(components.componentOf(token)?.operations.size).toBe(1);
    expect(changes).toEqual([]);
    disk.isFull = false;
    await components.remove('a');
  });

  it('by a listener that throws stands', async () => {
    const faults: unknown[] = [];
    const components = await Components.open({
      store: new Disk(),
      clock: new ManualClock(),
      onFault: (error) => faults.push(error),
    });
    components.onChange(() => {
      throw new Error('deaf');
    });
    const { token } = await components.add('a', ['*']);
    await components.remove('a');
    expect(components.componentOf(token)).toBeUndefined();
    expect(faults).toHaveLength(1);
  });
});

it('Any list of names is read as the operations it names, or refused as a whole', async () => {
  const { components } = await open();
  await components.add('a', ['*']);
  const word = fc.oneof(fc.constantFrom(...ALL, ...ALL.map((name) => `aws.greengrass#${name}`)), fc.string());
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (operations) => {
      const names = operations.map((name) => name.replace(/^aws\.greengrass#/, ''));
      const isRight = names.length > 0 && names.every((name) => (ALL as string[]).includes(name));
      const outcome = await components.setOperations('a', operations).then(
        ({ operations: allowed }) => [...allowed],
        () => undefined,
      );
      if (operations.includes('*')) return;
      expect(outcome).toEqual(isRight ? ALL.filter((name) => names.includes(name)) : undefined);
    }),
    { numRuns: runs().numRuns / 10 },
  );
});
