/** deviceauthctl at a terminal, with a person who answers what is asked. */
import { spawn } from 'node:child_process';
import { launcher } from './launcher.ts';

export interface Asked {
  readonly code: number | null;
  /** All that stood on the terminal. */
  readonly screen: string;
}

/** `answers` are typed one by one, each when its question stands there. */
export function atTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: RegExp, typed: string])[],
  env: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const { DEVICEAUTHD_PASSPHRASE: _, ...rest } = process.env;
  const command = [launcher('deviceauthctl'), ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...rest, ...env, TERM: 'dumb' } });
  let screen = '';
  let unread = '';
  const waiting = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    unread += chunk.toString();
    const next = waiting[0];
    if (next === undefined || !next[0].test(unread)) return;
    waiting.shift();
    unread = '';
    child.stdin.write(next[1]);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, screen }));
  });
}
