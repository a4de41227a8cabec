/** How a broker that reads files is told that they have changed: a signal, or a program. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { DaemonError } from '../../errors.ts';

export interface ReloadSettings {
  readonly pidFile?: string | undefined;
  readonly signal: 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2';
  readonly command?: readonly string[] | undefined;
  readonly timeoutSeconds: number;
}

/** Of what a program says, so much goes into the error. */
const SHOWN = 300;

/** Rejects with what went wrong and what to do. */
export async function reloadBroker(settings: ReloadSettings): Promise<void> {
  if (settings.pidFile !== undefined) await signalProcess(settings.pidFile, settings.signal);
  const [program, ...args] = settings.command ?? [];
  if (program !== undefined) await run(program, args, settings.timeoutSeconds);
}

async function signalProcess(pidFile: string, signal: ReloadSettings['signal']): Promise<void> {
  let text: string;
  try {
    text = await readFile(pidFile, 'utf8');
  } catch (error) {
    throw failed(
      `${pidFile} cannot be read (${codeOf(error)}): the broker does not run, or writes another file`,
      error,
    );
  }
  const pid = /^\s*([1-9]\d{0,9})\s*$/.exec(text)?.[1];
  // Process 1, or a group of processes, is never a broker.
  if (pid === undefined || pid === '1') throw failed(`${pidFile} does not hold the number of a process`);
  try {
    process.kill(Number(pid), signal);
  } catch (error) {
    const why =
      codeOf(error) === 'EPERM'
        ? 'the daemon may not signal it; run both as one user, or give a command'
        : 'it is not running';
    throw failed(`process ${pid} of ${pidFile} got no ${signal}: ${why}`, error);
  }
}

function run(program: string, args: readonly string[], timeoutSeconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutSeconds * 1_000,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 1024 * 1024,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve();
      else {
        const said = (stderr || stdout).trim().slice(0, SHOWN);
        const how =
          error.killed === true ? `took longer than ${timeoutSeconds} s` : `failed (${codeOf(error)})`;
        reject(failed(`the command ${program} ${how}${said === '' ? '' : `: ${said}`}`, error));
      }
    });
  });
}

function failed(message: string, cause?: unknown): DaemonError {
  return new DaemonError('SERVICE_ERROR', message, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown cause';
}
