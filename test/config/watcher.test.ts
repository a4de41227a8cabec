import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/clock.ts';
import { ConfigurationWatcher, type ReloadOutcome, type WatcherOptions } from '../../src/config/watcher.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { ManualClock } from '../support/manual-clock.ts';

let directory: string;
let file: string;
let outcomes: ReloadOutcome[];
let heard: () => void;
const watchers: ConfigurationWatcher[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'watcher-'));
  file = join(directory, 'deviceauthd.yaml');
  writeFileSync(file, 'performance: {maxActiveAuthTokens: 10}');
  outcomes = [];
  heard = () => {};
});
afterEach(async () => {
  await Promise.all(watchers.splice(0).map((watcher) => watcher.close()));
  rmSync(directory, { recursive: true, force: true });
});

async function open(options: Partial<WatcherOptions> = {}): Promise<ConfigurationWatcher> {
  const watcher = await ConfigurationWatcher.open({
    file,
    clock: new SystemClock(),
    settleMs: 20,
    pollMs: 60_000,
    ...options,
  });
  watcher.onReload((outcome) => {
    outcomes.push(outcome);
    heard();
  });
  watchers.push(watcher);
  return watcher;
}

/** Resolves with the outcome of the reload that follows. */
function reloaded(): Promise<ReloadOutcome> {
  return new Promise((resolve) => {
    heard = () => {
      const outcome = outcomes.at(-1);
      if (outcome !== undefined) resolve(outcome);
    };
  });
}

const tokens = (count: number) => `performance: {maxActiveAuthTokens: ${count}}`;

