/**
 * The operator's own CA, read from the places of the configuration. Nothing of it is copied but certificates: its key stays
 * where it is. Whatever is wrong is an error that names the key of the configuration, the file and the remedy.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DaemonError } from '../../errors.ts';
import type { Warn } from './key-files.ts';
import { type ServerAuthority, serverAuthority } from './server-authority.ts';

export interface CustomCaPlaces {
  readonly privateKeyUri: string;
  readonly certificateUri: string;
  readonly certificateChainUri: string | undefined;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const SECTION = 'certificateAuthority';

export async function loadCustomCa(places: CustomCaPlaces, warn: Warn): Promise<ServerAuthority> {
  const key = new Place('privateKeyUri', places.privateKeyUri);
  const certificate = new Place('certificateUri', places.certificateUri);
  const privateKey = readKey(key, await key.read());
  await warnOfReaders(key, warn);
  const own = certificates(certificate, await certificate.read());
  const [ca] = own;
  if (ca === undefined) throw certificate.wrong('has no PEM certificate', 'put the CA certificate there');
  if (!ca.ca) {
    throw certificate.wrong(
      'is not the certificate of a CA that may sign (basicConstraints CA:true, keyUsage keyCertSign)',
      'name one that is',
    );
  }
  if (!ca.checkPrivateKey(privateKey))
    throw key.wrong(`is not the key of ${certificate.file}`, 'name the two that belong together');
  const others = [...own.slice(1)];
  if (places.certificateChainUri !== undefined) {
    const chain = new Place('certificateChainUri', places.certificateChainUri);
    others.push(...certificates(chain, await chain.read()));
  }
  return serverAuthority({
    certificatePem: ca.toString(),
    chainPems: chainAbove(ca, others),
    privateKey,
    custom: true,
  });
}

class Place {
  readonly #key: string;
  readonly file: string;

  constructor(key: string, uri: string) {
    this.#key = `${SECTION}.${key}`;
    if (/^pkcs11:/i.test(uri)) {
      throw new DaemonError(
        'SERVICE_ERROR',
        `${this.#key} is a pkcs11: URI, and keys in hardware tokens are not supported; give the key as a file: URI, or leave the key out for a CA of the daemon`,
      );
    }
    if (!/^file:/i.test(uri)) {
      throw new DaemonError(
        'SERVICE_ERROR',
        `${this.#key} must be a file: URI, such as file:///etc/deviceauthd/ca.pem`,
      );
    }
    try {
      this.file = fileURLToPath(uri);
    } catch (cause) {
      throw new DaemonError('SERVICE_ERROR', `${this.#key} names no local file; write file:///path`, {
        cause,
      });
    }
  }

  async read(): Promise<string> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown cause';
      throw this.wrong(
        `cannot be read (${why})`,
        'check that it is there and that the user of the daemon may read it',
        error,
      );
    }
  }

  wrong(problem: string, remedy: string, cause?: unknown): DaemonError {
    return new DaemonError('SERVICE_ERROR', `${this.#key}: ${this.file} ${problem}; ${remedy}`, { cause });
  }
}

function readKey(place: Place, pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw place.wrong('is encrypted', 'decrypt it (openssl pkey -in … -out …) into a file of mode 0600');
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The error may quote what is in the file.
    throw place.wrong('is not a readable private key', 'it must be PEM: PKCS#8, PKCS#1 or SEC1');
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const fits =
    (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) ||
    (type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? ''));
  if (!fits)
    throw place.wrong(
      'is a key devices do not accept',
      'take RSA of 2048 bits or more, or EC P-256, P-384 or P-521',
    );
  return key;
}

async function warnOfReaders(place: Place, warn: Warn): Promise<void> {
  const { mode } = await stat(place.file);
  if ((mode & 0o007) !== 0)
    warn(`${place.file} may be read by every user of this machine; run: chmod o= ${place.file}`);
}

function certificates(place: Place, text: string): readonly X509Certificate[] {
  return (text.match(PEM_CERTIFICATE) ?? []).map((pem) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw place.wrong('has a certificate that cannot be read', 'it must be PEM', error);
    }
  });
}

/** Those among `others` that lead upwards, nearest first. */
function chainAbove(ca: X509Certificate, others: readonly X509Certificate[]): readonly string[] {
  const chain: string[] = [];
  const left = new Set(others.filter((each) => each.fingerprint256 !== ca.fingerprint256));
  for (let top = ca; !isSelfSigned(top); ) {
    const issuer = [...left].find((each) => each.ca && top.checkIssued(each) && top.verify(each.publicKey));
    if (issuer === undefined) break;
    left.delete(issuer);
    chain.push(issuer.toString());
    top = issuer;
  }
  return chain;
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
