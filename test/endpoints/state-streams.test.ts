import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Caller, type Request, refusal } from './support/caller.ts';
import { RunningDaemon } from './support/daemon.ts';

const PASSPHRASE = 'correct horse battery';
const BOTH = { parts: ['CAS', 'REGISTRY'] as ('CAS' | 'REGISTRY')[], passphrase: PASSPHRASE };

let here: RunningDaemon;
let admin: Caller;

beforeAll(async () => {
  here = await RunningDaemon.start();
  admin = here.caller('admin');
  await admin.call('CreateDeviceCa', { provisioning: true });
  await admin.call('IssueCertificate', { thingName: 'lamp', createThing: true, exclusive: true });
});
afterAll(() => here.stop());

async function exported(of: Caller, request: Request<'ExportState'>): Promise<Buffer[]> {
  const stream = of.serverStream('ExportState', request);
  const error = await stream.ended;
  if (error !== undefined) throw new Error(`${error.reason}: ${error.message}`);
  return stream.received.map(({ data }) => data);
}

const imported = (of: Caller, options: object, pieces: readonly Buffer[]) =>
  of.clientStream('ImportState', [{ options: { ...BOTH, ...options } }, ...pieces.map((data) => ({ data }))]);

const audited = (daemon: RunningDaemon, action: string): Record<string, unknown>[] =>
  daemon.log
    .filter((line) => line.includes(`"${action}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('ExportState and ImportState', () => {
  it('move a daemon, in messages of at most 64 KiB, audited as facts of a file', async () => {
    const file = await exported(admin, BOTH);
    expect(Math.max(...file.map(({ length }) => length))).toBeLessThanOrEqual(65_536 + 16);
    const there = await RunningDaemon.start();
    try {
      const caller = there.caller('admin');
      const answer = await imported(caller, {}, file);
      const { current } = await admin.call('GetServerCa', {});
      expect(answer).toMatchObject({
        things: 1,
        certificates: 1,
        deviceCas: 1,
        serverCaId: current?.certificateId,
      });
      // Its CRL is of this host's making, and soon there.
      expect((await caller.call('GetServerCa', {})).current).toEqual({
        ...current,
        crlPem: expect.any(String),
      });
      const bytes = Buffer.concat(file).length;
      expect(audited(here, 'backup.export').at(-1)).toMatchObject({
        kind: 'daemon',
        parts: 'cas registry',
        bytes,
        whole: true,
      });
      expect(audited(there, 'backup.import')).toMatchObject([
        { kind: 'daemon', parts: 'cas registry', bytes, replace: false, things: 1 },
      ]);
      expect([...here.log, ...there.log].join('')).not.toMatch(/horse|PRIVATE KEY|BEGIN/);
    } finally {
      await there.stop();
    }
  });

  it.each<readonly [what: string, change: object, says: RegExp]>([
    ['no parts', { parts: [] }, /parts is required/],
    ['an unknown part', { parts: ['STATE_PART_UNSPECIFIED'] }, /none of CAS, REGISTRY/],
    ['no passphrase', { passphrase: '' }, /passphrase/],
  ])('are refused with %s', async (_what, change, says) => {
    const stream = admin.serverStream('ExportState', { ...BOTH, ...change });
    expect(await stream.ended).toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringMatching(says),
    });
    const taken = await refusal(imported(admin, change, []));
    expect(taken).toMatchObject({ reason: 'INVALID_ARGUMENTS', message: expect.stringMatching(says) });
  });

  it('want the options first, and once', async () => {
    const data = Buffer.from('x');
    const options = BOTH;
    for (const messages of [[], [{ data }], [{ options }, { options }]]) {
      const call = admin.clientStream('ImportState', messages as Request<'ImportState'>[]);
      expect(await refusal(call)).toMatchObject({
        reason: 'INVALID_ARGUMENTS',
        message: expect.stringContaining('first'),
      });
    }
  });

  it('let one wait for the other, and one that is given up makes room and leaves nothing', async () => {
    const stream = admin.serverStream('ExportState', BOTH);
    const other = await refusal(imported(admin, {}, []));
    expect(other).toMatchObject({ reason: 'LIMIT_EXCEEDED', retryAfterMs: expect.any(Number) });
    stream.call.cancel();
    await stream.ended;
    await vi.waitFor(async () => {
      expect((await refusal(imported(admin, {}, []))).reason).toBe('INVALID_ARGUMENTS');
    });
    const left = readdirSync(join(here.directory, 'state')).filter((name) => /copy-|import-/.test(name));
    expect(left).toEqual([]);
  });

  it('that ends in the middle changes nothing', async () => {
    const file = await exported(admin, BOTH);
    const call = imported(admin, { replace: true }, file.slice(0, -1));
    expect(await refusal(call)).toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringContaining('nothing was changed'),
    });
    expect(audited(here, 'backup.import')).toEqual([]);
  });

  it('end when the daemon stops, which does not wait for them', async () => {
    const own = await RunningDaemon.start();
    const stream = own.caller('admin').serverStream('ExportState', BOTH);
    // Its key is being derived now.
    const importing = imported(own.caller('admin'), {}, []).catch((error: unknown) => error);
    await own.stop();
    expect(await stream.ended).toBeDefined();
    expect(await importing).toBeInstanceOf(Error);
    expect(own.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('are not on the brokers’ sockets', async () => {
    const stream = here.caller('broker').serverStream('ExportState', BOTH);
    expect(await stream.ended).toMatchObject({ code: 12 });
  });
});

describe('the calls about the server CA', () => {
  it('tell it, and audit who rotates it', async () => {
    const before = await admin.call('GetServerCa', {});
    expect(before).toMatchObject({ problem: '', custom: false, next: null, retired: [] });
    expect(before.current?.chainPem).toEqual([before.current?.trustAnchorPem]);
    // It has signed nothing yet, so it is replaced at once.
    const after = await admin.call('RotateServerCa', {});
    expect(after.current?.certificateId).not.toBe(before.current?.certificateId);
    expect(audited(here, 'server-ca.rotate')).toMatchObject([
      {
        kind: 'certificate',
        step: 'announce',
        signs: after.current?.certificateId,
        correlationId: expect.any(String),
      },
    ]);
  });

  it('refuse what contradicts itself, and what there is not', async () => {
    const both = await refusal(admin.call('RotateServerCa', { now: true, cancel: true }));
    expect(both).toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringContaining('exclude each other'),
    });
    expect((await refusal(admin.call('RotateServerCa', { cancel: true }))).reason).toBe('NOT_FOUND');
    expect((await refusal(admin.call('RotateServerCertificates', { name: 'x' }))).reason).toBe('NOT_FOUND');
    expect(await admin.call('ListServerCertificates', {})).toEqual({ certificates: [] });
    expect(existsSync(join(here.directory, 'state', 'ca', 'server', 'state.json'))).toBe(true);
  });

  it('list and renew what brokers listen for', async () => {
    const updates = here.caller('broker').serverStream('SubscribeToCertificateUpdates', {
      certificateOptions: { certificateType: 'SERVER' },
      subscriberName: 'mqtt',
    });
    await updates.next();
    const { certificates } = await admin.call('ListServerCertificates', {});
    expect(certificates).toMatchObject([{ name: 'broker/mqtt', subscribers: 1, problem: '' }]);
    const renewed = await admin.call('RotateServerCertificates', { name: 'broker/mqtt' });
    expect(renewed.certificates[0]?.certificateId).not.toBe(certificates[0]?.certificateId);
    await updates.next();
    expect(audited(here, 'server-certificate.rotate')).toMatchObject([
      { kind: 'certificate', name: 'broker/mqtt' },
    ]);
    updates.call.cancel();
    await updates.ended;
  });
});
