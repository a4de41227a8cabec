/** Checks of what the core device proves itself with: files, key, certificate, roots. They are read, and nothing in them is told but names and dates. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { type Check, CheckFailure, failed, ok, warning } from './check.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
/** No file of these is longer; more is not read. */
const LARGEST_FILE = 1024 * 1024;

export interface CoreFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export function coreIdentityChecks(
  { certificateFile, keyFile }: CoreFiles,
  clock: Pick<Clock, 'now'>,
): Check[] {
  return [
    {
      name: 'core.key',
      look: async () => {
        const key = await privateKey(keyFile);
        const { mode } = await stat(keyFile);
        const kind = `${keyFile} has a key (${describeKey(key)})`;
        if ((mode & 0o077) === 0) return ok(kind);
        const octal = (mode & 0o777).toString(8).padStart(4, '0');
        return warning(
          `${kind} that other users may read (mode ${octal})`,
          `chmod 600 ${keyFile}, and give it to the daemon's user`,
        );
      },
    },
    {
      name: 'core.certificate',
      look: async () => {
        const { subject, validFromDate, validToDate } = await certificate(certificateFile);
        const name = subject.replaceAll('\n', ', ');
        const until = validToDate.toISOString().slice(0, 10);
        const left = validToDate.getTime() - clock.now();
        const renew = 'make a new one, attach it to the core thing and its policies, and put it there';
        if (left <= 0) return failed(`${certificateFile} (${name}) ended on ${until}`, renew);
        if (validFromDate.getTime() > clock.now()) {
          return failed(
            `${certificateFile} (${name}) begins on ${validFromDate.toISOString().slice(0, 10)}`,
            "set this host's clock",
          );
        }
        if (left < SOON_DAYS * DAY_MS)
          return warning(`${certificateFile} (${name}) ends soon, on ${until}`, renew);
        return ok(`${certificateFile} (${name}) is valid until ${until}`);
      },
    },
    {
      name: 'core.key-fits',
      needs: ['core.key', 'core.certificate'],
      look: async () => {
        const [leaf, key] = await Promise.all([certificate(certificateFile), privateKey(keyFile)]);
        if (leaf.checkPrivateKey(key)) return ok('the key is that of the certificate');
        return failed(
          `the key in ${keyFile} is not that of the certificate in ${certificateFile}`,
          'set cloud.keyFile and cloud.certificateFile to two that belong together',
        );
      },
    },
  ];
}

/** The roots that the cloud's servers are held against, where the operator names them. */
export function rootCaCheck(file: string, clock: Pick<Clock, 'now'>): Check {
  return {
    name: 'root-ca',
    look: async () => {
      const blocks = (await text(file, 'cloud.rootCaFile')).match(PEM) ?? [];
      if (blocks.length === 0)
        return failed(`${file} has no certificate`, 'put the roots there, PEM, one after the other');
      const roots = blocks.map((pem) => parsed(pem, file));
      const ended = roots.filter(({ validToDate }) => validToDate.getTime() <= clock.now());
      if (ended.length === roots.length)
        return failed(`every root in ${file} has ended`, 'put new ones there');
      const names = roots.map(
        ({ subject }) => /CN=(.*)/.exec(subject)?.[1] ?? subject.replaceAll('\n', ', '),
      );
      return ok(
        `${file}: ${names.slice(0, 5).join('; ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`,
      );
    },
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

async function certificate(file: string): Promise<X509Certificate> {
  return parsed(await text(file, 'cloud.certificateFile'), file);
}

function parsed(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new CheckFailure(`${file} has no certificate that can be read`, 'it must be PEM');
  }
}

async function privateKey(file: string): Promise<KeyObject> {
  const content = await text(file, 'cloud.keyFile');
  try {
    return createPrivateKey(content);
  } catch {
    throw new CheckFailure(
      `${file} has no private key that can be read`,
      'it must be PEM, and not encrypted with a password',
    );
  }
}

async function text(file: string, key: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new CheckFailure(`${file} is too large`, `see what ${key} names`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof CheckFailure) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown cause';
    const why =
      { ENOENT: 'there is no such file', EACCES: 'this user may not read it', EISDIR: 'it is a directory' }[
        code
      ] ?? code;
    throw new CheckFailure(
      `${file} cannot be read: ${why}`,
      `set ${key}, or let the daemon's user read the file (under systemd ProtectHome and ProtectSystem count too)`,
    );
  }
}

function describeKey({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails;
  return [asymmetricKeyType?.toUpperCase(), modulusLength ?? namedCurve]
    .filter((each) => each !== undefined)
    .join(' ');
}
