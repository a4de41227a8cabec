/**
 * An authority on disk: a directory (0700) with `ca.pem` and `ca.key` (PKCS#8, 0600).
 *
 * A directory is filled beside its place, synced, and moved there whole, so that it is complete
 * whenever it is there. One that cannot be used is an error that says the file, the problem and the
 * remedy; nothing ever replaces it by a new one.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DaemonError } from '../../errors.ts';
import { DurableFiles, type FileOperations } from '../durable-files.ts';
import { type Authority, privateKeyPem } from '../x509/certificate-issuer.ts';

export const KEY_FILE = 'ca.key';
export const CERTIFICATE_FILE = 'ca.pem';

/** Something an operator should know that stops nothing. */
export type Warn = (message: string) => void;

/** Replaces what an interrupted attempt left in `directory`, which must not be in use. */
export async function writeAuthority(
  directory: string,
  authority: Authority,
  files: FileOperations = new DurableFiles(),
): Promise<void> {
  try {
    await files.remove(directory);
    await files.makeDirectory(directory, { mode: 0o700 });
    await files.writeNew(join(directory, KEY_FILE), privateKeyPem(authority.privateKey), { mode: 0o600 });
    await files.writeNew(join(directory, CERTIFICATE_FILE), authority.certificatePem, { mode: 0o644 });
    await files.sync(directory);
  } catch (error) {
    throw failure(
      directory,
      `cannot be written (${text(error)})`,
      'check its owner, its permissions and the disk',
      error,
    );
  }
}

/** Puts a written directory in its place. Rejects when there is something there. */
export async function moveAuthority(
  from: string,
  to: string,
  files: FileOperations = new DurableFiles(),
): Promise<void> {
  if (existsSync(to)) throw failure(to, 'exists already', 'move it away');
  try {
    await files.makeDirectory(dirname(to), { mode: 0o700 });
    await files.rename(from, to);
    await files.sync(dirname(to));
    await files.sync(dirname(from));
  } catch (error) {
    throw failure(to, `cannot be put in place (${text(error)})`, 'check its owner and permissions', error);
  }
}

/** Undefined when there is no such directory. Warns when others may read the key. */
export async function loadAuthority(directory: string, warn: Warn): Promise<Authority | undefined> {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
  const keyFile = join(directory, KEY_FILE);
  const certificateFile = join(directory, CERTIFICATE_FILE);
  const certificatePem = await readWhole(certificateFile);
  const keyPem = await readWhole(keyFile);
  const x509 = readCertificate(certificateFile, certificatePem);
  const privateKey = readKey(keyFile, keyPem);
  if (!x509.checkPrivateKey(privateKey)) {
    throw failure(keyFile, `is not the key of ${certificateFile}`, restore(directory));
  }
  const { mode } = await stat(keyFile);
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    warn(`${keyFile} may be read by other users (mode ${octal}); run: chmod 600 ${keyFile}`);
  }
  return { certificatePem: x509.toString(), privateKey };
}

export function failure(path: string, problem: string, remedy: string, cause?: unknown): DaemonError {
  return new DaemonError('SERVICE_ERROR', `${path} ${problem}; ${remedy}`, { cause });
}

export function readCertificate(file: string, pem: string): X509Certificate {
  try {
    const x509 = new X509Certificate(pem);
    if (!x509.ca) throw new Error('not a CA certificate');
    return x509;
  } catch (error) {
    throw failure(file, `is not a usable CA certificate (${text(error)})`, restore(dirname(file)), error);
  }
}

export function readKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    // The text of the error may quote what is in the file.
    throw failure(file, 'is not a readable private key', restore(dirname(file)), error);
  }
}

export async function readWhole(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw failure(file, `cannot be read (${text(error)})`, restore(dirname(file)), error);
  }
}

function restore(directory: string): string {
  return `restore it from a backup (deviceauthctl ca import), or move ${directory} away to start a new CA, which no peer trusts yet`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
