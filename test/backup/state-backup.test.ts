import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seal, unseal } from '../../src/backup/archive.ts';
import type { ScryptCost } from '../../src/backup/archive-key.ts';
import { STATE_PARTS, type StatePart } from '../../src/backup/records.ts';
import { StateBackup } from '../../src/backup/state-backup.ts';
import { DaemonError, type ErrorReason } from '../../src/errors.ts';
import { parseCertificate } from '../../src/identity/certificate.ts';
import { openRegistry, type SqliteRegistry } from '../../src/identity/registry/sqlite-registry.ts';
import { DeviceCaStore } from '../../src/pki/authorities/device-ca-store.ts';
import { ServerCa } from '../../src/pki/authorities/server-ca.ts';
import { CertificateIssuer } from '../../src/pki/x509/certificate-issuer.ts';
import { ManualClock } from '../support/manual-clock.ts';

const PASSPHRASE = 'correct horse battery';
const CHEAP: ScryptCost = { logN: 1, r: 1, p: 1 };
const DAY = 86_400_000;

/** The rooms of one daemon that a copy is about, on a state directory of their own. */
class Host {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly registry: SqliteRegistry;
  readonly serverCa: ServerCa;
  readonly deviceCas: DeviceCaStore;
  readonly backup: StateBackup;
  readonly warnings: string[];

  private constructor(directory: string, clock: ManualClock, registry: SqliteRegistry, serverCa: ServerCa) {
    this.directory = directory;
    this.clock = clock;
    this.registry = registry;
    this.serverCa = serverCa;
    this.warnings = [];
    this.deviceCas = new DeviceCaStore({
      stateDirectory: directory,
      registry,
      issuer: issuerOn(clock),
      parse: parseCertificate,
      warn: (message) => this.warnings.push(message),
    });
    this.backup = new StateBackup({ registry, serverCa, deviceCas: this.deviceCas, clock, cost: CHEAP });
  }

  static async open(directory = mkdtempSync(join(tmpdir(), 'deviceauthd-backup-'))): Promise<Host> {
    const clock = new ManualClock();
    const registry = await openRegistry({ directory, clock });
    const serverCa = await ServerCa.open({
      stateDirectory: directory,
      issuer: issuerOn(clock),
      clock,
      settings: () => ({ keyType: 'EC_P256', custom: undefined, overlapDays: 30 }),
      warn: () => {},
    });
    return new Host(directory, clock, registry, serverCa);
  }

