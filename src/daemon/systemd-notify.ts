/**
 * The way to a service manager that waits to be told (sd_notify(3)): its address, taken from the environment, and
 * `systemd-notify`, a process for each message, because Node has no datagram sockets of the Unix domain. The unit needs
 * `NotifyAccess=all` for it. The address goes to the service manager's own tool as it came, so that every form of it is
 * understood (a path, `@` for the abstract namespace); other children never see it.
 */
import { execFile } from 'node:child_process';

export interface ServiceManagerAddress {
  readonly socket: string;
  /** The service is killed when no ping came for this long; undefined when there is no watchdog for this process. */
  readonly watchdogMs: number | undefined;
}

/** Delivers one message: `READY=1`, `STATUS=…`. Rejects when it may not have arrived. */
export type Notify = (assignments: readonly string[]) => Promise<void>;

/** `systemd-notify` itself gives up after 5 s. */
const TIMEOUT_MS = 10_000;

/**
 * Undefined when nobody waits to be told. Takes the variables out of the environment, so that no child believes them
 * meant for it. Throws an `Error` when the watchdog's are for this process and cannot be understood.
 */
export function serviceManagerAddress(
  environment: NodeJS.ProcessEnv,
  processId: number,
): ServiceManagerAddress | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = environment;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
  if (socket === undefined || socket === '') return undefined;
  // As sd_watchdog_enabled(3) has it: without a process id it is anybody's.
  const isOurs = microseconds !== undefined && (pid === undefined || pid === String(processId));
  if (!isOurs) return { socket, watchdogMs: undefined };
  const watchdogMs = Number(microseconds) / 1000;
  if (!/^[0-9]+$/.test(microseconds) || !(watchdogMs > 0)) {
    throw new Error(`WATCHDOG_USEC is "${microseconds}", which is no time`);
  }
  return { socket, watchdogMs };
}

export function systemdNotify(socket: string, path: string | undefined): Notify {
  const env = { NOTIFY_SOCKET: socket, ...(path === undefined ? {} : { PATH: path }) };
  return (assignments) =>
    new Promise((resolve, reject) => {
      const options = { env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
      execFile('systemd-notify', assignments, options, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
}
