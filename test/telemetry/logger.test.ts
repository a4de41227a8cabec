import { describe, expect, it } from 'vitest';
import { createLogger, newCorrelationId } from '../../src/telemetry/logger.ts';
import { redactText } from '../../src/telemetry/redact.ts';
import { ManualClock } from '../support/manual-clock.ts';

function collecting(options: Parameters<typeof createLogger>[0] = {}) {
  const lines: string[] = [];
  const logger = createLogger({ ...options, write: (line) => lines.push(line) });
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, entries };
}

describe('The log', () => {
  it('is one JSON object a line, with the time of the injected clock', () => {
    const { logger, lines, entries } = collecting({ clock: new ManualClock(Date.UTC(2026, 0, 2)) });
    logger.info({ thing: 'a\nb' }, 'two\nlines');
    logger.warn('plain %s {}');
    expect(lines.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(entries()).toEqual([
      { level: 'info', time: '2026-01-02T00:00:00.000Z', thing: 'a\nb', msg: 'two\nlines' },
      { level: 'warn', time: '2026-01-02T00:00:00.000Z', msg: 'plain %s {}' },
    ]);
  });

  it('puts the correlation id on every line of a child, and of its children', () => {
    const { logger, entries } = collecting();
    logger.child({ correlationId: 'c-1' }).child({ thing: 't' }).info('verified');
    expect(entries()[0]).toMatchObject({ correlationId: 'c-1', thing: 't', msg: 'verified' });
  });

  it('changes its level while running, for children that were made before as well', () => {
    const { logger, entries } = collecting({ level: 'warn' });
    const child = logger.child({ room: 'identity' });
    child.debug('unheard');
    expect(child.enabled('debug')).toBe(false);
    logger.setLevel('debug');
    child.debug('heard');
    expect(child.enabled('debug')).toBe(true);
    logger.setLevel('silent');
    child.fatal('unheard');
    expect(entries().map(({ msg }) => msg)).toEqual(['heard']);
  });

  it('writes errors with their causes', () => {
    const { logger, entries } = collecting();
    logger.error({ err: new Error('outer', { cause: new TypeError('inner') }) }, 'failed');
    expect(entries()[0]).toMatchObject({
      err: { message: 'outer', cause: { type: 'TypeError', message: 'inner' } },
    });
  });

  it('takes what cannot be serialized', () => {
    const { logger, entries } = collecting();
    const circular: Record<string, unknown> = { big: 1n };
    circular['self'] = circular;
    logger.info({ circular }, 'still here');
    expect(entries()[0]).toMatchObject({ msg: 'still here' });
  });

  it('makes correlation ids that no redaction takes for a token', () => {
    const id = newCorrelationId();
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(redactText(id)).toBe(id);
    expect(newCorrelationId()).not.toBe(id);
  });
});