  async export(...parts: StatePart[]): Promise<Buffer> {
    const pieces: Buffer[] = [];
    const request = { parts: new Set(parts), passphrase: PASSPHRASE };
    for await (const piece of this.backup.export(request)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  import(file: Buffer, parts: readonly StatePart[], more: { replace?: boolean; passphrase?: string } = {}) {
    const { replace = false, passphrase = PASSPHRASE } = more;
    return this.backup.import({ parts: new Set(parts), passphrase, replace }, inPieces(file));
  }

  /** Signs something that devices are shown: from now on this CA matters. */
  async sign(): Promise<void> {
    await this.serverCa.recordIssued(this.serverCa.currentId ?? '', this.clock.now() + 7 * DAY);
  }

  issue(thingName: string, deviceCa = 'default') {
    return this.deviceCas.issue({
      thingName,
      keyType: 'EC_P256',
      validityDays: 365,
      exclusive: true,
      createThing: true,
      deviceCa,
    });
  }

  make(name: string, provisioning = false) {
    return this.deviceCas.create({ name, keyType: 'EC_P256', validityDays: 3650, provisioning });
  }

  /** Everything a copy could change. */
  async everything(): Promise<unknown> {
    const copy = await this.registry.copy();
    const rows = [...copy.rows()];
    copy.close();
    const files = readdirSync(join(this.directory, 'ca'), { recursive: true })
      .map(String)
      .filter((name) => /\.\w+$/.test(name))
      .sort();
    return { rows, files, serverCa: this.serverCa.state(), keys: await this.registry.deviceCas() };
  }

  async close(): Promise<void> {
    await this.registry.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function issuerOn(clock: ManualClock): CertificateIssuer {
  return new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) });
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

async function reasonOf(call: Promise<unknown>): Promise<{ reason: ErrorReason; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DaemonError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/** The same copy with its lines changed, by somebody who knows the passphrase. */
async function rewritten(file: Buffer, change: (lines: string[]) => string[]): Promise<Buffer> {
  let text = '';
  for await (const piece of unseal(inPieces(file), PASSPHRASE)) text += piece.toString();
  async function* content(): AsyncGenerator<Buffer> {
    yield Buffer.from(
      change(text.split('\n').slice(0, -1))
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  const pieces: Buffer[] = [];
  for await (const piece of seal(content(), PASSPHRASE, CHEAP)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a second copy', () => {
  let here: Host;
  let there: Host;

  beforeEach(async () => {
    here = await Host.open();
    there = await Host.open();
    await here.make('default', true);
    await here.make('second');
    await here.issue('lamp');
    await here.issue('pump', 'second');
    await here.sign();
    await here.serverCa.rotate('now');
    await here.sign();
    await here.serverCa.rotate('announce');
  });
  afterEach(async () => {
    await here.close();
    await there.close();
  });

  it('of everything makes a new host the same: it knows the devices, and the same CAs sign', async () => {
    const file = await here.export('cas', 'registry');
    const result = await there.import(file, ['cas', 'registry']);
    expect(result).toEqual({
      exportedAt: here.clock.now(),
      things: 2,
      certificates: 2,
      deviceCas: 2,
      serverCaId: here.serverCa.currentId,
    });
    const roles = (host: Host) => {
      const { current, next, retired, switchAt } = host.serverCa.state();
      return [
        current?.certificateId,
        next?.certificateId,
        switchAt,
        ...retired.map((each) => each.certificateId),
      ];
    };
    expect(roles(there)).toEqual(roles(here));
    expect(there.serverCa.signer().privateKey.equals(here.serverCa.signer().privateKey)).toBe(true);
    expect(await there.registry.deviceCas()).toEqual(await here.registry.deviceCas());
    const { certificatePem, caPem } = await there.issue('third', 'second');
    expect(new X509Certificate(certificatePem).verify(new X509Certificate(caPem).publicKey)).toBe(true);
    expect(caPem).toBe((await here.deviceCas.list()).find(({ name }) => name === 'second')?.certificatePem);
  });

  it('is the same after a restart of the host it came to', async () => {
    await there.import(await here.export('cas', 'registry'), ['cas', 'registry']);
    await there.registry.close();
    const again = await Host.open(there.directory);
    there = again;
    expect(again.serverCa.currentId).toBe(here.serverCa.currentId);
    expect(again.serverCa.state().problem).toBeUndefined();
    await again.issue('third');
  });

  it('imported twice changes nothing the second time, whether it replaces or not', async () => {
    const file = await here.export('cas', 'registry');
    await there.import(file, STATE_PARTS);
    const before = await there.everything();
    await there.import(file, STATE_PARTS);
    await there.import(file, STATE_PARTS, { replace: true });
    expect(await there.everything()).toEqual(before);
    expect(there.warnings).toEqual([]);
  });

  it('of the registry alone has no key; the CAs’ keys can follow, or be here already', async () => {
    const registry = await here.export('registry');
    await there.import(registry, ['registry']);
    expect((await there.registry.deviceCas()).map(({ keyFile }) => keyFile)).toEqual([undefined, undefined]);
    expect((await reasonOf(there.issue('third'))).reason).toBe('INVALID_ARGUMENTS');
    await there.import(await here.export('cas'), ['cas']);
    await there.issue('third');
    await there.import(registry, ['registry'], { replace: true });
    await there.issue('third');
  });

  it('of the CAs leaves other device CAs as they are, those without a key too', async () => {
    await there.make('mine');
    const { certificatePem } = (await here.deviceCas.list())[0]!;
    await there.deviceCas.register({ name: 'default', certificatePem, provisioning: true });
    await there.import(await here.export('cas'), ['cas'], { replace: true });
    expect((await there.deviceCas.list()).map(({ name, localKey }) => [name, localKey])).toEqual([
      ['default', true],
      ['mine', true],
      ['second', true],
    ]);
    await there.issue('x', 'mine');
    await there.issue('y', 'default');
  });

  describe('that differs from what is here', () => {
    it('in a device CA is refused whole, and replaces it only when told, with its key kept aside', async () => {
      await there.make('default');
      const mine = (await there.deviceCas.list())[0]!;
      const file = await here.export('cas');
      const before = await there.everything();
      const { reason, message } = await reasonOf(there.import(file, ['cas']));
      expect([reason, message]).toEqual([
        'ALREADY_EXISTS',
        expect.stringContaining('device CA default is another one'),
      ]);
      expect(await there.everything()).toEqual(before);
      await there.import(file, ['cas'], { replace: true });
      const aside = join(there.directory, 'ca', 'removed', `default-${mine.certificateId.slice(0, 16)}`);
      expect(readFileSync(join(aside, 'ca.pem'), 'utf8')).toBe(mine.certificatePem);
      expect(existsSync(join(aside, 'ca.key'))).toBe(true);
      await there.issue('third', 'default');
    });

    it('in a server CA that has signed is refused whole, and replaces it only when told', async () => {
      await there.sign();
      const mine = there.serverCa.currentId ?? '';
      const file = await here.export('cas');
      const before = await there.everything();
      const { reason, message } = await reasonOf(there.import(file, ['cas']));
      expect([reason, message]).toEqual(['ALREADY_EXISTS', expect.stringContaining(mine.slice(0, 16))]);
      expect(await there.everything()).toEqual(before);
      await there.import(file, ['cas'], { replace: true });
      expect(there.serverCa.currentId).toBe(here.serverCa.currentId);
      expect(
        existsSync(join(there.directory, 'ca', 'removed', `server-${mine.slice(0, 16)}`, 'ca.key')),
      ).toBe(true);
    });

    it('in the registry is refused whole, keys included', async () => {
      await there.registry.createThing({ name: 'lamp', type: 'other' });
      const before = await there.everything();
      const { reason } = await reasonOf(there.import(await here.export('cas', 'registry'), STATE_PARTS));
      expect(reason).toBe('ALREADY_EXISTS');
      expect(await there.everything()).toEqual(before);
    });

    it('and replaces the registry puts keys of CAs that are gone aside', async () => {
      await there.make('mine');
      await there.import(await here.export('registry'), ['registry'], { replace: true });
      expect((await there.deviceCas.list()).map(({ name }) => name)).toEqual(['default', 'second']);
      expect(readdirSync(join(there.directory, 'ca', 'devices'))).toEqual([]);
      await there.make('mine');
    });
  });

  it('that was recorded when the daemon was killed has its keys put in place when they are needed', async () => {
    await there.make('default');
    const keys = await here.deviceCas.exportKeys();
    const staged = await there.deviceCas.stageKeys(keys);
    const staging = there.registry.stage();
    for (const { keyFile, ...ca } of staged) staging.add({ kind: 'device-ca', ca }, keyFile);
    await staging.apply({ whole: false, replace: true });
    staging.close();
    await there.registry.close();
    there = await Host.open(there.directory);
    for (const { name, certificatePem } of keys)
      expect((await there.issue('x', name)).caPem).toBe(certificatePem);
    expect(there.warnings).toEqual([expect.stringContaining('is kept in')]);
  });

  it('has its keys in place for whoever asks for them while it still comes in', async () => {
    await there.make('default');
    const keys = await here.deviceCas.exportKeys();
    for (let round = 0; round < 5; round += 1) {
      const asked: Promise<unknown>[] = [];
      const stop = there.registry.onChange(({ kind }) => {
        if (kind !== 'device-cas') return;
        for (const { name } of keys)
          asked.push(there.deviceCas.authority(name), there.deviceCas.authority(name));
      });
      await there.import(await here.export('cas'), ['cas'], { replace: true });
      stop();
      expect(await Promise.all(asked)).toHaveLength(4);
      await there.close();
      there = await Host.open();
      await there.make('default');
    }
  });

  it('that was not recorded when the daemon was killed changes nothing', async () => {
    await there.make('default');
    const mine = await there.deviceCas.list();
    await there.deviceCas.stageKeys(await here.deviceCas.exportKeys());
    await there.registry.close();
    there = await Host.open(there.directory);
    expect(await there.deviceCas.list()).toEqual(mine);
    expect((await there.issue('x', 'default')).caPem).toBe(mine[0]?.certificatePem);
    await there.import(await here.export('cas'), ['cas'], { replace: true });
    await there.issue('y', 'second');
  });

  it('is what a host whose server CA cannot be read any more is restored from', async () => {
    const file = await here.export('cas');
    await here.registry.close();
    const [directory = ''] = readdirSync(join(here.directory, 'ca', 'server')).filter((name) =>
      name.startsWith((here.serverCa.currentId ?? '').slice(0, 16)),
    );
    writeFileSync(join(here.directory, 'ca', 'server', directory, 'ca.key'), 'damaged');
    const broken = await Host.open(here.directory);
    here = broken;
    expect(broken.serverCa.state().problem).toContain('ca import');
    const { serverCaId } = await broken.import(file, ['cas']);
    expect(broken.serverCa.state().problem).toBeUndefined();
    expect(broken.serverCa.signer().id).toBe(serverCaId);
  });

  it('of a later time trusts a CA that signed on as long as its certificates may live', async () => {
    const file = await here.export('cas');
    there.clock.advance(20 * DAY);
    await there.import(file, ['cas']);
    await there.serverCa.rotate('now');
    const old = there.serverCa
      .state()
      .retired.find(({ certificateId }) => certificateId === here.serverCa.currentId);
    expect(old?.forgottenAt).toBeGreaterThanOrEqual(there.clock.now() + 30 * DAY);
  });

  describe('that is not what was asked for', () => {
    const nothingChanged = async (call: Promise<unknown>, before: unknown): Promise<string> => {
      const { reason, message } = await reasonOf(call);
      expect(reason).toBe('INVALID_ARGUMENTS');
      expect(await there.everything()).toEqual(before);
      return message;
    };
    let before: unknown;
    beforeEach(async () => {
      before = await there.everything();
    });

    it('because it has another part is refused', async () => {
      const message = await nothingChanged(there.import(await here.export('registry'), ['cas']), before);
      expect(message).toContain('it has no CAs');
    });

    it('because the passphrase is another, empty or too short is refused', async () => {
      const file = await here.export('cas');
      for (const passphrase of ['correct horse batterx', '']) {
        await nothingChanged(there.import(file, ['cas'], { passphrase }), before);
      }
      const short = here.backup.export({ parts: new Set(['cas']), passphrase: 'elevenchars' });
      expect((await reasonOf(short.next())).message).toContain('12 to 1024 characters');
    });

    it('because it is cut short anywhere is refused, whatever came before', async () => {
      for (let index = 0; index < 200; index += 1)
        await here.registry.createThing({ name: `thing-${index}` });
      const file = await here.export('cas', 'registry');
      for (const at of [file.length - 1, file.length - 17, Math.floor(file.length / 2), 100, 0]) {
        await nothingChanged(there.import(file.subarray(0, at), STATE_PARTS), before);
      }
    });

    it.each<readonly [what: string, change: (lines: string[]) => string[], says: string]>([
      ['a kind that is not known', (all) => all.with(1, '{"kind":"secret"}'), 'of the kind "secret"'],
      ['a field that is not known', (all) => all.with(1, all[1]!.replace('{', '{"more":1,')), 'has a wrong'],
      [
        'content of a later version',
        (all) => all.with(0, all[0]!.replace('"version":1', '"version":2')),
        'its content has version 2',
      ],
      ['a record missing', (all) => all.toSpliced(2, 1), 'it should have'],
      ['no end', (all) => all.slice(0, -1), 'its last record is missing'],
      ['something after its end', (all) => [...all, all[1]!], 'something follows its end'],
      ['no beginning', (all) => all.slice(1), 'does not begin with what it is'],
      ['no JSON', (all) => all.with(1, 'x'), 'record 2 is not JSON'],
      [
        'a key that is not its certificate’s',
        (all) => {
          const keyOf = (line: string): string => JSON.parse(line).privateKeyPem;
          const [one, other] = all.filter((line) => line.includes('"device-ca-key"')) as [string, string];
          return all.map((line) =>
            line === one ? JSON.stringify({ ...JSON.parse(one), privateKeyPem: keyOf(other) }) : line,
          );
        },
        'has a key that is not its own',
      ],
      [
        'two server CAs that sign',
        (all) => all.map((line) => line.replace('"role":"next"', '"role":"current"')),
        'are not one that signs',
      ],
    ])('because it has %s is refused, without a word of what is in it', async (_what, change, says) => {
      const file = await rewritten(await here.export('cas', 'registry'), change);
      const message = await nothingChanged(there.import(file, STATE_PARTS), before);
      expect(message).toContain(says);
      expect(message).not.toContain('PRIVATE KEY');
    });
  });

  it('is made or taken one at a time, and one given up makes room', async () => {
    const request = { parts: new Set<StatePart>(['registry']), passphrase: PASSPHRASE };
    const first = here.backup.export(request);
    await first.next();
    const { reason, message } = await reasonOf(here.backup.export(request).next());
    expect([reason, message]).toEqual(['LIMIT_EXCEEDED', expect.stringContaining('under way')]);
    await first.return(undefined);
    await here.export('registry');
    expect(readdirSync(here.directory).filter((name) => name.includes('copy-'))).toEqual([]);
  });
});
