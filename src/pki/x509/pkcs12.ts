/**
 * A private key and its certificate chain as one PKCS#12 file (RFC 7292), for Java brokers: both encrypted by PBES2
 * (PBKDF2 with HMAC-SHA-256, AES-256-CBC), the whole under a MAC by HMAC-SHA-256; friendlyName, which is Java's alias, and
 * localKeyId on the key and its certificate. Read by OpenSSL 1.1 and later and by Java 8u301, 11.0.12 and later.
 */
import {
  createCipheriv,
  createHmac,
  hash,
  type KeyObject,
  pbkdf2,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import { DaemonError } from '../../errors.ts';
import { turn } from '../turns.ts';
import {
  type Asn1,
  bmp,
  encode,
  integer,
  none,
  octets,
  oid,
  sequence,
  set,
  tagged,
  taggedBytes,
  utf16,
} from './der.ts';

export interface Pkcs12Request {
  /** The certificate of the key, then those above it, as one PEM. */
  readonly certificatePem: string;
  /** RSA or EC. */
  readonly privateKey: KeyObject;
  /** 1 to 1,024 characters of printable ASCII: Java cannot decrypt with any other. */
  readonly password: string;
  /** Java's alias; it takes no notice of its case. */
  readonly alias: string;
  /** For salts. */
  readonly random?: (size: number) => Uint8Array;
}

/** Of each of the three derivations. It is made at each rotation, so it must not cost a second; a good password matters more. */
const ITERATIONS = 10_000;
const LONGEST_PASSWORD = 1_024;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** The block of SHA-256, as the derivation of the MAC's key counts. */
const BLOCK_BYTES = 64;
const FOR_MAC = 3;
const HASHES_A_TURN = 1_000;

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HMAC_SHA256 = '1.2.840.113549.2.9';
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';
const SHA256 = '2.16.840.1.101.3.4.2.1';

const derive = promisify(pbkdf2);

/** Rejects with INVALID_ARGUMENTS for a password or key that cannot be used, or a key of another certificate. */
export async function encodePkcs12(request: Pkcs12Request): Promise<Buffer> {
  const { alias, password, privateKey, random = randomBytes } = request;
  const certificates = splitPem(request.certificatePem).map((pem) => new X509Certificate(pem));
  check(request, certificates[0]);
  const keyId = hash('sha1', certificates[0]?.raw ?? '', 'buffer');
  const attributes = set(attribute(FRIENDLY_NAME, bmp(alias)), attribute(LOCAL_KEY_ID, octets(keyId)));
  const key = await encrypt(privateKey.export({ type: 'pkcs8', format: 'der' }), password, random);
  const keyBag = sequence(
    oid(SHROUDED_KEY_BAG),
    tagged(0, sequence(key.algorithm, octets(key.bytes))),
    attributes,
  );
  const certificateBags = certificates.map(({ raw }, index) =>
    sequence(
      oid(CERTIFICATE_BAG),
      tagged(0, sequence(oid(X509_CERTIFICATE), tagged(0, octets(raw)))),
      ...(index === 0 ? [attributes] : []),
    ),
  );
  const chain = await encrypt(encode(sequence(...certificateBags)), password, random);
  const safe = encode(
    sequence(
      sequence(
        oid(ENCRYPTED_DATA),
        tagged(
          0,
          sequence(
            integer(Uint8Array.of(0)),
            sequence(oid(DATA), chain.algorithm, taggedBytes(0, chain.bytes)),
          ),
        ),
      ),
      data(encode(sequence(keyBag))),
    ),
  );
  return encode(sequence(integer(Uint8Array.of(3)), data(safe), await macOf(safe, password, random)));
}

function check({ password, privateKey }: Pkcs12Request, first: X509Certificate | undefined): void {
  if (password.length > LONGEST_PASSWORD || !/^[ -~]+$/.test(password)) {
    throw invalid(
      `the password of a PKCS#12 has 1 to ${LONGEST_PASSWORD} printable ASCII characters; Java takes no others`,
    );
  }
  if (!['rsa', 'ec'].includes(privateKey.asymmetricKeyType ?? '')) {
    throw invalid('the private key of a PKCS#12 is an RSA or EC key');
  }
  if (first?.checkPrivateKey(privateKey) !== true) {
    throw invalid('the private key is not that of the first certificate');
  }
}

function data(content: Uint8Array): Asn1 {
  return sequence(oid(DATA), tagged(0, octets(content)));
}

function attribute(id: string, value: Asn1): Asn1 {
  return sequence(oid(id), set(value));
}

async function encrypt(
  content: Uint8Array,
  password: string,
  random: (size: number) => Uint8Array,
): Promise<{ readonly algorithm: Asn1; readonly bytes: Buffer }> {
  const salt = random(SALT_BYTES);
  const vector = random(16);
  const key = await derive(password, salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, vector);
  const bytes = Buffer.concat([cipher.update(content), cipher.final()]);
  const algorithm = sequence(
    oid(PBES2),
    sequence(
      sequence(oid(PBKDF2), sequence(octets(salt), iterations(), sequence(oid(HMAC_SHA256), none()))),
      sequence(oid(AES_256_CBC), octets(vector)),
    ),
  );
  return { algorithm, bytes };
}

async function macOf(
  content: Uint8Array,
  password: string,
  random: (size: number) => Uint8Array,
): Promise<Asn1> {
  const salt = random(SALT_BYTES);
  const key = await macKey(password, salt);
  const mac = createHmac('sha256', key).update(content).digest();
  return sequence(sequence(sequence(oid(SHA256), none()), octets(mac)), octets(salt), iterations());
}

/** RFC 7292, appendix B.2: as long as one digest, so that one round is all. In turns of the event loop. */
async function macKey(password: string, salt: Uint8Array): Promise<Buffer> {
  const repeated = (bytes: Uint8Array): Buffer =>
    Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES, bytes);
  const text = utf16(`${password}\0`);
  let digest = Buffer.concat([Buffer.alloc(BLOCK_BYTES, FOR_MAC), repeated(salt), repeated(text)]);
  for (let count = 0; count < ITERATIONS; count += 1) {
    digest = hash('sha256', digest, 'buffer');
    if (count % HASHES_A_TURN === HASHES_A_TURN - 1) await turn();
  }
  return digest.subarray(0, HASH_BYTES);
}

function iterations(): Asn1 {
  return integer(Uint8Array.of(ITERATIONS >> 8, ITERATIONS & 0xff));
}

function invalid(message: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', message);
}

function splitPem(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
