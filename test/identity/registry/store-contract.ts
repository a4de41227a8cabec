/** What every registry store does, whatever keeps it. A factory answers an empty store; the suite closes it. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DaemonError, type ErrorReason } from '../../../src/errors.ts';
import type {
  CertificateStatus,
  RegistryChange,
  RegistryStore,
} from '../../../src/identity/registry/store.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { runs } from '../../support/runs.ts';
import { id, registration } from './registration.ts';

export interface StoreUnderTest {
  readonly store: RegistryStore;
  readonly clock: ManualClock;
  /** Takes away what the store left behind. */
  readonly remove: () => void;
}

export async function refusal(call: Promise<unknown>): Promise<{ reason: ErrorReason; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DaemonError) return { reason: error.reason, message: error.message };
    throw error;
  }
  throw new Error('was not refused');
}

async function reasonOf(call: Promise<unknown>): Promise<ErrorReason> {
  return (await refusal(call)).reason;
}

export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the registry store (${name})`, () => {
    let store: RegistryStore;
    let clock: ManualClock;
    let remove: () => void;
    let changes: RegistryChange[];

    beforeEach(async () => {
      ({ store, clock, remove } = await open());
      changes = [];
      store.onChange((change) => changes.push(change));
    });
    afterEach(async () => {
      await store.close();
      remove();
    });

    function told(): RegistryChange[] {
      return changes.splice(0);
    }

    describe('things', () => {
      it('are kept with type, attributes, groups and the time they were made', async () => {
        const input = {
          name: 'pump:1',
          type: 'pump',
          attributes: { site: 'Köln / 1' },
          groups: ['a', 'b', 'a'],
        };
        const made = await store.createThing(input);
        expect(made).toEqual({ ...input, groups: ['a', 'b'], createdAt: clock.now() });
        expect(await store.thing('pump:1')).toEqual(made);
        expect(told()).toEqual([{ kind: 'thing-changed', thingName: 'pump:1' }]);
      });

      it('are told apart by case, and unknown ones are undefined', async () => {
        await store.createThing({ name: 'Pump' });
        expect(await store.thing('pump')).toBeUndefined();
        expect(await store.thing("Pump' OR '1'='1")).toBeUndefined();
        await store.createThing({ name: 'pump' });
        expect((await store.counts()).things).toBe(2);
      });

      it('exist once', async () => {
        await store.createThing({ name: 'pump', type: 'first' });
        const refused = await refusal(store.createThing({ name: 'pump', type: 'second' }));
        expect(refused.reason).toBe('ALREADY_EXISTS');
        expect(refused.message).toContain('pump');
        expect((await store.thing('pump'))?.type).toBe('first');
      });

      it('change only in the parts that are given', async () => {
        await store.createThing({ name: 'pump', type: 'x', attributes: { a: '1', b: '2' }, groups: ['g'] });
        told();
        await store.updateThing('pump', { attributes: { c: '3' } });
        expect(await store.thing('pump')).toMatchObject({ type: 'x', attributes: { c: '3' }, groups: ['g'] });
        expect(Object.keys((await store.thing('pump'))!.attributes)).toEqual(['c']);
        await store.updateThing('pump', { type: '', groups: [] });
        expect(await store.thing('pump')).toMatchObject({ type: '', groups: [] });
        expect(told()).toHaveLength(2);
        await store.updateThing('pump', {});
        expect(told()).toEqual([]);
        expect(await reasonOf(store.updateThing('other', { type: 'y' }))).toBe('NOT_FOUND');
      });

      it.each([
        ['an empty name', { name: '' }],
        ['a long name', { name: 'a'.repeat(129) }],
        ['a name with a slash', { name: 'a/b' }],
        ['a name that ends with a line feed', { name: 'a\n' }],
        ['a name outside ASCII', { name: 'pümp' }],
        ['a bad type', { name: 'a', type: 'two words' }],
        ['a bad group', { name: 'a', groups: [''] }],
        ['51 groups', { name: 'a', groups: Array.from({ length: 51 }, (_, n) => `g${n}`) }],
        ['a bad attribute name', { name: 'a', attributes: { 'a b': '1' } }],
        ['a long attribute name', { name: 'a', attributes: { ['a'.repeat(129)]: '1' } }],
        ['a long attribute value', { name: 'a', attributes: { a: 'v'.repeat(801) } }],
        ['half a character as value', { name: 'a', attributes: { a: '\ud800' } }],
        [
          '51 attributes',
          { name: 'a', attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`n${n}`, ''])) },
        ],
      ])('are refused with %s', async (_what, input) => {
        expect(await reasonOf(store.createThing(input))).toBe('INVALID_ARGUMENTS');
        expect((await store.counts()).things).toBe(0);
      });

      it('may use every length and count up to the bound', async () => {
        const attributes = Object.fromEntries(
          Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(128, ',@/:#-'), 'v'.repeat(800)]),
        );
        const name = 'a'.repeat(128);
        await store.createThing({ name, attributes, groups: Array.from({ length: 50 }, (_, n) => `g${n}`) });
        expect((await store.thing(name))?.attributes).toEqual(attributes);
      });

      it('may have an attribute called __proto__, and one that is not there is undefined', async () => {
        await store.createThing({ name: 'a', attributes: JSON.parse('{"__proto__":"x"}') });
        const attributes = (await store.thing('a'))!.attributes;
        expect(Object.entries(attributes)).toEqual([['__proto__', 'x']]);
        expect(attributes['constructor']).toBeUndefined();
      });

      it('are listed in order, page by page, and by prefix', async () => {
        const names = ['a:1', 'a:10', 'a:2', 'a_', 'aZ', 'az', 'b'];
        for (const name of [...names].reverse()) await store.createThing({ name });
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await store.things({ size: 3, after });
          seen.push(...page.items.map((thing) => thing.name));
          after = page.next;
        } while (after !== undefined);
        expect(seen).toEqual([...names].sort());
        expect((await store.things({ size: 7 })).next).toBeUndefined();
        const page = await store.things({ size: 2, prefix: 'a:' });
        expect(page.items.map((thing) => thing.name)).toEqual(['a:1', 'a:10']);
        const rest = await store.things({ size: 2, prefix: 'a:', after: page.next });
        expect(rest.items.map((thing) => thing.name)).toEqual(['a:2']);
        expect((await store.things({ size: 9, prefix: '%' })).items).toEqual([]);
        expect((await store.things({ size: 9, prefix: 'az' })).items).toHaveLength(1);
      });

      it.each([0, 1001, 1.5, -1, Number.NaN])('are not listed in pages of %s', async (size) => {
        expect(await reasonOf(store.things({ size }))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.certificates({ size }))).toBe('INVALID_ARGUMENTS');
      });

      it('lose their attachments when they are deleted, and the certificates stay', async () => {
        await store.createThing({ name: 'pump' });
        await store.register(registration('aa', { attach: { thingName: 'pump', exclusive: true } }));
        await store.register(registration('bb', { attach: { thingName: 'pump', exclusive: false } }));
        told();
        await store.deleteThing('pump');
        expect(told()).toEqual([
          { kind: 'thing-deleted', thingName: 'pump' },
          { kind: 'detached', certificateId: id('aa'), thingName: 'pump' },
          { kind: 'detached', certificateId: id('bb'), thingName: 'pump' },
        ]);
        expect(await store.thing('pump')).toBeUndefined();
        expect(await store.attachmentsOfThing('pump')).toEqual([]);
        expect(await store.attachment(id('aa'), 'pump')).toBeUndefined();
        expect((await store.certificate(id('aa')))?.status).toBe('ACTIVE');
        expect(await reasonOf(store.deleteThing('pump'))).toBe('NOT_FOUND');
      });
    });

    describe('certificates', () => {
      it('have a status that can be asked for alone', async () => {
        await store.register(registration('aa'));
        expect(await store.certificateStatus(id('aa'))).toBe('ACTIVE');
        await store.setStatus(id('aa'), 'INACTIVE');
        expect(await store.certificateStatus(id('aa'))).toBe('INACTIVE');
        await store.deleteCertificate(id('aa'));
        expect(await store.certificateStatus(id('aa'))).toBeUndefined();
      });

      it('are kept as they were registered', async () => {
        const input = registration('aa');
        const { record, unchanged } = await store.register(input);
        expect(unchanged).toBe(false);
        expect(record).toEqual({ ...input.certificate, status: 'ACTIVE', registeredAt: clock.now() });
        expect(await store.certificate(id('aa'))).toEqual(record);
        expect(await store.certificate(id('ab'))).toBeUndefined();
        expect(await store.certificateStatus(id('ab'))).toBeUndefined();
        expect(told()).toEqual([{ kind: 'certificate-status', certificateId: id('aa'), status: 'ACTIVE' }]);
      });

      it('are registered, attached and given their thing at once', async () => {
        await store.register(
          registration('aa', {
            attach: { thingName: 'pump', exclusive: true },
            createThing: { name: 'pump', type: 't', attributes: { a: '1' }, groups: ['g'] },
          }),
        );
        expect(await store.thing('pump')).toMatchObject({ type: 't', attributes: { a: '1' }, groups: ['g'] });
        expect(await store.attachment(id('aa'), 'pump')).toEqual({
          certificateId: id('aa'),
          thingName: 'pump',
          exclusive: true,
        });
        expect(told().map((change) => change.kind)).toEqual([
          'certificate-status',
          'thing-changed',
          'attached',
        ]);
      });

      it('leave a thing that is there as it is', async () => {
        await store.createThing({ name: 'pump', type: 'old' });
        const attach = { thingName: 'pump', exclusive: false };
        await store.register(registration('aa', { attach, createThing: { name: 'pump', type: 'new' } }));
        expect((await store.thing('pump'))?.type).toBe('old');
      });

      it('are not registered when their thing is missing or cannot be made', async () => {
        const attach = { thingName: 'pump', exclusive: false };
        expect(await reasonOf(store.register(registration('aa', { attach })))).toBe('NOT_FOUND');
        const createThing = { name: 'pump', type: 'two words' };
        expect(await reasonOf(store.register(registration('aa', { attach, createThing })))).toBe(
          'INVALID_ARGUMENTS',
        );
        expect(
          await reasonOf(store.register(registration('aa', { attach, createThing: { name: 'other' } }))),
        ).toBe('INVALID_ARGUMENTS');
        expect(await store.counts()).toEqual({ things: 0, certificates: 0, deviceCas: 0 });
        expect(told()).toEqual([]);
      });

      it('may be registered twice, which changes nothing', async () => {
        const input = registration('aa', {
          attach: { thingName: 'pump', exclusive: true },
          createThing: { name: 'pump' },
        });
        const first = await store.register(input);
        told();
        clock.advance(1000);
        expect(await store.register(input)).toEqual({ record: first.record, unchanged: true });
        expect(await store.register(registration('aa'))).toMatchObject({ unchanged: true });
        expect(told()).toEqual([]);
      });

      it('do not become active, attached or more than they were by being registered again', async () => {
        await store.createThing({ name: 'pump' });
        await store.createThing({ name: 'valve' });
        await store.register(registration('aa', { attach: { thingName: 'pump', exclusive: true } }));
        const loosened = registration('aa', { attach: { thingName: 'pump', exclusive: false } });
        expect(await reasonOf(store.register(loosened))).toBe('ALREADY_EXISTS');
        const elsewhere = await refusal(
          store.register(registration('aa', { attach: { thingName: 'valve', exclusive: false } })),
        );
        expect(elsewhere.reason).toBe('ALREADY_EXISTS');
        expect(elsewhere.message).toContain('pump');
        await store.setStatus(id('aa'), 'INACTIVE');
        const again = await refusal(store.register(registration('aa')));
        expect(again).toMatchObject({
          reason: 'ALREADY_EXISTS',
          message: expect.stringContaining('INACTIVE'),
        });
        await store.detach(id('aa'), 'pump');
        await store.setStatus(id('aa'), 'ACTIVE');
        const attached = registration('aa', { attach: { thingName: 'pump', exclusive: true } });
        expect(await reasonOf(store.register(attached))).toBe('ALREADY_EXISTS');
        expect(await store.attachmentsOfCertificate(id('aa'))).toEqual([]);
      });

      it.each([
        ['an id in upper case', { id: id('AA') }],
        ['a short id', { id: 'aa' }],
        ['no PEM', { pem: '' }],
        ['a huge PEM', { pem: 'x'.repeat(131_073) }],
        ['no end', { notAfter: Number.NaN }],
        ['half a millisecond', { notBefore: 0.5 }],
      ])('are refused with %s', async (_what, part) => {
        const input = registration('aa');
        const bad = { ...input, certificate: { ...input.certificate, ...part } };
        expect(await reasonOf(store.register(bad))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.register({ ...input, status: 'BOGUS' as CertificateStatus }))).toBe(
          'INVALID_ARGUMENTS',
        );
      });

      it('are found by a prefix of eight or more characters that only one has', async () => {
        await store.register(registration('0123456789'));
        await store.register(registration('01234567aa'));
        expect((await store.certificateByPrefix('0123456789'))?.id).toBe(id('0123456789'));
        expect((await store.certificateByPrefix('01234567AA'))?.id).toBe(id('01234567aa'));
        expect((await store.certificateByPrefix(id('01234567aa')))?.id).toBe(id('01234567aa'));
        expect(await store.certificateByPrefix('ffffffff')).toBeUndefined();
        expect(await reasonOf(store.certificateByPrefix('01234567'))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.certificateByPrefix('0123456'))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.certificateByPrefix('01234567%'))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.certificateByPrefix(`${id('01234567aa')}0`))).toBe('INVALID_ARGUMENTS');
      });

      it('are listed in order, page by page, by status, by thing, and by both', async () => {
        await store.createThing({ name: 'pump' });
        for (const start of ['05', '01', '03', '02', '04']) {
          const status: CertificateStatus = start > '03' ? 'INACTIVE' : 'ACTIVE';
          const attach = { attach: { thingName: 'pump', exclusive: false } };
          await store.register(registration(start, { status, ...(start !== '02' && attach) }));
        }
        const list = async (filter: { thingName?: string; status?: CertificateStatus }) => {
          const seen: string[] = [];
          let after: string | undefined;
          do {
            const page = await store.certificates({ size: 2, after, ...filter });
            seen.push(...page.items.map((record) => record.id.slice(0, 2)));
            after = page.next;
          } while (after !== undefined);
          return seen;
        };
        expect(await list({})).toEqual(['01', '02', '03', '04', '05']);
        expect(await list({ status: 'ACTIVE' })).toEqual(['01', '02', '03']);
        expect(await list({ status: 'REVOKED' })).toEqual([]);
        expect(await list({ thingName: 'pump' })).toEqual(['01', '03', '04', '05']);
        expect(await list({ thingName: 'pump', status: 'INACTIVE' })).toEqual(['04', '05']);
        expect(await list({ thingName: 'other' })).toEqual([]);
      });

      it('are activated and deactivated, and told so once', async () => {
        await store.register(registration('aa', { status: 'PENDING_ACTIVATION' }));
        told();
        expect((await store.setStatus(id('aa'), 'ACTIVE')).status).toBe('ACTIVE');
        await store.setStatus(id('aa'), 'ACTIVE');
        expect((await store.setStatus(id('aa'), 'INACTIVE')).status).toBe('INACTIVE');
        expect(told()).toEqual([
          { kind: 'certificate-status', certificateId: id('aa'), status: 'ACTIVE' },
          { kind: 'certificate-status', certificateId: id('aa'), status: 'INACTIVE' },
        ]);
        expect(await reasonOf(store.setStatus(id('aa'), 'PENDING_ACTIVATION'))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.setStatus(id('bb'), 'ACTIVE'))).toBe('NOT_FOUND');
      });

      it('that were ever revoked are listed for their issuer, each serial number once, page by page', async () => {
        const of = (start: string, issuer: string, serialNumber: string) => {
          const input = registration(start);
          return { ...input, certificate: { ...input.certificate, issuer, serialNumber } };
        };
        const inputs = [
          of('01', 'CN=a', '10'),
          of('02', 'CN=a', '20'),
          of('03', 'CN=a', '30'),
          of('04', 'CN=a', '40'),
          of('05', 'CN=b', '50'),
          of('06', 'CN=a', '20'),
        ];
        for (const input of inputs) await store.register(input);
        const first = clock.now();
        for (const start of ['02', '03', '05']) await store.setStatus(id(start), 'REVOKED');
        clock.advance(1_000);
        await store.setStatus(id('06'), 'REVOKED');
        await store.register({ ...of('07', 'CN=a', '05'), status: 'REVOKED' });
        await store.deleteCertificate(id('03'));
        await store.deleteCertificate(id('01'));
        const pages: unknown[] = [];
        let after: string | undefined;
        do {
          const page = await store.revocations({ issuer: 'CN=a', after, size: 2 });
          pages.push(page.items);
          after = page.next;
        } while (after !== undefined);
        expect(pages).toEqual([
          [
            { serialNumber: '05', at: first + 1_000 },
            { serialNumber: '20', at: first },
          ],
          [{ serialNumber: '30', at: first }],
        ]);
        expect((await store.revocations({ issuer: 'CN=c', size: 2 })).items).toEqual([]);
        expect(await reasonOf(store.revocations({ issuer: 'CN=a', size: 0 }))).toBe('INVALID_ARGUMENTS');
      });

      it('stay revoked, whatever is tried', async () => {
        await store.register(registration('aa'));
        await store.setStatus(id('aa'), 'REVOKED');
        expect(await store.tombstone(id('aa'))).toEqual({
          certificateId: id('aa'),
          kind: 'revoked',
          at: clock.now(),
        });
        clock.advance(1000);
        expect(await reasonOf(store.setStatus(id('aa'), 'ACTIVE'))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.setStatus(id('aa'), 'INACTIVE'))).toBe('INVALID_ARGUMENTS');
        expect(await reasonOf(store.register(registration('aa', { revive: true })))).toBe('ALREADY_EXISTS');
        await store.deleteCertificate(id('aa'));
        expect((await store.tombstone(id('aa')))?.kind).toBe('revoked');
        expect(await reasonOf(store.register(registration('aa', { revive: true })))).toBe('ALREADY_EXISTS');
        await store.register(registration('aa', { status: 'REVOKED', revive: true }));
        await store.deleteCertificate(id('aa'));
        expect(await reasonOf(store.register(registration('aa', { revive: true })))).toBe('ALREADY_EXISTS');
        expect(await store.certificate(id('aa'))).toBeUndefined();
      });

      it('leave a tombstone when they are registered as revoked', async () => {
        await store.register(registration('aa', { status: 'REVOKED' }));
        expect((await store.tombstone(id('aa')))?.kind).toBe('revoked');
      });

      it('leave a tombstone when they are deleted, and come back only when that is asked for', async () => {
        await store.createThing({ name: 'pump' });
        await store.register(registration('aa', { attach: { thingName: 'pump', exclusive: false } }));
        told();
        await store.deleteCertificate(id('aa'));
        expect(told()).toEqual([
          { kind: 'certificate-deleted', certificateId: id('aa') },
          { kind: 'detached', certificateId: id('aa'), thingName: 'pump' },
        ]);
        expect(await store.certificate(id('aa'))).toBeUndefined();
        expect(await store.attachmentsOfThing('pump')).toEqual([]);
        expect((await store.tombstone(id('aa')))?.kind).toBe('deleted');
        expect(await reasonOf(store.deleteCertificate(id('aa')))).toBe('NOT_FOUND');
        expect(await reasonOf(store.register(registration('aa')))).toBe('ALREADY_EXISTS');
        expect(await store.register(registration('aa', { revive: true }))).toMatchObject({
          unchanged: false,
        });
        expect(await store.tombstone(id('aa'))).toBeUndefined();
        expect(await store.attachmentsOfCertificate(id('aa'))).toEqual([]);
      });

      it('are counted', async () => {
        await store.register(
          registration('aa', { attach: { thingName: 'a', exclusive: false }, createThing: { name: 'a' } }),
        );
        await store.register(registration('bb'));
        await store.deleteCertificate(id('bb'));
        await refusal(store.register(registration('bb')));
        expect(await store.counts()).toEqual({ things: 1, certificates: 1, deviceCas: 0 });
      });
    });

    describe('attachments', () => {
      beforeEach(async () => {
        for (const name of ['pump', 'valve']) await store.createThing({ name });
        for (const start of ['aa', 'bb']) await store.register(registration(start));
        told();
      });

      it('join certificates and things, many to many', async () => {
        for (const certificateId of [id('aa'), id('bb')]) {
          for (const thingName of ['pump', 'valve']) {
            await store.attach({ certificateId, thingName, exclusive: false });
          }
        }
        expect((await store.attachmentsOfCertificate(id('aa'))).map((each) => each.thingName)).toEqual([
          'pump',
          'valve',
        ]);
        expect((await store.attachmentsOfThing('valve')).map((each) => each.certificateId)).toEqual([
          id('aa'),
          id('bb'),
        ]);
        expect(told()).toHaveLength(4);
      });

      it('made twice are told once', async () => {
        const attachment = { certificateId: id('aa'), thingName: 'pump', exclusive: true };
        await store.attach(attachment);
        await store.attach(attachment);
        expect(told()).toEqual([{ kind: 'attached', certificateId: id('aa'), thingName: 'pump' }]);
      });

      it('that are exclusive are the only one', async () => {
        await store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: true });
        for (const exclusive of [true, false]) {
          const refused = await refusal(
            store.attach({ certificateId: id('aa'), thingName: 'valve', exclusive }),
          );
          expect(refused.reason).toBe('ALREADY_EXISTS');
          expect(refused.message).toContain('pump');
        }
        expect(await store.attachmentsOfCertificate(id('aa'))).toHaveLength(1);
        // Another certificate may be attached to the same thing.
        await store.attach({ certificateId: id('bb'), thingName: 'pump', exclusive: true });
      });

      it('do not become exclusive beside another', async () => {
        await store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: false });
        await store.attach({ certificateId: id('aa'), thingName: 'valve', exclusive: false });
        const refused = await refusal(
          store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: true }),
        );
        expect(refused).toMatchObject({
          reason: 'ALREADY_EXISTS',
          message: expect.stringContaining('valve'),
        });
        await store.detach(id('aa'), 'valve');
        await store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: true });
        expect((await store.attachment(id('aa'), 'pump'))?.exclusive).toBe(true);
      });

      it('that stop being exclusive are told as detached first', async () => {
        await store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: true });
        told();
        await store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: false });
        expect(told().map((change) => change.kind)).toEqual(['detached', 'attached']);
        expect((await store.attachment(id('aa'), 'pump'))?.exclusive).toBe(false);
      });

      it('need both ends', async () => {
        const exclusive = false;
        expect(await reasonOf(store.attach({ certificateId: id('cc'), thingName: 'pump', exclusive }))).toBe(
          'NOT_FOUND',
        );
        expect(await reasonOf(store.attach({ certificateId: id('aa'), thingName: 'x', exclusive }))).toBe(
          'NOT_FOUND',
        );
      });

      it('end when they are detached', async () => {
        await store.attach({ certificateId: id('aa'), thingName: 'pump', exclusive: true });
        told();
        await store.detach(id('aa'), 'pump');
        expect(told()).toEqual([{ kind: 'detached', certificateId: id('aa'), thingName: 'pump' }]);
        expect(await store.attachment(id('aa'), 'pump')).toBeUndefined();
        expect(await reasonOf(store.detach(id('aa'), 'pump'))).toBe('NOT_FOUND');
        await store.attach({ certificateId: id('aa'), thingName: 'valve', exclusive: true });
      });
    });

    describe('device CAs', () => {
      const ca = {
        name: 'default',
        certificateId: id('ca'),
        pem: 'PEM',
        keyFile: undefined,
        provisioning: true,
      };

      it('are kept with or without a key, and told of', async () => {
        await store.addDeviceCa(ca);
        const other = { ...ca, name: 'abc', certificateId: id('cb'), keyFile: 'ca/k', provisioning: false };
        await store.addDeviceCa(other);
        expect(await store.deviceCas()).toEqual([other, ca]);
        expect(await store.removeDeviceCa('default')).toEqual(ca);
        expect(await store.deviceCas()).toEqual([other]);
        expect(told()).toEqual([{ kind: 'device-cas' }, { kind: 'device-cas' }, { kind: 'device-cas' }]);
        expect(await reasonOf(store.removeDeviceCa('default'))).toBe('NOT_FOUND');
        expect((await store.counts()).deviceCas).toBe(1);
      });

      it('have one name and one certificate each', async () => {
        await store.addDeviceCa(ca);
        expect(await reasonOf(store.addDeviceCa({ ...ca, certificateId: id('cb') }))).toBe('ALREADY_EXISTS');
        const refused = await refusal(store.addDeviceCa({ ...ca, name: 'other' }));
        expect(refused).toMatchObject({
          reason: 'ALREADY_EXISTS',
          message: expect.stringContaining('default'),
        });
        expect(await reasonOf(store.addDeviceCa({ ...ca, name: '../x' }))).toBe('INVALID_ARGUMENTS');
      });
    });

    describe('bulk registration', () => {
      it('answers each item in order, and one that fails stops no other', async () => {
        const items = Array.from({ length: 1_201 }, (_, n) =>
          registration(n.toString(16).padStart(8, '0'), {
            attach: { thingName: n % 3 === 1 ? 'not legal' : `t${n}`, exclusive: true },
            ...(n % 3 !== 2 && { createThing: { name: n % 3 === 1 ? 'not legal' : `t${n}` } }),
          }),
        );
        const results = await store.registerMany(items);
        expect(results).toHaveLength(items.length);
        for (const [n, result] of results.entries()) {
          if (n % 3 === 0)
            expect(result).toMatchObject({
              ok: true,
              unchanged: false,
              record: { id: items[n]!.certificate.id },
            });
          else
            expect(result).toMatchObject({
              ok: false,
              error: { reason: n % 3 === 1 ? 'INVALID_ARGUMENTS' : 'NOT_FOUND' },
            });
        }
        expect(await store.counts()).toEqual({ things: 401, certificates: 401, deviceCas: 0 });
        const again = await store.registerMany(items.slice(0, 1));
        expect(again).toMatchObject([{ ok: true, unchanged: true }]);
      });

      it('takes the first of two items for one certificate', async () => {
        const results = await store.registerMany([
          registration('aa'),
          registration('aa', { status: 'INACTIVE' }),
          registration('aa'),
        ]);
        expect(results.map((result) => result.ok)).toEqual([true, false, true]);
      });
    });

    describe('changes', () => {
      it('are told after they can be read, and before the call resolves', async () => {
        const order: string[] = [];
        store.onChange((change) => {
          void store.thing('pump').then((thing) => order.push(`${change.kind}: ${thing?.name}`));
        });
        await store.createThing({ name: 'pump' }).then(() => order.push('resolved'));
        expect(order).toEqual(['thing-changed: pump', 'resolved']);
      });

      it('are no longer told to who stopped listening', async () => {
        const heard: RegistryChange[] = [];
        const stop = store.onChange((change) => heard.push(change));
        stop();
        await store.createThing({ name: 'pump' });
        expect(heard).toEqual([]);
        expect(told()).toHaveLength(1);
      });

      it('are told to the others when one listener throws', async () => {
        const heard: RegistryChange[] = [];
        store.onChange(() => {
          throw new Error('listener');
        });
        store.onChange((change) => heard.push(change));
        await store.createThing({ name: 'pump' });
        await store.createThing({ name: 'valve' });
        expect(heard).toHaveLength(2);
      });
    });

    describe('under hostile input', () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom(
          "'; DROP TABLE things; --",
          '" OR ""="',
          '\0',
          '%',
          '_',
          '\ud800',
          '__proto__',
          'a\nb',
        ),
      );

      it('looks up any text without failing or finding anything', async () => {
        await store.createThing({ name: 'pump' });
        await store.register(registration('aa'));
        await fc.assert(
          fc.asyncProperty(text, text, async (one, two) => {
            if (one === 'pump' || two === 'pump') return;
            expect(await store.thing(one)).toBeUndefined();
            expect(await store.certificate(one)).toBeUndefined();
            expect(await store.attachment(one, two)).toBeUndefined();
            expect(await store.tombstone(one)).toBeUndefined();
            await store.things({ size: 10, prefix: one, after: two });
            await store.certificates({ size: 10, thingName: one, after: two });
          }),
          runs(),
        );
        expect(await store.counts()).toEqual({ things: 1, certificates: 1, deviceCas: 0 });
      });

      it('stores exactly what it accepts, and refuses the rest by name', async () => {
        let accepted = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.oneof(text, fc.stringMatching(/^[A-Za-z0-9:_-]{1,8}$/)),
            text,
            fc.dictionary(fc.oneof(text, fc.stringMatching(/^[a-z/#]{1,4}$/)), text, { maxKeys: 3 }),
            async (name, type, attributes) => {
              try {
                const made = await store.createThing({ name, type, attributes });
                accepted += 1;
                expect(name).toMatch(/^[A-Za-z0-9:_-]{1,128}$/);
                expect(await store.thing(name)).toEqual({ ...made, name, type, attributes });
                await store.deleteThing(name);
              } catch (error) {
                expect(error).toBeInstanceOf(DaemonError);
                expect((error as DaemonError).reason).toBe('INVALID_ARGUMENTS');
              }
            },
          ),
          runs(),
        );
        expect(accepted).toBeGreaterThan(0);
        expect((await store.counts()).things).toBe(0);
      });

      it('keeps any subject a certificate may have', async () => {
        let n = 0;
        await fc.assert(
          fc.asyncProperty(text, async (subject) => {
            if (!subject.isWellFormed()) return;
            const input = registration((n++).toString(16).padStart(8, '0'));
            await store.register({ ...input, certificate: { ...input.certificate, subject } });
            expect((await store.certificate(input.certificate.id))?.subject).toBe(subject);
          }),
          { numRuns: runs().numRuns / 10 },
        );
      });
    });

    it('calls that were made together each get their own answer', async () => {
      const made = await Promise.allSettled([
        store.createThing({ name: 'a' }),
        store.createThing({ name: 'a' }),
        store.createThing({ name: 'not legal' }),
        store.attach({ certificateId: id('aa'), thingName: 'a', exclusive: false }),
        store.createThing({ name: 'b' }),
      ]);
      expect(made.map((each) => each.status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect((await store.counts()).things).toBe(2);
    });

    it('refuses calls after it was closed, and may be closed twice', async () => {
      const last = store.createThing({ name: 'last' });
      await store.close();
      await last;
      await store.close();
      expect(await reasonOf(store.thing('last'))).toBe('SERVICE_ERROR');
      expect(await reasonOf(store.createThing({ name: 'later' }))).toBe('SERVICE_ERROR');
    });
  });
}
