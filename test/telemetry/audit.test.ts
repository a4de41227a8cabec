import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/telemetry/audit.ts';
import { Findings } from '../../src/telemetry/findings.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { type Refusal, RefusalLog } from '../../src/telemetry/refusal-log.ts';
import { ManualClock } from '../support/manual-clock.ts';

type Entry = Record<string, unknown>;

let directory: string;
let clock: ManualClock;
let findings: Findings;
let logged: string[];
let audits: AuditLog[];
let metrics: Metrics;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  clock = new ManualClock();
  findings = new Findings(clock);
  logged = [];
  audits = [];
  metrics = new Metrics();
});
afterEach(() => {
  for (const audit of audits) audit.close();
  metrics.close();
  rmSync(directory, { recursive: true });
});

function open(file = ''): { audit: AuditLog; refusals: RefusalLog } {
  const logger = createLogger({ write: (line) => logged.push(line), clock });
  const audit = new AuditLog({ logger, clock, findings, file });
  audits.push(audit);
  return { audit, refusals: new RefusalLog({ clock, audit, metrics }) };
}

const parse = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Entry);
const entriesOf = (file: string) => parse(readFileSync(file, 'utf8').trimEnd().split('\n'));
const refusal = (more: Partial<Refusal> = {}): Refusal => ({
  operation: 'GetClientDeviceAuthToken',
  reason: 'CERTIFICATE_EXPIRED',
  message: 'expired yesterday',
  clientId: 'sensor1',
  certificateId: 'ab'.repeat(32),
  listener: 'mosquitto',
  correlationId: 'c-1',
  ...more,
});

