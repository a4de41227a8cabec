/**
 * `doctor`: what the cloud needs of this host, looked at one by one. The daemon looks, as its user and in its sandbox; with
 * `--config` this process does, and no daemon is needed. Ends with 1 when anything failed.
 */
import { hostname } from 'node:os';
import { SystemClock } from '../../clock.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT } from '../failure.ts';
import { printable, write } from '../terminal.ts';
import { json, plural } from '../text.ts';

interface Shown {
  readonly name: string;
  readonly outcome: string;
  readonly detail: string;
  readonly remedy: string;
}

const WORDS: Readonly<Record<string, string>> = {
  CHECK_OK: 'ok',
  CHECK_WARNING: 'warning',
  CHECK_FAILED: 'failed',
  CHECK_SKIPPED: 'skipped',
};
const INDENT = ' '.repeat(9);

export async function doctor(invocation: Invocation): Promise<number> {
  const { args, terminal, json: asJson } = invocation;
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  const shown: Shown[] = [];
  const show = async (check: Shown): Promise<void> => {
    shown.push(check);
    if (!asJson) await write(terminal.stdout, textOf(check));
  };
  try {
    const file = args.text('config');
    if (file === undefined) await askDaemon(invocation, controller.signal, show);
    else await lookHere(file, terminal.env, controller.signal, show);
  } finally {
    process.off('SIGINT', interrupt);
  }
  const failed = shown.some(({ outcome }) => outcome === 'failed');
  await write(terminal.stdout, asJson ? json({ ok: !failed, checks: shown }) : `\n${summary(shown)}\n`);
  return failed ? EXIT.failed : EXIT.ok;
}

async function askDaemon(
  invocation: Invocation,
  signal: AbortSignal,
  show: (check: Shown) => Promise<void>,
): Promise<void> {
  const { AdminConnection } = await import('../admin-connection.ts');
  try {
    await AdminConnection.use(invocation, async (daemon) => {
      for await (const { name, outcome, detail, remedy } of daemon.diagnose(signal))
        await show({ name, outcome: WORDS[outcome] ?? outcome, detail, remedy });
    });
  } catch (error) {
    if (!(error instanceof CliFailure) || error.exitCode !== EXIT.unreachable) throw error;
    const { fix } = error.details;
    const here = '`deviceauthctl doctor --config FILE` looks without a daemon';
    throw new CliFailure(error.message, {
      ...error.details,
      fix: fix === undefined ? here : `${fix}; ${here}`,
    });
  }
}

async function lookHere(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  show: (check: Shown) => Promise<void>,
): Promise<void> {
  const [{ loadConfigurationFile }, { compileDeviceGroups }, { doctorOf }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../policy/device-groups.ts'),
    import('../../daemon/doctor.ts'),
  ]);
  const { effective: configuration, errors } = loadConfigurationFile(file, {
    validateDeviceGroups: compileDeviceGroups,
  });
  if (errors.length > 0) {
    throw new CliFailure(`the configuration ${file} cannot be used`, {
      reason: 'CONFIGURATION_INVALID',
      exitCode: EXIT.usage,
      problems: errors,
      fix: `correct it: \`deviceauthctl config check ${file}\` shows it whole`,
    });
  }
  const parts = { configuration, clock: new SystemClock(), hostName: hostname(), environment };
  for await (const check of doctorOf(parts).examine(signal)) await show(check);
  if (signal.aborted)
    throw new CliFailure('interrupted', { reason: 'INTERRUPTED', exitCode: EXIT.interrupted });
}

function textOf({ name, outcome, detail, remedy }: Shown): string {
  const what = printable(`${outcome.padEnd(INDENT.length)}${name}${detail === '' ? '' : `: ${detail}`}`);
  return remedy === '' ? `${what}\n` : `${what}\n${INDENT}-> ${printable(remedy)}\n`;
}

function summary(shown: readonly Shown[]): string {
  const count = (word: string): number => shown.filter(({ outcome }) => outcome === word).length;
  const [failures, warnings] = [count('failed'), count('warning')];
  const skips = count('skipped') === 0 ? '' : `, ${count('skipped')} skipped`;
  if (failures + warnings === 0) return `${plural(shown.length, 'check')}, nothing found${skips}.`;
  return `${plural(shown.length, 'check')}: ${failures} failed, ${plural(warnings, 'warning')}${skips}.`;
}
