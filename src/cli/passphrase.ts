/**
 * Where a passphrase comes from: a file, the environment, or a person. Never the command line, which every user of the
 * machine can read, and the shell remembers.
 */
import { open } from 'node:fs/promises';
import { secret } from './ask.ts';
import type { Invocation } from './command.ts';
import { CliFailure, fileFailure, usage } from './failure.ts';
import { write } from './terminal.ts';

export const PASSPHRASE_VARIABLE = 'DEVICEAUTHD_PASSPHRASE';
/** As the daemon's; said here before anything is asked of it. */
const SHORTEST = 12;
const LARGEST_FILE = 8_192;
const OTHERS_MAY_READ = 0o077;

/** @param isNew it is being chosen: it must be long enough, and a person types it twice. */
export async function passphrase({ args, terminal }: Invocation, isNew: boolean): Promise<string> {
  const file = args.text('passphrase-file');
  const fromEnvironment = terminal.env[PASSPHRASE_VARIABLE];
  if (file !== undefined) return long(await firstLine(file, terminal.stderr), isNew, file);
  if (fromEnvironment !== undefined && fromEnvironment !== '')
    return long(fromEnvironment, isNew, PASSPHRASE_VARIABLE);
  if (!terminal.canAsk) {
    throw usage(
      'there is no passphrase, and no terminal to ask for it',
      `name a file with --passphrase-file, or set ${PASSPHRASE_VARIABLE}`,
    );
  }
  const typed = long(await secret(terminal, 'Passphrase'), isNew, 'the passphrase');
  if (isNew && (await secret(terminal, 'The same again')) !== typed) {
    throw usage('the two passphrases are not the same; nothing was written');
  }
  return typed;
}

function long(text: string, isNew: boolean, where: string): string {
  const { length } = [...text];
  if (length > 0 && (!isNew || length >= SHORTEST)) return text;
  throw usage(
    length === 0 ? `${where} is empty` : `${where} has a passphrase of ${length} characters`,
    `use at least ${SHORTEST} characters, such as five random words`,
  );
}

async function firstLine(path: string, warnings: Invocation['terminal']['stderr']): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const found = await file.stat();
      if (found.isFile() && (found.mode & OTHERS_MAY_READ) !== 0) {
        await write(warnings, `warning: others may read ${path}; run: chmod 600 ${path}\n`);
      }
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LARGEST_FILE), 0, LARGEST_FILE, null);
      return buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] ?? '';
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof CliFailure ? error : fileFailure('read', path, error);
  }
}