describe('The audit trail', () => {
  it('goes to the log, marked, when no file is named', () => {
    const { audit, refusals } = open();
    refusals.record(refusal());
    audit.record({
      kind: 'registry',
      action: 'certificate.revoked',
      correlationId: 'c-2',
      fields: { thing: 't' },
    });
    expect(parse(logged)).toMatchObject([
      {
        audit: true,
        kind: 'refusal',
        reason: 'CERTIFICATE_EXPIRED',
        clientId: 'sensor1',
        correlationId: 'c-1',
      },
      { audit: true, kind: 'registry', action: 'certificate.revoked', correlationId: 'c-2', thing: 't' },
    ]);
  });

  it('goes to a file that only the daemon may read, and is appended to', () => {
    const file = join(directory, 'audit.jsonl');
    writeFileSync(file, '{"kind":"older"}\n', { mode: 0o644 });
    const { audit, refusals } = open(file);
    refusals.record(refusal());
    audit.record({ kind: 'clock', action: 'clock.accepted' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(entriesOf(file)).toMatchObject([
      { kind: 'older' },
      {
        kind: 'refusal',
        time: '2026-01-01T00:00:00.000Z',
        listener: 'mosquitto',
        message: 'expired yesterday',
      },
      { kind: 'clock', action: 'clock.accepted' },
    ]);
    expect(logged).toEqual([]);
  });

  it('follows rotation, by itself within a second and at once when told', () => {
    const file = join(directory, 'audit.jsonl');
    const { audit } = open(file);
    audit.record({ kind: 'daemon', action: 'one' });
    renameSync(file, `${file}.1`);
    clock.advance(1000);
    audit.record({ kind: 'daemon', action: 'two' });
    renameSync(file, `${file}.2`);
    audit.reopen();
    audit.record({ kind: 'daemon', action: 'three' });
    const actions = [`${file}.1`, `${file}.2`, file].map((one) => entriesOf(one).map(({ action }) => action));
    expect(actions).toEqual([['one'], ['two'], ['three']]);
  });

  it('falls back to the log while the file cannot be had, says so, and returns to the file', () => {
    const file = join(directory, 'missing', 'audit.jsonl');
    const { audit } = open(file);
    audit.record({ kind: 'daemon', action: 'one' });
    expect(parse(logged)).toMatchObject([{ audit: true, action: 'one' }]);
    expect(findings.list()).toMatchObject([{ severity: 'ALARM', code: 'audit.file' }]);
    mkdirSync(join(directory, 'missing'));
    clock.advance(1000);
    audit.record({ kind: 'daemon', action: 'two' });
    expect(entriesOf(file)).toMatchObject([{ action: 'two' }]);
    expect(findings.list()).toEqual([]);
  });

  it('does not wait for the reader of a pipe, and does not take a device for a file', () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const file of [pipe, '/dev/null']) {
      open(file).audit.record({ kind: 'daemon', action: file });
      expect(findings.list()).toHaveLength(1);
    }
    expect(parse(logged).map(({ action }) => action)).toEqual([pipe, '/dev/null']);
  });

  it('moves to the file of a new configuration, and back to the log', () => {
    const { audit } = open();
    const file = join(directory, 'audit.jsonl');
    audit.setFile(file);
    audit.record({ kind: 'daemon', action: 'one' });
    audit.setFile('');
    audit.record({ kind: 'daemon', action: 'two' });
    expect(entriesOf(file)).toMatchObject([{ action: 'one' }]);
    expect(parse(logged)).toMatchObject([{ action: 'two' }]);
    expect(existsSync(file)).toBe(true);
  });

  it('cannot be forged by a client id, and holds no secret', () => {
    const file = join(directory, 'audit.jsonl');
    const { audit, refusals } = open(file);
    const token = 'b6a9cb01-7d8c-4a0e-9a39-6f2d0c5f6e11';
    refusals.record(
      refusal({
        clientId: `x"}\n{"kind":"registry","action":"certificate.activated"}\u001b[2K`,
        message: `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY----- ${token}`,
        correlationId: token,
      }),
    );
    audit.record({ kind: 'registry', action: 'thing.created', fields: { thing: 'a\nb' } });
    const text = readFileSync(file, 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(entriesOf(file)[0]).toMatchObject({
      clientId: 'x"}\\u{a}{"kind":"registry","action":"certificate.activated"}\\u{1b}[2K',
      message: '[redacted PEM] b6a9cb01…',
      correlationId: 'b6a9cb01…',
    });
    expect(entriesOf(file)[1]).toMatchObject({ thing: 'a\\u{a}b' });
  });
});

describe('A device in a loop', () => {
  it('has its first refusals written and the others counted, and the trail says how many', () => {
    const { audit, refusals } = open();
    for (let i = 0; i < 1000; i += 1) refusals.record(refusal({ correlationId: `c-${i}` }));
    expect(logged).toHaveLength(5);
    expect(audit.suppressed).toBe(995);
    clock.advance(60_000);
    expect(logged).toHaveLength(6);
    expect(parse(logged)[5]).toMatchObject({
      audit: true,
      kind: 'refusals-suppressed',
      device: 'ab'.repeat(32),
      lastReason: 'CERTIFICATE_EXPIRED',
      count: 995,
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-01-01T00:01:00.000Z',
    });
    refusals.record(refusal());
    expect(logged).toHaveLength(7);
  });

  it('does not escape the limit by changing its client id', () => {
    const { refusals } = open();
    for (let i = 0; i < 100; i += 1) refusals.record(refusal({ clientId: `name${i}` }));
    expect(logged).toHaveLength(5);
  });

  it('does not silence another device', () => {
    const { refusals } = open();
    for (let i = 0; i < 100; i += 1) refusals.record(refusal());
    refusals.record(refusal({ certificateId: 'cd'.repeat(32) }));
    expect(parse(logged).at(-1)).toMatchObject({ certificateId: 'cd'.repeat(32) });
  });

  it('cannot fill the disk together with 100,000 others, and every refusal is accounted for', () => {
    const { audit, refusals } = open();
    for (let i = 0; i < 100_000; i += 1) refusals.record(refusal({ certificateId: '', clientId: `d${i}` }));
    audit.close();
    const entries = parse(logged);
    expect(entries.length).toBeLessThan(1000);
    const counted = entries.map((entry) => (entry['kind'] === 'refusal' ? 1 : (entry['count'] as number)));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });

  it('is told of when the daemon stops', () => {
    const { audit, refusals } = open();
    for (let i = 0; i < 7; i += 1) refusals.record(refusal());
    audit.close();
    expect(parse(logged).at(-1)).toMatchObject({ kind: 'refusals-suppressed', count: 2 });
  });
});

describe('The refusals of the last while', () => {
  it('are at most a thousand, newest first', () => {
    const { refusals } = open();
    for (let i = 0; i < 1500; i += 1) refusals.record(refusal({ clientId: `d${i}` }));
    const recent = refusals.recent(2000);
    expect(recent).toHaveLength(1000);
    expect(recent[0]?.clientId).toBe('d1499');
    expect(recent[999]?.clientId).toBe('d500');
    expect(refusals.recent(3).map(({ clientId }) => clientId)).toEqual(['d1499', 'd1498', 'd1497']);
    expect(refusals.recent(-1)).toEqual([]);
  });

  it('hold a device in a loop as one entry with a count, so that the others stay in sight', () => {
    const { refusals } = open();
    refusals.record(refusal({ clientId: 'quiet', certificateId: 'cd'.repeat(32) }));
    for (let i = 0; i < 5000; i += 1) {
      clock.advance(1);
      refusals.record(refusal({ correlationId: `c-${i}` }));
    }
    const [loop, quiet] = refusals.recent(10);
    expect(loop).toMatchObject({ repeated: 5000, correlationId: 'c-4999', time: clock.now() });
    expect(quiet).toMatchObject({ clientId: 'quiet', repeated: 1 });
  });

  it('are counted by reason', async () => {
    const { refusals } = open();
    for (let i = 0; i < 12; i += 1) refusals.record(refusal());
    refusals.record(refusal({ reason: 'NOT_ATTACHED' }));
    const text = await metrics.text();
    expect(text).toContain('deviceauthd_refusals_total{reason="CERTIFICATE_EXPIRED"} 12\n');
    expect(text).toContain('deviceauthd_refusals_total{reason="NOT_ATTACHED"} 1\n');
  });
});
