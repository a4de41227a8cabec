import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyOptions, RegistryRow } from '../../../src/identity/registry/copies.ts';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import type {
  CertificateStatus,
  RegistrationInput,
  RegistryChange,
} from '../../../src/identity/registry/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { refusal } from './store-contract.ts';

const MERGE = { whole: true, replace: false };
const REPLACE = { whole: true, replace: true };

/** A certificate whose id is what it says: the digest of what is in its PEM. */
function certificate(name: string): RegistrationInput['certificate'] {
  const der = Buffer.from(`certificate ${name}`);
  return {
    id: createHash('sha256').update(der).digest('hex'),
    pem: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    subject: `CN=${name}`,
    issuer: 'CN=issuer',
    serialNumber: Buffer.from(name).toString('hex'),
    key: 'EC prime256v1',
    notBefore: 0,
    notAfter: Date.UTC(2049, 0, 1),
  };
}

const idOf = (name: string): string => certificate(name).id;

describe('a copy of the registry', () => {
  const clock = new ManualClock();
  const directories: string[] = [];
  const open: SqliteRegistry[] = [];
  let source: SqliteRegistry;
  let target: SqliteRegistry;
  let told: RegistryChange[];

  async function registry(): Promise<SqliteRegistry> {
    const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-copies-'));
    directories.push(directory);
    const opened = await openRegistry({ directory, clock });
    open.push(opened);
    return opened;
  }

  beforeEach(async () => {
    source = await registry();
    target = await registry();
    told = [];
    target.onChange((change) => told.push(change));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    for (const directory of directories) expect(readdirSync(directory).sort()).toEqual(['registry.db']);
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  async function rowsOf(store: SqliteRegistry): Promise<readonly RegistryRow[]> {
    const copy = await store.copy();
    try {
      return [...copy.rows()];
    } finally {
      copy.close();
    }
  }

  async function apply(rows: Iterable<RegistryRow>, options: ApplyOptions) {
    const staging = target.stage();
    try {
      for (const row of rows) staging.add(row);
      return await staging.apply(options);
    } finally {
      staging.close();
    }
  }

  async function register(
    store: SqliteRegistry,
    name: string,
    thingName?: string,
    more: { readonly status?: CertificateStatus; readonly exclusive?: boolean } = {},
  ): Promise<void> {
    const { status = 'ACTIVE', exclusive = false } = more;
    await store.register({
      certificate: certificate(name),
      status,
      ...(thingName === undefined
        ? {}
        : { attach: { thingName, exclusive }, createThing: { name: thingName, groups: ['g'] } }),
    });
  }

  async function fill(store: SqliteRegistry): Promise<void> {
    await store.createThing({
      name: 'odd',
      type: 't',
      attributes: JSON.parse('{"__proto__":"p","k":"é"}') as Record<string, string>,
    });
    await register(store, 'one', 'lamp', { exclusive: true });
    await register(store, 'two', 'pump');
    await store.attach({ certificateId: idOf('two'), thingName: 'lamp', exclusive: false });
    await register(store, 'inactive', undefined, { status: 'INACTIVE' });
    await register(store, 'pending', undefined, { status: 'PENDING_ACTIVATION' });
    await register(store, 'revoked', 'pump');
    await store.setStatus(idOf('revoked'), 'REVOKED');
    await register(store, 'deleted', 'pump');
    await store.deleteCertificate(idOf('deleted'));
    const { id, pem } = certificate('ca');
    await store.addDeviceCa({
      name: 'factory',
      certificateId: id,
      pem,
      keyFile: 'ca/devices/factory/ca.key',
      provisioning: true,
    });
  }

  it('makes a new registry the same in everything but where keys are, and tells of all of it', async () => {
    await fill(source);
    const rows = await rowsOf(source);
    expect(await apply(rows, MERGE)).toEqual({ things: 3, certificates: 5, deviceCas: 1 });
    expect(await rowsOf(target)).toEqual(rows);
    expect(await target.counts()).toEqual(await source.counts());
    expect((await target.deviceCas())[0]?.keyFile).toBeUndefined();
    expect(told).toContainEqual({
      kind: 'certificate-status',
      certificateId: idOf('revoked'),
      status: 'REVOKED',
    });
    expect(told).toContainEqual({ kind: 'attached', certificateId: idOf('two'), thingName: 'lamp' });
    expect(told.filter(({ kind }) => kind === 'thing-changed')).toHaveLength(3);
    expect(told.at(-1)).toEqual({ kind: 'device-cas' });
  });

  it.each([MERGE, REPLACE])('applied twice changes nothing the second time (%j)', async (options) => {
    await fill(source);
    const rows = await rowsOf(source);
    await apply(rows, options);
    told.splice(0);
    await apply(rows, options);
    expect(told).toEqual([]);
    expect(await rowsOf(target)).toEqual(rows);
  });

  it('is that of one instant while the registry is written to, and is gone afterwards', async () => {
    let writing = true;
    const writer = (async () => {
      let count = 0;
      for (; writing; count += 1) await register(source, `c${count}`, `t${count}`);
      return count;
    })();
    for (let round = 0; round < 10; round += 1) {
      const copy = await source.copy();
      const rows = [...copy.rows()];
      copy.close();
      const things = rows.filter(({ kind }) => kind === 'thing').length;
      expect(rows.filter(({ kind }) => kind === 'certificate')).toHaveLength(things);
      expect(rows.filter(({ kind }) => kind === 'attachment')).toHaveLength(things);
    }
    writing = false;
    const written = await writer;
    expect((await source.counts()).things).toBe(written);
  });

  it('is for its owner alone while it is there, and a copy that was forgotten goes with the next start', async () => {
    const copy = await source.copy();
    const directory = directories[0] ?? '';
    const [name = ''] = readdirSync(directory).filter((each) => each.includes('.copy-'));
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, name, 'copy.db')).mode & 0o777).toBe(0o600);
    const forgotten = target.stage();
    await Promise.all([source.close(), target.close()]);
    for (const each of [...directories]) open.push(await openRegistry({ directory: each, clock }));
    expect(
      directories.flatMap((each) => readdirSync(each)).filter((each) => /copy|import/.test(each)),
    ).toEqual([]);
    copy.close();
    forgotten.close();
  });

  it('that holds what is here already leaves it untouched, and adds what is new', async () => {
    await fill(source);
    await register(target, 'one', 'lamp', { exclusive: true });
    await register(target, 'mine', 'mine');
    clock.advance(1000);
    const before = await target.certificate(idOf('one'));
    told.splice(0);
    await apply(await rowsOf(source), MERGE);
    expect(await target.certificate(idOf('one'))).toEqual(before);
    expect(await target.thing('mine')).toBeDefined();
    expect((await target.counts()).certificates).toBe(6);
    expect(told).not.toContainEqual({ kind: 'thing-changed', thingName: 'lamp' });
  });

  describe('that differs from what is here', () => {
    beforeEach(() => fill(source));

    it.each<readonly [what: string, here: () => Promise<unknown>, names: RegExp]>([
      ['a thing', () => target.createThing({ name: 'lamp', type: 'other' }), /thing lamp has another type/],
      [
        'a status',
        () => register(target, 'inactive'),
        /certificate \w{16} is ACTIVE here and INACTIVE in the copy/,
      ],
      [
        'a certificate revoked here',
        () => register(target, 'two', undefined, { status: 'REVOKED' }),
        /is REVOKED here and ACTIVE in the copy/,
      ],
      [
        'a certificate revoked and deleted here',
        async () => {
          await register(target, 'two', undefined, { status: 'REVOKED' });
          await target.deleteCertificate(idOf('two'));
        },
        /certificate \w{16} was revoked here/,
      ],
      [
        'a certificate deleted here',
        async () => {
          await register(target, 'two');
          await target.deleteCertificate(idOf('two'));
        },
        /certificate \w{16} was deleted here/,
      ],
      [
        'a certificate deleted there',
        () => register(target, 'deleted'),
        /is ACTIVE here and deleted in the copy/,
      ],
      [
        'an exclusive attachment here',
        () => register(target, 'two', 'elsewhere', { exclusive: true }),
        /is attached to elsewhere in another way/,
      ],
      [
        'an exclusive attachment there',
        () => register(target, 'one', 'elsewhere'),
        /is attached to elsewhere in another way/,
      ],
      [
        'the same attachment, not exclusive',
        () => register(target, 'one', 'lamp'),
        /is attached to lamp in another way/,
      ],
      [
        'a device CA',
        async () => {
          const { id, pem } = certificate('other ca');
          await target.addDeviceCa({
            name: 'factory',
            certificateId: id,
            pem,
            keyFile: undefined,
            provisioning: false,
          });
        },
        /device CA factory is another one/,
      ],
    ])('in %s is refused, named, and changes nothing', async (_what, here, names) => {
      await here();
      const before = await rowsOf(target);
      told.splice(0);
      const { reason, message } = await refusal(apply(await rowsOf(source), MERGE));
      expect(reason).toBe('ALREADY_EXISTS');
      expect(message).toMatch(names);
      expect(await rowsOf(target)).toEqual(before);
      expect(told).toEqual([]);
    });

    it('in more than five things names the first five', async () => {
      for (let index = 0; index < 7; index += 1) {
        await source.createThing({ name: `x${index}` });
        await target.createThing({ name: `x${index}`, groups: ['other'] });
      }
      const { message } = await refusal(apply(await rowsOf(source), MERGE));
      expect(message.match(/thing x\d/g)).toHaveLength(5);
      expect(message).toMatch(/; and more$/);
    });
  });

  it('that replaces makes the registry exactly itself, and tells what became of each', async () => {
    await fill(source);
    const { id: caId, pem } = certificate('ca');
    const mine = certificate('my ca');
    await target.addDeviceCa({
      name: 'mine',
      certificateId: mine.id,
      pem: mine.pem,
      keyFile: 'k',
      provisioning: true,
    });
    await target.addDeviceCa({
      name: 'factory',
      certificateId: caId,
      pem,
      keyFile: 'here',
      provisioning: false,
    });
    await register(target, 'mine', 'mine');
    await register(target, 'two', 'pump');
    await target.setStatus(idOf('two'), 'REVOKED');
    await register(target, 'one', 'lamp');
    await target.updateThing('lamp', { groups: [] });
    await register(target, 'inactive', 'mine', { exclusive: true });
    told.splice(0);
    const rows = await rowsOf(source);
    await apply(rows, REPLACE);
    expect(await rowsOf(target)).toEqual(rows);
    // Where the key of the same CA is, is this host's own affair.
    expect(await target.deviceCas()).toMatchObject([
      { name: 'factory', keyFile: 'here', provisioning: true },
    ]);
    expect(told.slice(0, 4)).toEqual([
      { kind: 'certificate-deleted', certificateId: idOf('mine') },
      { kind: 'thing-deleted', thingName: 'mine' },
      ...[idOf('mine'), idOf('inactive')]
        .map((certificateId) => ({ kind: 'detached', certificateId, thingName: 'mine' }))
        .sort((a, b) => (a.certificateId < b.certificateId ? -1 : 1)),
    ]);
    expect(told).toContainEqual({ kind: 'certificate-status', certificateId: idOf('two'), status: 'ACTIVE' });
    expect(told).toContainEqual({ kind: 'attached', certificateId: idOf('one'), thingName: 'lamp' });
    expect(told).toContainEqual({ kind: 'thing-changed', thingName: 'lamp' });
  });

  it('that replaces tells an attachment that is no longer exclusive as detached, then attached', async () => {
    await register(source, 'one', 'lamp');
    await register(target, 'one', 'lamp', { exclusive: true });
    told.splice(0);
    await apply(await rowsOf(source), REPLACE);
    const attachment = { certificateId: idOf('one'), thingName: 'lamp' };
    expect(told).toEqual([
      { kind: 'detached', ...attachment },
      { kind: 'attached', ...attachment },
    ]);
  });

  it('of anything becomes the same anywhere, when it replaces', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('register' as const),
        name: fc.constantFrom(...names),
        thing: fc.option(fc.constantFrom(...names), { nil: undefined }),
        status: fc.constantFrom<CertificateStatus>('ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_ACTIVATION'),
        exclusive: fc.boolean(),
      }),
      fc.record({
        kind: fc.constantFrom('delete', 'revoke', 'delete-thing'),
        name: fc.constantFrom(...names),
      }),
    );
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
    const run = async (store: SqliteRegistry, each: Step): Promise<void> => {
      if ('status' in each) return register(store, each.name, each.thing, each);
      if (each.kind === 'delete') return store.deleteCertificate(idOf(each.name));
      if (each.kind === 'delete-thing') return store.deleteThing(each.name);
      await store.setStatus(idOf(each.name), 'REVOKED');
    };
    const steps = fc.array(step, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(steps, steps, async (there, here) => {
        for (const each of there) await run(source, each).catch(() => undefined);
        for (const each of here) await run(target, each).catch(() => undefined);
        const rows = await rowsOf(source);
        await apply(rows, REPLACE);
        expect(await rowsOf(target)).toEqual(rows);
        expect(await target.counts()).toEqual(await source.counts());
      }),
      { numRuns: 30 },
    );
  });

  describe('that cannot be', () => {
    const { id, pem } = certificate('one');
    const row = (more: object): RegistryRow => {
      const registered = { ...certificate('one'), status: 'ACTIVE' as const, registeredAt: 0, ...more };
      return { kind: 'certificate', certificate: registered };
    };

    it.each<readonly [what: string, rows: readonly RegistryRow[]]>([
      ['has a certificate under another id', [row({ id: idOf('two') })]],
      ['has a certificate twice', [row({}), row({})]],
      [
        'attaches what is not there',
        [{ kind: 'attachment', attachment: { certificateId: id, thingName: 'lamp', exclusive: false } }],
      ],
      [
        'attaches exclusively, twice',
        [
          row({}),
          ...['a', 'b'].map(
            (name): RegistryRow => ({
              kind: 'thing',
              thing: { name, type: '', attributes: {}, groups: [], createdAt: 0 },
            }),
          ),
          ...['a', 'b'].map(
            (thingName): RegistryRow => ({
              kind: 'attachment',
              attachment: { certificateId: id, thingName, exclusive: thingName === 'b' },
            }),
          ),
        ],
      ],
      [
        'has a thing with an impossible name',
        [{ kind: 'thing', thing: { name: 'a b', type: '', attributes: {}, groups: [], createdAt: 0 } }],
      ],
      [
        'has one device CA under two names',
        ['a', 'b'].map((name) => ({
          kind: 'device-ca',
          ca: { name, certificateId: id, pem, provisioning: false },
        })),
      ],
    ])('because it %s is refused', async (_what, rows) => {
      expect((await refusal(apply(rows, MERGE))).reason).toBe('INVALID_ARGUMENTS');
      expect(await rowsOf(target)).toEqual([]);
    });
  });

  it('whose REVOKED certificate has no tombstone leaves one all the same', async () => {
    const revoked = { ...certificate('one'), status: 'REVOKED' as const, registeredAt: 0 };
    await apply([{ kind: 'certificate', certificate: revoked }], MERGE);
    await target.deleteCertificate(revoked.id);
    expect((await refusal(register(target, 'one'))).message).toContain('was revoked');
  });

  it('tells of what was revoked elsewhere and is registered nowhere: a CRL of its issuer lists it', async () => {
    await register(source, 'one');
    await source.setStatus(idOf('one'), 'REVOKED');
    await source.deleteCertificate(idOf('one'));
    const rows = await rowsOf(source);
    await apply(rows, MERGE);
    const change = { kind: 'certificate-status', certificateId: idOf('one'), status: 'REVOKED' };
    expect(told).toContainEqual(change);
    told.length = 0;
    await apply(rows, MERGE);
    expect(told).toEqual([]);
  });
});
