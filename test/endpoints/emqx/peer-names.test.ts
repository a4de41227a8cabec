/**
 * The names of a certificate as EMQX writes them. The table is what esockd 5.13.0 (of EMQX 5.8.9, on OTP 25) wrote of real
 * certificates; the properties hold a writer of its rules, kept here and nowhere in `src`, against OpenSSL's reading of real ones.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disagreement } from '../../../src/endpoints/emqx/peer-names.ts';
import { CertificateParser } from '../../../src/identity/certificate.ts';
import { CertificateMaker, type NameAttribute } from '../../support/certificates.ts';
import { soakRuns } from '../../support/runs.ts';

const maker = new CertificateMaker();
const parser = new CertificateParser();

function subjectOf(name: readonly NameAttribute[]): string {
  const parsed = parser.parse(maker.make({ subject: name }).pem);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.certificate.subject;
}

/** One value: printable ASCII but `~` as it is, with a backslash where RFC 4514 wants one; all other bytes in hexadecimal. */
function written(value: string): string {
  const bytes = [...Buffer.from(value)];
  return bytes
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const isEdge = (character === ' ' || character === '#') && index === 0;
      const isLastSpace = character === ' ' && index === bytes.length - 1;
      if (isEdge || isLastSpace || '"+,;<>\\'.includes(character)) return `\\${character}`;
      if (byte >= 32 && byte < 126) return character;
      return `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function asEmqxSays(name: readonly NameAttribute[]): { cn: string; dn: string } {
  const steps: string[] = [];
  for (const { type, value, joined } of name) {
    const text = `${type}=${written(value)}`;
    if (joined === true && steps.length > 0) steps.push(`${steps.pop()}+${text}`);
    else steps.push(text);
  }
  const cn = name.flatMap(({ type, value }) => (type === 'CN' ? [value] : [])).join(',');
  return { cn, dn: steps.toReversed().join(',') };
}

const text = fc.string({
  minLength: 1,
  maxLength: 12,
  unit: fc.constantFrom(...'aB7 ,+"\\<>;=#/~\n\u007füλ日𝒳.'),
});
const attribute = fc.record({
  type: fc.constantFrom('CN', 'O', 'OU', 'SERIALNUMBER'),
  value: text,
  joined: fc.boolean(),
}) as fc.Arbitrary<NameAttribute>;
/** Always with a common name. */
const names = fc
  .tuple(fc.array(attribute, { maxLength: 3 }), text, fc.array(attribute, { maxLength: 2 }))
  .map(([before, cn, after]): readonly NameAttribute[] => [...before, { type: 'CN', value: cn }, ...after]);

describe('A certificate’s names as EMQX says them', () => {
  it.each<[string, string, string, string]>([
    ['one name', 'CN=lamp', 'lamp', 'CN=lamp'],
    ['several steps, last first', 'C=DE\nO=Acme\\, Inc.\nCN=lamp', 'lamp', 'CN=lamp,O=Acme\\, Inc.,C=DE'],
    ['letters beyond ASCII', 'CN=gerät\\,7 \\"x\\"', 'gerät,7 "x"', 'CN=ger\\C3\\A4t\\,7 \\"x\\"'],
    ['a step of two', 'O=a + CN=_é\\"', '_é"', 'O=a+CN=_\\C3\\A9\\"'],
    ['two common names', 'CN=first\nCN=second', 'first,second', 'CN=second,CN=first'],
    ['a backslash before digits', 'O=\\\\2C\nCN=x', 'x', 'CN=x,O=\\\\2C'],
    ['a control character', 'O=a\\0Ab\nCN=x', 'x', 'CN=x,O=a\\0Ab'],
    ['a type with another word', 'GN=Ada\nCN=x', 'x', 'CN=x,GIVENNAME=Ada'],
    ['a street, for which EMQX has no word', 'street=Am Weg 3\nCN=x', 'x', 'CN=x,2.5.4.9=Am Weg 3'],
    ['an attribute of one’s own', '1.2.3.4.5=ü\nCN=x', 'x', 'CN=x,1.2.3.4.5=\\C3\\BC'],
  ])('are recognised: %s', (_, subject, cn, dn) => {
    expect(disagreement(subject, { cn, dn })).toBeUndefined();
  });

  it.each<[string, string, string, string, 'cn' | 'dn']>([
    ['no subject', '', '', '', 'cn'],
    ['no common name', 'O=only', '', 'O=only', 'cn'],
    ['the last of two common names alone', 'CN=a\nCN=b', 'b', 'CN=b,CN=a', 'cn'],
    ['one common name that looks like two', 'CN=a\\,b', 'a,b', 'CN=b,CN=a', 'dn'],
    ['the steps in the order of the certificate', 'O=a\nCN=b', 'b', 'O=a,CN=b', 'dn'],
    ['one step instead of two', 'O=a\nCN=b', 'b', 'O=a+CN=b', 'dn'],
    ['a step with more in it', 'O=a\nCN=b', 'b', 'CN=b+O=c,O=a', 'dn'],
    ['an own word where EMQX writes a number', 'street=a\nCN=b', 'b', 'CN=b,STREET=a', 'dn'],
    ['a number where EMQX has a word', 'O=a\nCN=b', 'b', 'CN=b,2.5.4.10=a', 'dn'],
    ['bytes that are no text', 'O=�\nCN=b', 'b', 'CN=b,O=\\FF', 'dn'],
  ])('are not: %s', (_, subject, cn, dn, differs) => {
    expect(disagreement(subject, { cn, dn })).toBe(differs);
  });

  it('are recognised whatever is in them', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(disagreement(subjectOf(name), asEmqxSays(name))).toBeUndefined();
      }),
      soakRuns(10_000),
    );
  });

  it('are those of one certificate only', () => {
    const bare = (name: readonly NameAttribute[]) => JSON.stringify(asEmqxSays(name));
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(bare(one) !== bare(other));
        expect(disagreement(subjectOf(one), asEmqxSays(other))).toBeDefined();
      }),
      soakRuns(5_000),
    );
  });

  it('are not when one attribute is another, is gone or stands elsewhere', () => {
    fc.assert(
      fc.property(names, fc.nat(), fc.constantFrom('value', 'gone', 'turned'), (name, at, how) => {
        const index = at % name.length;
        const changed = name.flatMap((each, where) => {
          if (where !== index) return [each];
          return how === 'gone' ? [] : [{ ...each, value: `${each.value}x` }];
        });
        const said = asEmqxSays(how === 'turned' ? name.toReversed() : changed);
        fc.pre(JSON.stringify(said) !== JSON.stringify(asEmqxSays(name)));
        expect(disagreement(subjectOf(name), said)).toBeDefined();
      }),
      soakRuns(5_000),
    );
  });

  it('may be anything at all, and are then not', () => {
    const anything = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'CNO=,+\\ F2x"') }));
    fc.assert(
      fc.property(anything, anything, (cn, dn) => {
        fc.pre(cn !== 'lamp');
        expect(disagreement('O=Plant\nCN=lamp', { cn, dn })).toBe('cn');
        expect(disagreement('O=Plant\nCN=lamp', { cn: 'lamp', dn: `O=Plant,${dn}` })).toBe('dn');
      }),
      soakRuns(10_000),
    );
  });
});
