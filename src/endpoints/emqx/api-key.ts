/**
 * The key with which the daemon asks EMQX's REST API. Always true: neither key nor secret is part of a message, whatever the
 * file looks like.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** For the operator: which file is at fault, and how. */
export class ApiFileError extends Error {
  override readonly name = 'ApiFileError';
  /** `keyFile` or `caFile`. */
  readonly key: string;

  constructor(key: string, message: string) {
    super(`${key}: ${message}`);
    this.key = key;
  }
}

const LARGEST_FILE = 1024 * 1024;
/** What a header can carry, and EMQX's own file of keys: no line breaks, no colon in the key. */
const KEY_AND_SECRET = /^[\x21-\x39\x3b-\x7e]{1,256}:[\x21-\x7e]{1,256}$/;

/** The value of the `Authorization` header. Throws `ApiFileError`. `warn` is told of a file that others may read. */
export function readApiKey(file: string, warn: (message: string) => void): string {
  const { mode, text } = read('keyFile', file);
  const line = (text.split('\n', 1)[0] ?? '').trim();
  if (!KEY_AND_SECRET.test(line)) {
    throw new ApiFileError(
      'keyFile',
      `the first line of ${file} is not "<API key>:<secret>" as EMQX shows them`,
    );
  }
  if ((mode & 0o077) !== 0) {
    warn(`keyFile: others may read ${file}: its mode is ${(mode & 0o777).toString(8)}, it should be 600`);
  }
  return `Basic ${Buffer.from(line, 'utf8').toString('base64')}`;
}

/** PEM. Throws `ApiFileError`. */
export function readApiCa(file: string): string {
  const { text } = read('caFile', file);
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new ApiFileError('caFile', `there is no PEM certificate in ${file}`);
  }
  return text;
}

function read(key: string, file: string): { readonly mode: number; readonly text: string } {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw new ApiFileError(key, `${file} cannot be read (${codeOf(error)})`);
  }
  try {
    const { mode, size } = fstatSync(descriptor);
    if (size > LARGEST_FILE) throw new ApiFileError(key, `${file} is longer than ${LARGEST_FILE} bytes`);
    return { mode, text: readFileSync(descriptor, 'utf8') };
  } catch (error) {
    if (error instanceof ApiFileError) throw error;
    throw new ApiFileError(key, `${file} cannot be read (${codeOf(error)})`);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown reason';
}
