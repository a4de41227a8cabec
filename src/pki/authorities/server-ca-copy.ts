/** Server CAs that come from a backup, checked: a usable current one, at most one next, each with its own key. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DaemonError } from '../../errors.ts';
import type { ExportedAuthority } from '../certificates-api.ts';
import type { Authority } from '../x509/certificate-issuer.ts';
import { certificateIdOf } from './server-authority.ts';

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
