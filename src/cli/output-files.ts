/**
 * Writes files that appear whole or not at all, with their final mode from the first byte on. Without
 * `replace` an existing file is never touched, not even by two processes at once.
 */
import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliFailure, fileFailure } from './failure.ts';

export interface OutputFile {
  readonly path: string;
  /** What it throws leaves no file. */
  readonly content: string | AsyncIterable<Uint8Array>;
  readonly mode: number;
}

export async function writeWhole({ path, content, mode }: OutputFile, replace: boolean): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) {
      await rename(temporary, path);
    } else {
      await link(temporary, path);
      await unlink(temporary);
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error instanceof CliFailure ? error : fileFailure('write', path, error);
  }
}

/** Makes the directory, and finds out before anything irreversible happens that files can be made in it. */
export async function writableDirectory(directory: string): Promise<void> {
  const trial = join(directory, `.deviceauthctl-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await (await open(trial, 'wx', 0o600)).close();
    await unlink(trial);
  } catch (error) {
    throw fileFailure('write into', directory, error);
  }
}

/** The same of one file: `writeWhole` with `replace` can make it. */
export async function writableFile(path: string): Promise<void> {
  await writableDirectory(dirname(path));
  const trial = temporaryOf(path);
  try {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() === true) throw new Error('it is a directory');
    if (path === '' || path.endsWith('/')) throw new Error('this is no name of a file');
    await (await open(trial, 'wx', 0o600)).close();
    await unlink(trial);
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}

function temporaryOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`;
}
