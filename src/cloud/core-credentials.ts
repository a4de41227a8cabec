/**
 * What this host shows the cloud, and what it holds the cloud's servers against: the core device's certificate and key, and
 * the roots. Always true: certificate and key belong together and can be used for TLS, and there is at least one root.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { amazonRoots } from './amazon-roots.ts';

export interface CoreFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Undefined: Amazon's roots. */
  readonly rootCaFile: string | undefined;
}

export interface CoreCredentials {
  /** With whatever intermediates the file has. */
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly rootCaPems: readonly string[];
  /** Lower-case hex SHA-256 of the DER: what AWS calls the certificate's id. */
  readonly certificateId: string;
  /** Milliseconds since the Unix epoch. */
  readonly notAfter: number;
}

/** For the operator: which file of the configuration is at fault, and how. */
export class CoreFileError extends Error {
  override readonly name = 'CoreFileError';
  /** Such as `cloud.keyFile`. */
  readonly key: string;

  constructor(key: string, message: string) {
    super(`${key}: ${message}`);
    this.key = key;
  }
}

const LARGEST_FILE = 1024 * 1024;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Throws `CoreFileError`. `warn` is told of a key that others than its owner may read. */
export function readCoreCredentials(files: CoreFiles, warn: (message: string) => void): CoreCredentials {
  const certificatePem = read('cloud.certificateFile', files.certificateFile).text;
  const certificate = first('cloud.certificateFile', files.certificateFile, certificatePem);
  const { mode, text: keyPem } = read('cloud.keyFile', files.keyFile);
  if (!certificate.checkPrivateKey(privateKey(files.keyFile, keyPem))) {
    throw new CoreFileError(
      'cloud.keyFile',
      `${files.keyFile} is not the key of the certificate ${files.certificateFile}`,
    );
  }
  checkUsable(files.certificateFile, certificatePem, keyPem);
  if ((mode & 0o077) !== 0) {
    warn(`cloud.keyFile: others may read ${files.keyFile}: its mode is ${octal(mode)}, it should be 0600`);
  }
  return {
    certificatePem,
    keyPem,
    rootCaPems: readRoots(files.rootCaFile),
    certificateId: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notAfter: certificate.validToDate.getTime(),
  };
}

function read(key: string, path: string): { readonly text: string; readonly mode: number } {
  try {
    const file = openSync(path, 'r');
    try {
      const { mode, size } = fstatSync(file);
      if (size > LARGEST_FILE) throw new CoreFileError(key, `${path} is larger than ${LARGEST_FILE} bytes`);
      return { text: readFileSync(file, 'utf8'), mode };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof CoreFileError) throw error;
    throw new CoreFileError(key, `${path} cannot be read: ${codeOf(error)}`);
  }
}

function first(key: string, path: string, text: string): X509Certificate {
  const [pem] = text.match(PEM_CERTIFICATE) ?? [];
  if (pem === undefined) throw new CoreFileError(key, `${path} holds no PEM certificate`);
  return parsed(key, path, pem);
}

/** PEMs: those of `cloud.rootCaFile`, or Amazon's. Throws `CoreFileError`. */
export function readRoots(path: string | undefined): readonly string[] {
  if (path === undefined) return amazonRoots();
  const key = 'cloud.rootCaFile';
  const pems = read(key, path).text.match(PEM_CERTIFICATE) ?? [];
  if (pems.length === 0) throw new CoreFileError(key, `${path} holds no PEM certificate`);
  for (const pem of pems) parsed(key, path, pem);
  return pems;
}

function parsed(key: string, path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new CoreFileError(key, `a certificate in ${path} cannot be parsed`);
  }
}

/** What TLS makes of them: it takes all of the file, and no key that is too short. */
function checkUsable(path: string, cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new CoreFileError('cloud.certificateFile', `${path} cannot be used for TLS: ${codeOf(error)}`);
  }
}

function privateKey(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const encrypted = codeOf(error) === 'ERR_MISSING_PASSPHRASE' || text.includes('ENCRYPTED');
    const message = encrypted ? 'is encrypted; the daemon needs it as it is' : 'holds no PEM private key';
    throw new CoreFileError('cloud.keyFile', `${path} ${message}`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
