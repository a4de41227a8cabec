import { describe, expect, it } from 'vitest';
import { serviceManagerAddress } from '../../src/daemon/systemd-notify.ts';

describe('the address of the service manager', () => {
  it('is none where nobody waits to be told, whatever the watchdog’s variables say', () => {
    expect(serviceManagerAddress({}, 42)).toBeUndefined();
    expect(serviceManagerAddress({ NOTIFY_SOCKET: '', WATCHDOG_USEC: 'x' }, 42)).toBeUndefined();
  });

  it.each(['/run/systemd/notify', '@/org/freedesktop/systemd1/notify', 'vsock:2:1234'])(
    'is kept as it came: %s',
    (socket) => {
      expect(serviceManagerAddress({ NOTIFY_SOCKET: socket }, 42)).toEqual({ socket, watchdogMs: undefined });
    },
  );

  it('is hidden from children', () => {
    const environment = { NOTIFY_SOCKET: '/a', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '42', PATH: '/bin' };
    serviceManagerAddress(environment, 42);
    expect(environment).toEqual({ PATH: '/bin' });
  });

  it('has a watchdog if that waits for this process, or for any', () => {
    const watchdog = (more: NodeJS.ProcessEnv): number | undefined =>
      serviceManagerAddress({ NOTIFY_SOCKET: '/a', WATCHDOG_USEC: '60000000', ...more }, 42)?.watchdogMs;
    expect(watchdog({ WATCHDOG_PID: '42' })).toBe(60_000);
    expect(watchdog({})).toBe(60_000);
    expect(watchdog({ WATCHDOG_PID: '41' })).toBeUndefined();
  });

  it.each(['0', '', '-1', '1e6', '60s'])(
    'is an error with a watchdog of "%s" microseconds',
    (microseconds) => {
      const environment = { NOTIFY_SOCKET: '/a', WATCHDOG_USEC: microseconds };
      expect(() => serviceManagerAddress(environment, 42)).toThrow('WATCHDOG_USEC');
    },
  );
});
