/** Server CAs as a backup has them: going out, and coming in, checked: a usable current one, at most one next, each with its own key. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DaemonError } from '../../errors.ts';
import type { ExportedAuthority } from '../certificates-api.ts';
import { type Authority, privateKeyPem } from '../x509/certificate-issuer.ts';
import { certificateIdOf, type ServerAuthority } from './server-authority.ts';
import { LONGEST_SERVER_CERTIFICATE_MS, type ServerCaRecord, type ServerCas } from './server-ca-store.ts';

export interface CopiedAuthority {
  readonly id: string;
  readonly authority: Authority;
  /** As in `ExportedAuthority`. */
  readonly until: number;
}

export interface CopiedAuthorities {
  readonly current: CopiedAuthority;
  readonly next: CopiedAuthority | undefined;
  readonly retired: readonly CopiedAuthority[];
}

/** Nothing where the operator's own CA signs: its key is theirs to keep. */
export function copyOf({ record, current, next, retired }: ServerCas): readonly ExportedAuthority[] {
  if (current.custom) return [];
  const untilOf = (id: string): number => record.retired.find((each) => each.id === id)?.forgottenAt ?? 0;
  return [
    ...exported('current', current, record.current.lastCertificateEnds),
    ...(next === undefined ? [] : exported('next', next, record.next?.switchAt ?? 0)),
    ...retired.flatMap((each) => exported('retired', each, untilOf(each.id))),
  ];
}

export function allOf({ current, next, retired }: CopiedAuthorities): readonly CopiedAuthority[] {
  return [current, ...(next === undefined ? [] : [next]), ...retired];
}

/** What they are from now on. */
export function recordOf({ current, next, retired }: CopiedAuthorities, now: number): ServerCaRecord {
  // The host it comes from may have signed more since the copy was made.
  const lastCertificateEnds =
    current.until === 0 ? 0 : Math.max(current.until, now + LONGEST_SERVER_CERTIFICATE_MS);
  return {
    version: 1,
    current: { id: current.id, custom: false, lastCertificateEnds },
    next:
      next === undefined ? null : { id: next.id, custom: false, switchAt: next.until, reason: 'operator' },
    retired: retired.map(({ id, until }) => ({ id, custom: false, forgottenAt: until })),
  };
}

/** The same CAs in the same roles. */
export function isSame(record: ServerCaRecord, { current, next, retired }: CopiedAuthorities): boolean {
  const idsOf = (all: readonly { readonly id: string }[]): string =>
    JSON.stringify(all.map(({ id }) => id).sort());
  return (
    record.current.id === current.id &&
    record.next?.id === next?.id &&
    idsOf(record.retired) === idsOf(retired)
  );
}

export function copiedAuthorities(exported: readonly ExportedAuthority[]): CopiedAuthorities {
  const of = (role: ExportedAuthority['role']): CopiedAuthority[] =>
    exported.filter((each) => each.role === role).map(copied);
  const [[current, ...others], [next, ...more], retired] = [of('current'), of('next'), of('retired')];
  if (current === undefined || others.length > 0 || more.length > 0) {
    throw wrong('are not one that signs and at most one that is announced');
  }
  const ids = [current, next, ...retired].flatMap((each) => each?.id ?? []);
  if (new Set(ids).size < ids.length) throw wrong('name one CA twice');
  return { current, next, retired };
}

function exported(
  role: ExportedAuthority['role'],
  { certificatePem, privateKey, custom }: ServerAuthority,
  until: number,
): readonly ExportedAuthority[] {
  if (custom || privateKey === undefined) return [];
  return [{ role, certificatePem, privateKeyPem: privateKeyPem(privateKey), until }];
}

function copied({ certificatePem, privateKeyPem, until }: ExportedAuthority): CopiedAuthority {
  let x509: X509Certificate;
  let privateKey: KeyObject;
  try {
    x509 = new X509Certificate(certificatePem);
    privateKey = createPrivateKey(privateKeyPem);
  } catch {
    // The text of the error may quote what it was given.
    throw wrong('have a certificate or a key that cannot be read');
  }
  if (!x509.ca) throw wrong('have a certificate that is no CA');
  if (!x509.checkPrivateKey(privateKey)) throw wrong('have a key that is not that of its certificate');
  return { id: certificateIdOf(x509), authority: { certificatePem: x509.toString(), privateKey }, until };
}

function wrong(problem: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', `the server CAs of the copy ${problem}; nothing was changed`);
}
