import { describe, expect, it } from 'vitest';
import { CoreFileError } from '../../src/cloud/core-credentials.ts';
import { MendingConnection } from '../../src/cloud/mending-connection.ts';
import { answered } from '../../src/cloud/outcome.ts';
import type { ServiceConnection } from '../../src/cloud/service-connection.ts';
import { ManualClock } from '../support/manual-clock.ts';

const request = { method: 'GET', path: '/', signal: new AbortController().signal } as const;
const answer = answered({ status: 200, headers: {}, body: '' });
const missing = new CoreFileError('cloud.keyFile', '/core.key cannot be read: ENOENT');

/** Files that a test takes away and puts back. */
class Files {
  error: Error | undefined;
  reads = 0;
  closed = 0;

  readonly open = (): ServiceConnection => {
    this.reads += 1;
    if (this.error !== undefined) throw this.error;
    return {
      send: async () => answer,
      reload: () => {
        this.reads += 1;
        if (this.error !== undefined) throw this.error;
      },
      close: () => {
        this.closed += 1;
      },
    };
  };
}

describe('A connection as the core device', () => {
  it('is misconfigured while its files cannot be read, and well ten seconds after they can', async () => {
    const clock = new ManualClock();
    const files = new Files();
    files.error = missing;
    const connection = new MendingConnection(files.open, clock);
    expect(connection.problem).toContain('cloud.keyFile');
    const wrong = { kind: 'trouble', trouble: 'misconfigured', message: missing.message, unheard: true };
    expect(await connection.send(request)).toEqual(wrong);
    files.error = undefined;
    clock.advance(9_999);
    expect(await connection.send(request)).toEqual(wrong);
    expect(files.reads).toBe(1);
    clock.advance(1);
    expect(await connection.send(request)).toEqual(answer);
    expect(connection.problem).toBeUndefined();
  });

  it('looks at once when the configuration is read again', async () => {
    const files = new Files();
    files.error = missing;
    const connection = new MendingConnection(files.open, new ManualClock());
    files.error = undefined;
    connection.reload();
    expect(await connection.send(request)).toEqual(answer);
  });

  it('goes on with the files it has when new ones are wrong, and says so', async () => {
    const files = new Files();
    const connection = new MendingConnection(files.open, new ManualClock());
    files.error = missing;
    connection.reload();
    expect(await connection.send(request)).toEqual(answer);
    expect(connection.problem).toBe(missing.message);
    files.error = undefined;
    connection.reload();
    expect(connection.problem).toBeUndefined();
  });

  it('does not hide a defect', () => {
    const files = new Files();
    files.error = new TypeError('a defect');
    expect(() => new MendingConnection(files.open, new ManualClock())).toThrow('a defect');
  });

  it('that is closed asks nothing more', async () => {
    const files = new Files();
    const connection = new MendingConnection(files.open, new ManualClock());
    connection.close();
    expect(files.closed).toBe(1);
    expect(await connection.send(request)).toMatchObject({ trouble: 'unreachable' });
  });
});
