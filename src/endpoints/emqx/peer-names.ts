/**
 * Whether the names that EMQX took from the TLS handshake are those of a certificate. EMQX writes the subject as RFC 4514 does:
 * last step first, everything beyond printable ASCII as the hexadecimal bytes of its UTF-8; of the common name it writes all there
 * are, with commas between (esockd_ssl.erl of esockd 5.13.0, which EMQX 5.8.9 has). OpenSSL's text is read here, never the certificate.
 */

/** What differs; undefined: nothing. */
export type Disagreement = 'cn' | 'dn' | undefined;

/** @param subject as `X509Certificate.subject` has it. */
export function disagreement(
  subject: string,
  given: { readonly cn: string; readonly dn: string },
): Disagreement {
  const own = readSubject(subject);
  const commonNames = own.flat().filter(({ type }) => type === 'CN');
  if (given.cn === '' || given.cn !== commonNames.map(({ value }) => value).join(',')) return 'cn';
  const theirs = readDn(given.dn);
  if (theirs === undefined || theirs.length !== own.length) return 'dn';
  return own.every((step, index) => isSameStep(step, theirs[index] ?? [])) ? undefined : 'dn';
}

/** The same for the operator, as a sentence; undefined: nothing differs. */
export function whyNotProven(
  subject: string,
  given: { readonly cn: string; readonly dn: string },
): string | undefined {
  const differs = disagreement(subject, given);
  if (differs === undefined) return undefined;
  const what = differs === 'cn' ? 'common name' : 'distinguished name';
  return given[differs] === ''
    ? `EMQX names no ${what} of a certificate from the handshake: its listener asks for none, or the certificate has none`
    : `the ${what} that EMQX took from the handshake is not this certificate's`;
}

interface Attribute {
  readonly type: string;
  readonly value: string;
}

/** Attribute types that EMQX has a word for; OpenSSL's short name in capitals is the same word, but for these. */
const WORDS: Readonly<Record<string, string>> = { GN: 'GIVENNAME' };
const KNOWN: ReadonlySet<string> = new Set([
  'SN',
  'GIVENNAME',
  'INITIALS',
  'GENERATIONQUALIFIER',
  'CN',
  'L',
  'ST',
  'O',
  'OU',
  'TITLE',
  'C',
  'SERIALNUMBER',
  'PSEUDONYM',
  'DC',
  'EMAILADDRESS',
  'UID',
]);
/** Of a type that it has none for, EMQX writes the number, and of the value what Erlang makes of it. */
const NUMBER = /^\d+(?:\.\d+)*$/;

function isSameStep(own: readonly Attribute[], theirs: readonly Attribute[]): boolean {
  return (
    own.length === theirs.length &&
    own.every(({ type, value }, index) => {
      const their = theirs[index];
      if (their === undefined) return false;
      if (!KNOWN.has(type)) return NUMBER.test(their.type);
      return their.type === type && their.value === value;
    })
  );
}

/** Steps of the name in the order of the certificate. */
function readSubject(subject: string): readonly (readonly Attribute[])[] {
  if (subject === '') return [];
  return subject.split('\n').map((step) =>
    splitUnescaped(step, ' + ').map((text) => {
      const { type, value } = attribute(text) ?? { type: '', value: '' };
      const word = type.toUpperCase();
      return { type: WORDS[word] ?? word, value };
    }),
  );
}

/** Undefined: it is not of that form. */
function readDn(dn: string): readonly (readonly Attribute[])[] | undefined {
  if (dn === '') return undefined;
  const steps: Attribute[][] = [];
  for (const step of splitUnescaped(dn, ',').reverse()) {
    const attributes: Attribute[] = [];
    for (const text of splitUnescaped(step, '+')) {
      const read = attribute(text);
      if (read === undefined) return undefined;
      attributes.push(read);
    }
    steps.push(attributes);
  }
  return steps;
}

function attribute(text: string): Attribute | undefined {
  const equals = text.indexOf('=');
  if (equals <= 0) return undefined;
  const value = unescaped(text.slice(equals + 1));
  return value === undefined ? undefined : { type: text.slice(0, equals), value };
}

/** Where a backslash stands before the separator, it is text. */
function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      at += separator.length - 1;
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** `\2C` and `\,` are both a comma; bytes written so are UTF-8. */
function unescaped(text: string): string | undefined {
  const pieces: Buffer[] = [];
  for (const [piece] of text.matchAll(/\\(?:[0-9A-Fa-f]{2}|.)|[^\\]+|\\$/gsu)) {
    if (!piece.startsWith('\\')) pieces.push(Buffer.from(piece));
    else if (piece.length === 3) pieces.push(Buffer.from(piece.slice(1), 'hex'));
    else pieces.push(Buffer.from(piece.slice(1)));
  }
  const bytes = Buffer.concat(pieces);
  const read = bytes.toString('utf8');
  // Bytes that are no UTF-8 would be taken for one another.
  return Buffer.from(read).equals(bytes) ? read : undefined;
}
