import { beforeEach, describe, expect, it } from 'vitest';
import { type Expiring, ExpiryWatch } from '../../src/telemetry/expiry-watch.ts';
import { Findings } from '../../src/telemetry/findings.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { ManualClock } from '../support/manual-clock.ts';

const DAY = 86_400_000;

describe('what expires', () => {
  let clock: ManualClock;
  let findings: Findings;
  let lines: string[];
  let sources: Expiring[];
  let watch: ExpiryWatch;

  beforeEach(() => {
    clock = new ManualClock(Date.UTC(2026, 0, 1));
    lines = [];
    findings = new Findings(clock, createLogger({ write: (line) => lines.push(line) }));
    sources = [];
    watch = new ExpiryWatch({ now: () => clock.now(), findings, sources: () => sources });
  });

  const deviceCa = (days: number, name = 'factory'): Expiring => ({
    kind: 'device-ca',
    name,
    notAfter: clock.now() + days * DAY,
    what: `The device CA ${name}`,
    remedy: 'make another.',
  });

  it('is a warning 30 days ahead, an alarm 7 days ahead, and stays one when it has ended', () => {
    sources = [deviceCa(31)];
    const seen: (string | undefined)[] = [];
    for (let day = 0; day <= 33; day += 1) {
      watch.look();
      seen.push(findings.list()[0]?.severity);
      clock.advance(DAY);
    }
    expect(seen).toEqual([
      ...Array(1).fill(undefined),
      ...Array(23).fill('WARNING'),
      ...Array(10).fill('ALARM'),
    ]);
  });

  it.each([
    [30, 'WARNING'],
    [7, 'ALARM'],
  ])('begins to the millisecond %d days ahead', (days, severity) => {
    sources = [deviceCa(days)];
    sources = [{ ...sources[0]!, notAfter: sources[0]!.notAfter + 1 }];
    watch.look();
    expect(findings.list()[0]?.severity).not.toBe(severity);
    clock.advance(1);
    watch.look();
    expect(findings.list()[0]?.severity).toBe(severity);
  });

  it('says what, when and what to do, in the log once for each severity', () => {
    sources = [deviceCa(20)];
    for (let day = 0; day < 25; day += 1) {
      watch.look();
      clock.advance(DAY);
    }
    expect(lines.filter((line) => line.includes('certificate.expiry'))).toHaveLength(3);
    expect(lines[0]).toContain('The device CA factory expires on 2026-01-21: make another.');
    expect(lines[2]).toContain('The device CA factory expired on 2026-01-21: make another.');
  });

  it('is no finding any more when it was renewed, or is gone', () => {
    sources = [deviceCa(5), deviceCa(5, 'other')];
    watch.look();
    expect(findings.list()).toHaveLength(2);
    sources = [deviceCa(400)];
    watch.look();
    expect(findings.list()).toEqual([]);
  });

  it('that renews itself is an alarm only when that is a day late, or it has ended', () => {
    const server = (renewsAt: number): Expiring => ({
      kind: 'server-certificate',
      name: 'broker/mqtt',
      notAfter: Date.UTC(2026, 0, 8),
      what: 'The server certificate broker/mqtt',
      remedy: 'look.',
      renewsAt,
    });
    sources = [server(Date.UTC(2026, 0, 7))];
    clock.setWall(Date.UTC(2026, 0, 7, 23));
    watch.look();
    expect(findings.list()).toEqual([]);
    sources = [server(Date.UTC(2026, 0, 6))];
    clock.setWall(Date.UTC(2026, 0, 7, 0, 0, 0, 1));
    watch.look();
    expect(findings.list()).toMatchObject([
      {
        severity: 'ALARM',
        message:
          'The server certificate broker/mqtt should have been renewed on 2026-01-06 and expires on 2026-01-08: look.',
      },
    ]);
    sources = [server(Date.UTC(2026, 0, 8))];
    clock.setWall(Date.UTC(2026, 0, 8));
    watch.look();
    expect(findings.list()).toMatchObject([
      { severity: 'ALARM', message: expect.stringContaining('expired on') },
    ]);
  });

  it('is in the metrics, the soonest hundred of each kind, without numbered streams', () => {
    const named = (name: string, days: number): Expiring => ({
      ...deviceCa(days, name),
      kind: 'server-certificate',
    });
    sources = [
      ...Array.from({ length: 150 }, (_, index) => named(`broker/${index}`, 200 - index)),
      named('broker/#7', 1),
      deviceCa(500),
    ];
    const samples = watch.samples();
    expect(samples).toHaveLength(101);
    expect(samples[0]).toEqual({
      kind: 'server-certificate',
      name: 'broker/149',
      notAfter: clock.now() + 51 * DAY,
    });
    expect(samples.at(-1)).toMatchObject({ kind: 'device-ca', name: 'factory' });
  });
});
