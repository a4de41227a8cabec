import { describe, expect, it } from 'vitest';
import { statusLine, troubleOf } from '../../src/daemon/health.ts';

const registry = { thing: async () => undefined };

describe('the daemon', () => {
  it('is well while every listener takes connections and the registry can be read', async () => {
    expect(await troubleOf({ endpoints: { closed: () => [] }, registry })).toBeUndefined();
  });

  it('is not well when a listener takes no connections any more', async () => {
    const endpoints = { closed: () => ['mosquitto', 'admin'] };
    expect(await troubleOf({ endpoints, registry })).toBe('the listener "mosquitto" takes no connections');
  });

  it('is not well when the registry cannot be read', async () => {
    const broken = { thing: () => Promise.reject(new Error('the registry is damaged')) };
    const look = troubleOf({ endpoints: { closed: () => [] }, registry: broken });
    await expect(look).rejects.toThrow('the registry is damaged');
  });
});

describe('the line about the daemon', () => {
  it.each([
    [{ sessions: 0, brokers: 0, findings: [] }, '0 sessions, 0 brokers'],
    [{ sessions: 1, brokers: 1, findings: [{ severity: 'INFO' as const }] }, '1 session, 1 broker'],
    [
      {
        sessions: 12,
        brokers: 2,
        findings: [
          { severity: 'ALARM' as const },
          { severity: 'WARNING' as const },
          { severity: 'WARNING' as const },
        ],
      },
      '12 sessions, 2 brokers; 1 alarm, 2 warnings',
    ],
  ])('is short: %j', (parts, line) => {
    expect(statusLine(parts)).toBe(line);
  });
});
