import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/identity/registry/database.ts';
import { MIGRATIONS } from '../../../src/identity/registry/migrations/index.ts';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { id, registration } from './registration.ts';
import { refusal } from './store-contract.ts';

const PROCESS = fileURLToPath(new URL('registry-process.ts', import.meta.url));

describe('the registry file', () => {
  let directory: string;
  let file: string;
  let children: ChildProcess[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-database-'));
    file = join(directory, 'registry.db');
    children = [];
  });
  afterEach(async () => {
    for (const child of children) await kill(child);
    rmSync(directory, { recursive: true });
  });

  function open(at = directory): Promise<SqliteRegistry> {
    return openRegistry({ directory: at, clock: new ManualClock() });
  }

  async function closed(): Promise<void> {
    const registry = await open();
    await registry.register(registration('aa'));
    await registry.close();
  }

  function start(mode: string): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', PROCESS, mode, directory],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    children.push(child);
    return { child, lines: createInterface(child.stdout!)[Symbol.asyncIterator]() };
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  describe('permissions', () => {
    it('are 0600 in a directory of 0700 that is made, whatever the umask', async () => {
      const before = process.umask(0);
      try {
        const made = join(directory, 'a', 'b');
        const registry = await open(made);
        await registry.createThing({ name: 'pump' });
        expect(statSync(made).mode & 0o777).toBe(0o700);
        for (const name of readdirSync(made)) expect(statSync(join(made, name)).mode & 0o777).toBe(0o600);
        expect(readdirSync(made).sort()).toEqual(['registry.db', 'registry.db-wal']);
        await registry.close();
      } finally {
        process.umask(before);
      }
    });

    it('that were loosened are tightened again', async () => {
      await closed();
      chmodSync(file, 0o644);
      chmodSync(directory, 0o777);
      await (await open()).close();
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(directory).mode & 0o777).toBe(0o755);
    });

    it('of a directory that is everybody’s on purpose are left, and it is refused', async () => {
      chmodSync(directory, 0o1777);
      const refused = await refusal(open());
      expect(refused.message).toContain(directory);
      expect(refused.message).toContain('other users may write to it');
      expect(readdirSync(directory)).toEqual([]);
      expect(statSync(directory).mode & 0o7777).toBe(0o1777);
    });
  });

  describe('that cannot be used is refused by name, with a remedy, and left as it was', () => {
    async function expectRefused(...parts: string[]): Promise<void> {
      const before = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined;
      const { reason, message } = await refusal(open());
      expect(reason).toBe('SERVICE_ERROR');
      for (const part of [file, ...parts]) expect(message).toContain(part);
      if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true);
    }

    it('when it is empty', async () => {
      await closed();
      truncateSync(file, 0);
      await expectRefused('is empty', 'backup');
    });

    it('when it is something else', async () => {
      writeFileSync(file, 'this is no database at all, but long enough to be looked at as one'.repeat(50));
      await expectRefused('damaged', 'backup');
    });

    it('when it was cut short', async () => {
      await closed();
      truncateSync(file, 8192);
      await expectRefused('damaged', 'backup');
    });

    it('when a page of it was overwritten', async () => {
      await closed();
      const content = readFileSync(file);
      content.fill(0xa5, 4096, 8192);
      writeFileSync(file, content);
      await expectRefused('damaged', 'backup');
    });

    it('when it is another program’s database', async () => {
      const other = new DatabaseSync(file);
      other.exec('CREATE TABLE theirs (a); PRAGMA user_version = 1');
      other.close();
      await expectRefused('not a registry', 'move it away');
    });

    it('when a newer deviceauthd wrote it', async () => {
      await closed();
      const newer = new DatabaseSync(file);
      newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
      newer.close();
      await expectRefused(`version ${MIGRATIONS.length + 1}`, 'newer deviceauthd');
    });

    it('when its tables are not those of its version', async () => {
      await closed();
      const other = new DatabaseSync(file);
      other.exec('DROP TABLE tombstones');
      other.close();
      await expectRefused('tombstones');
    });

    it('when it is a link or a directory', async () => {
      symlinkSync('/dev/null', file);
      await expectRefused('not a regular file');
      rmSync(file);
      mkdirSync(file);
      await expectRefused('not a regular file');
    });

    it('when only its log is left', async () => {
      writeFileSync(`${file}-wal`, 'x');
      await expectRefused('is missing', 'backup');
      expect(existsSync(file)).toBe(false);
    });

    it('when its directory is a file', async () => {
      writeFileSync(file, '');
      const { message } = await refusal(open(file));
      expect(message).toContain('cannot be the state directory');
    });
  });

  it('that is damaged where nobody looked yet says so when that is read', async () => {
    const registry = await open();
    const inputs = Array.from({ length: 30_000 }, (_, n) => registration(n.toString(16).padStart(8, '0')));
    await registry.registerMany(inputs);
    await registry.close();
    const content = readFileSync(file);
    expect(content.length).toBeGreaterThan(8 * 1024 * 1024);
    content.fill(0xa5, 4 * 1024 * 1024, 5 * 1024 * 1024);
    writeFileSync(file, content);
    const again = await open();
    const { reason, message } = await refusal(
      (async () => {
        for (const input of inputs) await again.certificate(input.certificate.id);
      })(),
    );
    expect(reason).toBe('SERVICE_ERROR');
    expect(message).toContain(file);
    await again.close();
  });

  it('keeps everything over a restart', async () => {
    await closed();
    const registry = await open();
    expect((await registry.certificate(id('aa')))?.status).toBe('ACTIVE');
    expect(await registry.counts()).toEqual({ things: 0, certificates: 1, deviceCas: 0 });
    await registry.close();
  });

  describe('migrations', () => {
    it('bring an older file up to date, one after the other, and keep what is in it', async () => {
      const first = openDatabase(file, MIGRATIONS.slice(0, 1));
      first.exec("INSERT INTO things VALUES ('pump', '', '{}', '[]', 1)");
      first.close();
      const registry = await open();
      expect(await registry.thing('pump')).toMatchObject({ name: 'pump' });
      expect(await registry.trust.highWaterMark()).toEqual({ highWaterMark: 0, setBack: 0 });
      await registry.close();
    });

    it('keep the trust of a daemon that kept no certificates with it', async () => {
      const before = openDatabase(file, MIGRATIONS.slice(0, 4));
      before.exec(`INSERT INTO trusted_certificates VALUES ('${id('aa')}', 5, 'aws')`);
      before.close();
      const registry = await open();
      expect(await registry.trust.load(id('aa'))).toMatchObject({
        certificate: { certificateId: id('aa'), confirmedAt: 5, verifier: 'aws' },
        hasPem: false,
      });
      expect(await registry.trust.page(undefined, 10)).toEqual([{ certificateId: id('aa'), pem: undefined }]);
      expect(await registry.trust.refreshState()).toBeUndefined();
      await registry.close();
    });

    it('that fail half-way leave the file as it was', async () => {
      await closed();
      const broken = [...MIGRATIONS, 'CREATE TABLE more (a) STRICT; DROP TABLE things'];
      expect(() =>
        openDatabase(file, [...MIGRATIONS, 'CREATE TABLE more (a TEXT); SELECT bogus FROM more']),
      ).toThrow(file);
      expect(() => openDatabase(file, broken)).toThrow(file);
      const database = openDatabase(file);
      expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'more'").get()).toBeUndefined();
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length });
      database.close();
      const registry = await open();
      expect((await registry.counts()).certificates).toBe(1);
      await registry.close();
    });

    it('of a new file that fail leave no file', () => {
      expect(() => openDatabase(file, ['CREATE TABLE a (b TEXT) STRICT', 'bogus'])).toThrow('bogus');
      expect(readdirSync(directory)).toEqual([]);
    });
  });

  describe('belongs to one process', () => {
    it('and a second daemon is told which file is in use', async () => {
      const { child, lines } = start('hold');
      expect((await lines.next()).value).toBe('0');
      const { message } = await refusal(open());
      expect(message).toContain(file);
      expect(message).toContain('is in use');
      expect(message).toContain('stateDirectory');
      await kill(child);
      await (await open()).close();
    });

    it('and to one registry in it', async () => {
      const registry = await open();
      expect((await refusal(open())).message).toContain('is in use');
      await registry.createThing({ name: 'pump' });
      await registry.close();
    });

    it('however many start at once on an empty directory', async () => {
      const started = [1, 2, 3, 4].map(() => start('hold'));
      const outcomes = await Promise.all(started.map(async ({ lines }) => (await lines.next()).value));
      expect(outcomes.filter((line) => line === '0')).toHaveLength(1);
      expect(outcomes.filter((line) => line === undefined)).toHaveLength(3);
      expect(readdirSync(directory).sort()).toEqual(['registry.db', 'registry.db-wal']);
    });
  });

  it('is whole after a SIGKILL at any instant, with all that was confirmed', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { child, lines } = start('write');
      let confirmed = Number((await lines.next()).value);
      for (let n = 0; n < 1 + round; n += 1) confirmed = Number((await lines.next()).value);
      setTimeout(() => child.kill('SIGKILL'), round * 1.7);
      for (let line = await lines.next(); line.done !== true; line = await lines.next())
        confirmed = Number(line.value);
      await kill(child);

      const copy = mkdtempSync(join(tmpdir(), 'deviceauthd-copy-'));
      for (const name of readdirSync(directory)) copyFileSync(join(directory, name), join(copy, name));
      const database = new DatabaseSync(join(copy, 'registry.db'));
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
      database.close();
      rmSync(copy, { recursive: true });

      const registry = await open();
      const counts = await registry.counts();
      expect(counts.certificates).toBeGreaterThanOrEqual(confirmed);
      expect(counts.things).toBe(counts.certificates);
      const last = (counts.certificates - 1).toString(16).padStart(8, '0');
      expect(await registry.attachmentsOfThing(last)).toEqual([
        { certificateId: id(last), thingName: last, exclusive: true },
      ]);
      await registry.close();
    }
  });
});
