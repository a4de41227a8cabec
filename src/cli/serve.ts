/**
 * `deviceauthd serve`: the daemon as a process. SIGHUP reads the configuration again; SIGTERM and
 * SIGINT stop it, once, and a second one ends the process without waiting. Ends with 0 when it was
 * told to stop, 1 when it could not start or stop cleanly, 2 when the configuration cannot be used.
 */
import type { Clock } from '../clock.ts';
import { SystemClock } from '../clock.ts';
import { ConfigurationError, ConfigurationWatcher } from '../config/watcher.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../daemon.ts';
import { DaemonError } from '../errors.ts';
import { compileDeviceGroups } from '../policy/device-groups.ts';
import type { Invocation } from './command.ts';
import { CliFailure, EXIT } from './failure.ts';

export const DEFAULT_CONFIGURATION = '/etc/deviceauthd/deviceauthd.yaml';

export async function serve({ args, terminal }: Invocation): Promise<number> {
  const clock = new SystemClock();
  const stopped = stopSignal();
  const configuration = await openConfiguration(args.text('config') ?? DEFAULT_CONFIGURATION, clock);
  const reload = (): void => {
    // What is wrong with the file is told by the daemon's log; this is what could not be applied.
    configuration
      .reload()
      .catch((error: unknown) => terminal.stderr.write(`deviceauthd: ${String(error)}\n`));
  };
  process.on('SIGHUP', reload);
  const daemon = await start({ configuration, stateDirectory: args.text('state-directory'), clock });
  await stopped;
  process.off('SIGHUP', reload);
  await daemon.stop();
  return EXIT.ok;
}

/** Resolves at the first SIGTERM or SIGINT, which may come before the daemon has started. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const [signal, exitCode] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(exitCode));
        resolve();
      });
    }
  });
}

async function openConfiguration(file: string, clock: Clock): Promise<ConfigurationWatcher> {
  try {
    return await ConfigurationWatcher.open({ file, clock, validateDeviceGroups: compileDeviceGroups });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new CliFailure(`the configuration ${file} cannot be used`, {
      reason: 'CONFIGURATION_INVALID',
      exitCode: EXIT.usage,
      problems: error.errors,
      fix: `\`deviceauthctl config check ${file}\` shows the effective values and the warnings too`,
    });
  }
}

/** What keeps the daemon from starting is the host's or the operator's, and told without a stack; a defect is not. */
async function start(options: DaemonOptions): Promise<Daemon> {
  try {
    return await startDaemon(options);
  } catch (error) {
    if (!(error instanceof Error) || DEFECTS.some((kind) => error instanceof kind)) throw error;
    throw new CliFailure(`cannot start: ${error.message}`, {
      reason: error instanceof DaemonError ? error.reason : 'START_FAILED',
      exitCode: EXIT.failed,
      cause: error,
    });
  }
}

const DEFECTS = [TypeError, ReferenceError, RangeError, SyntaxError];
