/**
 * `deviceauthd serve`: the daemon as a process. SIGHUP reads the configuration again; SIGTERM and
 * SIGINT stop it, once, and a second one ends the process without waiting. Ends with 0 when it was
 * told to stop, 1 when it could not start or stop cleanly, 2 when the configuration cannot be used.
 */
import type { Clock } from '../clock.ts';
import { SystemClock } from '../clock.ts';
import { ConfigurationError, ConfigurationWatcher } from '../config/watcher.ts';
import { compileDeviceGroups } from '../policy/device-groups.ts';
import type { Invocation } from './command.ts';
import { CliFailure, EXIT } from './failure.ts';

export const DEFAULT_CONFIGURATION = '/etc/deviceauthd/deviceauthd.yaml';

/** What `startDaemon` of src/daemon.ts takes and answers. */
export interface DaemonOptions {
  readonly configuration: ConfigurationWatcher;
  /** Overrides `stateDirectory` of the configuration. */
  readonly stateDirectory: string | undefined;
  readonly clock: Clock;
}

export interface RunningDaemon {
  /** In reverse order of start. */
  stop(): Promise<void>;
}

type StartDaemon = (options: DaemonOptions) => Promise<RunningDaemon>;

export async function serve({ args }: Invocation): Promise<number> {
  const clock = new SystemClock();
  const stopped = stopSignal();
  const configuration = await openConfiguration(args.text('config') ?? DEFAULT_CONFIGURATION, clock);
  const options = { configuration, stateDirectory: args.text('state-directory'), clock };
  const daemon = await start(options);
  const reload = (): void => {
    // What came of it is told by the watcher's own listeners.
    void configuration.reload();
  };
  process.on('SIGHUP', reload);
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

async function start(options: DaemonOptions): Promise<RunningDaemon> {
  const module: string = '../daemon.ts';
  const { startDaemon } = (await import(module)) as { readonly startDaemon: StartDaemon };
  return startDaemon(options);
}
