import { describe, expect, it } from 'vitest';
import { countBySeverity, Findings } from '../../src/telemetry/findings.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('Findings', () => {
  it('are listed worst first, then oldest first', () => {
    const clock = new ManualClock();
    const findings = new Findings(clock);
    findings.raise({ severity: 'INFO', code: 'i', message: 'I' });
    clock.advance(1);
    findings.raise({ severity: 'WARNING', code: 'w2', message: 'W2' });
    clock.advance(1);
    findings.raise({ severity: 'ALARM', code: 'a', message: 'A' });
    findings.raise({ severity: 'WARNING', code: 'w3', message: 'W3' });
    expect(findings.list().map(({ code }) => code)).toEqual(['a', 'w2', 'w3', 'i']);
    expect(countBySeverity(findings.list())).toEqual({ ALARM: 1, WARNING: 2, INFO: 1 });
  });

  it('keep the time they began when they are raised again', () => {
    const clock = new ManualClock();
    const findings = new Findings(clock);
    findings.raise({ severity: 'WARNING', code: 'clock', message: 'off by 1 s' });
    const began = clock.now();
    clock.advance(5000);
    findings.raise({ severity: 'ALARM', code: 'clock', message: 'off by 6 s' });
    expect(findings.list()).toEqual([
      { severity: 'ALARM', code: 'clock', subject: '', message: 'off by 6 s', since: began },
    ]);
  });

  it('of one kind stand apart by their subject, and go when what they said is over', () => {
    const findings = new Findings(new ManualClock());
    findings.raise({ severity: 'WARNING', code: 'listener.insecure', subject: 'a', message: 'A' });
    findings.raise({ severity: 'WARNING', code: 'listener.insecure', subject: 'b', message: 'B' });
    findings.clear('listener.insecure', 'a');
    findings.clear('listener.insecure', 'never raised');
    expect(findings.list().map(({ subject }) => subject)).toEqual(['b']);
  });

  it('are logged when they change, not each time they are raised', () => {
    const lines: string[] = [];
    const findings = new Findings(new ManualClock(), createLogger({ write: (line) => lines.push(line) }));
    for (let i = 0; i < 10; i += 1) findings.raise({ severity: 'ALARM', code: 'full', message: 'Full.' });
    findings.clear('full');
    findings.clear('full');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['Full.', 'no longer so']);
  });
});
