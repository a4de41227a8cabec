/** What a CA certificate says that CRLs are held against. The operator gave it; OpenSSL has parsed it before. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { contentOf, elementAt, elementsIn, extensionsIn, TAG, wholeOf } from './der-reader.ts';

export interface AuthorityFacts {
  /** Its subject as it is encoded there, as names are compared. */
  readonly name: Buffer;
  readonly publicKey: KeyObject;
  /** False: its keyUsage says that it does not sign CRLs, and OpenSSL will not take one from it. */
  readonly signsCrls: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const KEY_USAGE = '551d0f';
const CRL_SIGN = 0b0000_0010;
const EXTENSIONS = 0xa3;

/** Undefined when it cannot be read. */
export function authorityFacts(pem: string): AuthorityFacts | undefined {
  try {
    const x509 = new X509Certificate(pem);
    const der = x509.raw;
    const whole = elementAt(der, 0, der.length);
    const body = whole === undefined ? undefined : elementAt(der, whole.content, whole.end);
    const fields = body === undefined ? [] : (elementsIn(der, body, 10) ?? []);
    const name = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
    if (name?.tag !== TAG.sequence) return undefined;
    const tagged = fields.find(({ tag }) => tag === EXTENSIONS);
    const list = tagged === undefined ? undefined : elementAt(der, tagged.content, tagged.end);
    const extensions = list === undefined ? [] : (extensionsIn(der, list) ?? []);
    const usage = extensions.find(({ id }) => id === KEY_USAGE);
    const bits = usage === undefined ? undefined : elementAt(der, usage.value.content, usage.value.end);
    const signsCrls =
      bits === undefined ? usage === undefined : ((contentOf(der, bits)[1] ?? 0) & CRL_SIGN) !== 0;
    return {
      name: wholeOf(der, name),
      publicKey: x509.publicKey,
      signsCrls,
      notBefore: x509.validFromDate.getTime(),
      notAfter: x509.validToDate.getTime(),
    };
  } catch {
    return undefined;
  }
}
