/** `config check|show|reload`. */
import type { ConfigurationProblem__Output } from '../../contract/generated/deviceauth/v1/ConfigurationProblem.ts';
import type { GetConfigurationResponse__Output } from '../../contract/generated/deviceauth/v1/GetConfigurationResponse.ts';
import type { Invocation } from '../command.ts';
import type { Problem } from '../failure.ts';
import { EXIT, shownValue } from '../failure.ts';
import { printable, write } from '../terminal.ts';
import { json, time } from '../text.ts';

/** Needs no daemon. */
export async function check({ args, terminal, json: asJson }: Invocation): Promise<number> {
  const [{ checkConfigurationFile }, { compileDeviceGroups }] = await Promise.all([
    import('../../config/check.ts'),
    import('../../policy/device-groups.ts'),
  ]);
  const result = checkConfigurationFile(args.operand(0), { validateDeviceGroups: compileDeviceGroups });
  await write(terminal.stdout, asJson ? result.json : result.text);
  return result.exitCode;
}

export async function show(invocation: Invocation): Promise<number> {
  const configuration = await get(invocation, 'GetConfiguration');
  await print(invocation, configuration);
  return EXIT.ok;
}

/** A bad file is a configuration error although the daemon goes on with the last good one. */
export async function reload(invocation: Invocation): Promise<number> {
  const configuration = await get(invocation, 'ReloadConfiguration');
  if (invocation.json) {
    await print(invocation, configuration);
  } else {
    await printProblems(invocation, configuration);
    const text =
      configuration.errors.length > 0
        ? 'The file has errors: the last good configuration stays.\n'
        : `The configuration in force is that of ${time(configuration.loadedAt)}.\n`;
    await write(invocation.terminal.stdout, text);
  }
  return configuration.errors.length > 0 ? EXIT.usage : EXIT.ok;
}

async function get(
  invocation: Invocation,
  method: 'GetConfiguration' | 'ReloadConfiguration',
): Promise<GetConfigurationResponse__Output> {
  const { AdminConnection } = await import('../admin-connection.ts');
  return AdminConnection.use(invocation, (daemon) => daemon.call(method, {}));
}

async function print(invocation: Invocation, configuration: GetConfigurationResponse__Output): Promise<void> {
  const { terminal } = invocation;
  const effective: unknown = JSON.parse(configuration.effectiveJson);
  if (invocation.json) {
    const { restartRequired, loadedAt } = configuration;
    const warnings = configuration.warnings.map(problemOf);
    const errors = configuration.errors.map(problemOf);
    await write(terminal.stdout, json({ effective, warnings, errors, restartRequired, loadedAt }));
    return;
  }
  await printProblems(invocation, configuration);
  const { stringify } = await import('yaml');
  await write(terminal.stdout, stringify(effective));
}

async function printProblems(
  { terminal }: Invocation,
  { errors, warnings, restartRequired }: GetConfigurationResponse__Output,
): Promise<void> {
  const lines = [
    ...errors.map((problem) => `error: ${say(problemOf(problem))}`),
    ...warnings.map((problem) => `warning: ${say(problemOf(problem))}`),
    ...restartRequired.map((path) => `waits for a restart: ${path}`),
  ];
  for (const line of lines) await write(terminal.stderr, `${printable(line)}\n`);
}

function say({ path, value, rule }: Problem): string {
  return `${path === '' ? '' : `${path}: `}${rule}${shownValue(value)}`;
}

/** As `config check --json` has it. */
function problemOf({ path, valueJson, rule }: ConfigurationProblem__Output): Problem {
  let value: unknown = null;
  try {
    if (valueJson !== '') value = JSON.parse(valueJson);
  } catch {
    value = valueJson;
  }
  return { path, value, rule };
}