describe('The configuration of a running daemon', () => {
  it('cannot begin with a missing or a wrong file, and says why', async () => {
    await expect(open({ file: join(directory, 'none.yaml') })).rejects.toThrow(
      /none\.yaml cannot be used:\n.*no such file/,
    );
    writeFileSync(file, 'security: {clientIdRule: none}');
    await expect(open()).rejects.toThrow(/security\.clientIdRule: must be one of exact, any/);
  });

  it('tells before it is read again and after, not at the first time', async () => {
    const watcher = await open();
    const seen: string[] = [];
    watcher.onReloading(() => seen.push(`before: ${watcher.current.performance.maxActiveAuthTokens}`));
    watcher.onReload(() => seen.push(`after: ${watcher.current.performance.maxActiveAuthTokens}`));
    writeFileSync(file, tokens(11));
    await watcher.reload();
    expect(seen).toEqual(['before: 10', 'after: 11']);
  });

  it('follows a file that is written in place', async () => {
    const watcher = await open();
    watcher.start();
    const change = reloaded();
    writeFileSync(file, tokens(11));
    expect(await change).toMatchObject({ ok: true, changedPaths: ['performance.maxActiveAuthTokens'] });
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(11);
  });

  it('follows a file that is replaced by a rename', async () => {
    const watcher = await open();
    watcher.start();
    for (const count of [12, 13]) {
      const change = reloaded();
      writeFileSync(`${file}.tmp`, tokens(count));
      renameSync(`${file}.tmp`, file);
      await change;
      expect(watcher.current.performance.maxActiveAuthTokens).toBe(count);
    }
  });

  it('follows links that are swapped, as Kubernetes swaps them', async () => {
    unlinkSync(file);
    for (const count of [20, 21]) {
      mkdirSync(join(directory, `..v${count}`));
      writeFileSync(join(directory, `..v${count}`, 'deviceauthd.yaml'), tokens(count));
    }
    symlinkSync('..v20', join(directory, '..data'));
    symlinkSync(join('..data', 'deviceauthd.yaml'), file);
    const watcher = await open();
    watcher.start();
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(20);
    const change = reloaded();
    symlinkSync('..v21', join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    await change;
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(21);
  });

  it('follows a file that was away for a while, and keeps the last good one meanwhile', async () => {
    const watcher = await open();
    watcher.start();
    const gone = reloaded();
    unlinkSync(file);
    expect(await gone).toMatchObject({
      ok: false,
      errors: [{ rule: 'the file cannot be read: there is no such file' }],
    });
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(10);
    const back = reloaded();
    writeFileSync(file, tokens(14));
    expect(await back).toMatchObject({ ok: true });
    expect(watcher.status).toMatchObject({
      errors: [],
      effective: { performance: { maxActiveAuthTokens: 14 } },
    });
  });

  it('finds a change by looking where nothing tells of it', async () => {
    const elsewhere = join(directory, 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(file, join(elsewhere, 'real.yaml'));
    symlinkSync(join(elsewhere, 'real.yaml'), file);
    const watcher = await open({ pollMs: 20 });
    watcher.start();
    const change = reloaded();
    writeFileSync(join(elsewhere, 'real.yaml'), tokens(15));
    await change;
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(15);
  });

  it('is not read while it is being written', async () => {
    const clock = new ManualClock();
    const watcher = await open({ clock, settleMs: 200, pollMs: 1000 });
    watcher.start();
    const settled = async (): Promise<void> => {
      clock.advance(200);
      await watcher.reloadsDone();
    };
    writeFileSync(file, 'deviceGroups: {}\n');
    clock.advance(1000);
    appendFileSync(file, 'performance:\n');
    await settled();
    appendFileSync(file, '  maxActiveAuthTokens: 16\n');
    await settled();
    expect(outcomes).toEqual([]);
    await settled();
    expect(outcomes).toHaveLength(1);
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(16);
  });

  it('that was truncated changes nothing', async () => {
    const watcher = await open();
    writeFileSync(file, '');
    expect(await watcher.reload()).toMatchObject({ ok: false });
    expect(watcher.current.performance.maxActiveAuthTokens).toBe(10);
  });

  it('stays the last good one while the file is wrong, and status says what is wrong', async () => {
    const watcher = await open({ validateDeviceGroups: compileDeviceGroups });
    const before = watcher.current;
    const loadedAt = watcher.status.loadedAt;
    writeFileSync(
      file,
      'deviceGroups: {definitions: {g: {selectionRule: "thingName: a", policyName: none}}}',
    );
    const outcome = await watcher.reload();
    expect(outcome).toMatchObject({ ok: false, changedPaths: [] });
    expect(watcher.current).toBe(before);
    expect(watcher.status.errors).toEqual(outcome.errors);
    expect(watcher.status.errors[0]?.path).toBe('deviceGroups.definitions.g.policyName');
    expect(watcher.status.loadedAt).toBe(loadedAt);
    writeFileSync(file, tokens(10));
    await watcher.reload();
    expect(watcher.status.errors).toEqual([]);
  });

  it('tells what changed, once, and names what waits for a restart until it is as it was', async () => {
    const watcher = await open();
    const told: (readonly string[])[] = [];
    watcher.onChange((_, paths) => told.push(paths));
    writeFileSync(
      file,
      JSON.stringify({
        stateDirectory: '/elsewhere',
        deviceGroups: { policies: {} },
        log: { level: 'debug' },
        listeners: { b: { socket: '/b', operations: ['broker'] } },
      }),
    );
    const outcome = await watcher.reload();
    expect([...outcome.changedPaths].sort()).toEqual([
      'deviceGroups',
      'listeners.b',
      'log.level',
      'performance.maxActiveAuthTokens',
      'stateDirectory',
    ]);
    expect(outcome.restartRequired).toEqual(['stateDirectory', 'listeners.b']);
    expect(await watcher.reload()).toMatchObject({
      ok: true,
      changedPaths: [],
      restartRequired: outcome.restartRequired,
    });
    expect(watcher.status.restartRequired).toEqual(outcome.restartRequired);
    writeFileSync(file, 'performance: {maxActiveAuthTokens: 10}');
    expect((await watcher.reload()).restartRequired).toEqual([]);
    expect(told).toHaveLength(2);
    expect(told[0]).toEqual(outcome.changedPaths);
  });

  it('shows no PIN of a security module in its status, and gives it to the daemon', async () => {
    const uri = 'pkcs11:object=ca;type=private?pin-value=4711';
    writeFileSync(file, `certificateAuthority: {privateKeyUri: "${uri}"}`);
    const watcher = await open();
    expect(watcher.current.certificateAuthority.privateKeyUri).toBe(uri);
    expect(JSON.stringify(watcher.status)).not.toContain('4711');
  });

  it('keeps a running value where the reference does', async () => {
    writeFileSync(file, 'performance: {cloudRequestQueueSize: 42}');
    const watcher = await open();
    writeFileSync(file, 'performance: {cloudRequestQueueSize: 0}');
    expect(await watcher.reload()).toMatchObject({ ok: true, changedPaths: [], warnings: [{ value: 0 }] });
    expect(watcher.current.performance.cloudRequestQueueSize).toBe(42);
  });

  it('reaches every listener, although one of them fails', async () => {
    const watcher = await open();
    let reached = 0;
    watcher.onChange(() => {
      throw new Error('a defect');
    });
    const stop = watcher.onChange(() => {
      reached += 1;
    });
    writeFileSync(file, tokens(17));
    expect((await watcher.reload()).faults).toMatchObject([{ message: 'a defect' }]);
    expect(reached).toBe(1);
    stop();
    writeFileSync(file, tokens(18));
    await watcher.reload();
    expect(reached).toBe(1);
  });

  it('is read by one reload after the other', async () => {
    const watcher = await open();
    writeFileSync(file, tokens(19));
    const all = await Promise.all([watcher.reload(), watcher.reload(), watcher.reload()]);
    expect(all.map(({ changedPaths }) => changedPaths.length)).toEqual([1, 0, 0]);
  });
});
