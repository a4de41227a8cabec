/** Runs the launchers of bin/ as a user would, in a directory of their own where asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export function launcher(name: 'deviceauthctl' | 'deviceauthd'): string {
  return fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));
}

/** The environment without what would lead to a daemon of the machine. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const { DEVICEAUTHD_ADMIN_SOCKET: _, ...rest } = process.env;
  return { ...rest, ...extra };
}

export function start(
  name: 'deviceauthctl' | 'deviceauthd',
  args: readonly string[],
  options: RunOptions = {},
): ChildProcess {
  const { env, cwd } = options;
  return spawn(launcher(name), args, {
    env: environment(env),
    stdio: 'pipe',
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Its end, and what it wrote; its input stays open. */
export function collect(child: ChildProcess): Promise<Outcome> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin?.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

export function outcomeOf(child: ChildProcess, stdin: string | Buffer = ''): Promise<Outcome> {
  const outcome = collect(child);
  child.stdin?.end(stdin);
  return outcome;
}

export function deviceauthctl(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return outcomeOf(start('deviceauthctl', args, options), options.stdin);
}
