/**
 * Certificates that their issuer took back: what stands before every verdict, whatever verifier gives it.
 *
 * An issuer is known by its name, as X.509 has it: a serial number on a CRL is refused for every certificate that names
 * this issuer, whichever of its keys signed it, since a CA that has changed its key is still the same CA. Only a CA whose
 * key is here is certainly another one of the same name. The name excludes nearly every certificate, for a comparison;
 * signatures are verified only where they decide: for what a CRL lists, and where a CRL is not current.
 */
import { LRUCache } from 'lru-cache';
import type { DeviceCertificate } from './certificate.ts';
import type { Rejected } from './verifier.ts';

/** What of a certificate decides. Of one whose PEM is not at hand, whatever its signature could have excused counts against it. */
export type RevocationSubject = Pick<DeviceCertificate, 'id' | 'issuer' | 'serialNumber'> &
  Partial<Pick<DeviceCertificate, 'isSignedBy'>>;

export interface Revocations {
  /** Why a device with this certificate may not come in; undefined: nothing speaks against it. */
  refusal(certificate: RevocationSubject): Rejected | undefined;
  /** Why it may not stay: that a CRL lists it, not that one has expired. */
  revoked(certificate: RevocationSubject): Rejected | undefined;
}

/** One device CA of the registry. */
export interface IssuerCrl {
  readonly name: string;
  readonly certificateId: string;
  readonly pem: string;
  /** Its subject, as certificates have it for their issuer. */
  readonly subject: string;
  readonly localKey: boolean;
  /** The file of its CRL; undefined: it is held against none. */
  readonly crlFile: string | undefined;
  /** The last one that could be used; undefined: never one. */
  readonly crl:
    | {
        readonly thisUpdate: number;
        readonly nextUpdate: number;
        /** "number 12 of 2026-01-01T00:00:00.000Z". */
        readonly description: string;
        lists(serialNumber: string): boolean;
      }
    | undefined;
}

export interface CrlRevocationsOptions {
  /** The trusted clock. */
  readonly clock: { now(): number };
  /** `certificates.expiredCrl`. */
  readonly expiredCrl: () => 'refuse' | 'accept';
  readonly clockSkewMs: () => number;
}

interface Issuer {
  /** Every device CA of the name. */
  readonly all: readonly IssuerCrl[];
  /** Those with a CRL to be held against. */
  readonly held: readonly IssuerCrl[];
}

const MOST_NAMES = 1_000;
const MOST_SIGNATURES = 20_000;

export class CrlRevocations implements Revocations {
  readonly #options: CrlRevocationsOptions;
  /** By the key of the name; only issuers that have a CRL. */
  #issuers: ReadonlyMap<string, Issuer> = new Map();
  readonly #keys = new LRUCache<string, string>({ max: MOST_NAMES });
  /** Facts that never change: has this key signed that certificate? */
  readonly #signatures = new LRUCache<string, boolean>({ max: MOST_SIGNATURES });

  constructor(options: CrlRevocationsOptions) {
    this.#options = options;
  }

  /** All device CAs, as they are from now on. */
  replace(deviceCas: readonly IssuerCrl[]): void {
    const issuers = new Map<string, Issuer>();
    for (const [key, all] of Map.groupBy(deviceCas, ({ subject }) => issuerKey(subject))) {
      const held = all.filter(({ crlFile }) => crlFile !== undefined);
      if (held.length > 0) issuers.set(key, { all, held });
    }
    this.#issuers = issuers;
  }

  refusal(certificate: RevocationSubject): Rejected | undefined {
    const issuer = this.#issuerOf(certificate);
    return issuer === undefined
      ? undefined
      : (this.#listed(certificate, issuer) ?? this.#notCurrent(certificate, issuer));
  }

  revoked(certificate: RevocationSubject): Rejected | undefined {
    const issuer = this.#issuerOf(certificate);
    return issuer === undefined ? undefined : this.#listed(certificate, issuer);
  }

  #issuerOf({ issuer }: RevocationSubject): Issuer | undefined {
    if (this.#issuers.size === 0) return undefined;
    let key = this.#keys.get(issuer);
    if (key === undefined) {
      key = issuerKey(issuer);
      this.#keys.set(issuer, key);
    }
    return this.#issuers.get(key);
  }

  #listed(certificate: RevocationSubject, issuer: Issuer): Rejected | undefined {
    const by = issuer.held.find(({ crl }) => crl?.lists(certificate.serialNumber));
    if (by === undefined || this.#isOurs(certificate, issuer)) return undefined;
    return {
      kind: 'rejected',
      reason: 'CERTIFICATE_REVOKED',
      message: `the CRL of device CA ${by.name} (${by.crlFile}, ${by.crl?.description}) lists the certificate`,
    };
  }

  #notCurrent(certificate: RevocationSubject, issuer: Issuer): Rejected | undefined {
    const { held } = issuer;
    if (held.every((ca) => this.#isCurrent(ca))) return undefined;
    if (this.#options.expiredCrl() === 'accept' || this.#isOurs(certificate, issuer)) return undefined;
    const signers = held.filter((ca) => this.#isSigned(certificate, ca));
    // Signed by a key of this name that has no CRL of its own: any current one of the name will do.
    const responsible = signers.length > 0 ? signers : held;
    if (responsible.some((ca) => this.#isCurrent(ca))) return undefined;
    const which = responsible.map(
      ({ crl, crlFile, name }) => `of device CA ${name}, ${crlFile}, ${this.#whyNot(crl)}`,
    );
    return {
      kind: 'rejected',
      reason: 'CRL_NOT_CURRENT',
      message: `the CRL ${which.join('; the CRL ')}; put a new one there (or see certificates.expiredCrl)`,
    };
  }

  #whyNot(crl: IssuerCrl['crl']): string {
    if (crl === undefined) return 'could never be used';
    return this.#options.clock.now() < crl.nextUpdate
      ? `is of ${iso(crl.thisUpdate)}, which is yet to come`
      : `expired on ${iso(crl.nextUpdate)}`;
  }

  #isCurrent({ crl }: IssuerCrl): boolean {
    if (crl === undefined) return false;
    const now = this.#options.clock.now();
    return crl.thisUpdate <= now + this.#options.clockSkewMs() && now < crl.nextUpdate;
  }

  /** Issued here, by a CA that happens to have the name: its revocations are the registry's. */
  #isOurs(certificate: RevocationSubject, { all }: Issuer): boolean {
    return all.some((ca) => ca.localKey && this.#isSigned(certificate, ca));
  }

  #isSigned(certificate: RevocationSubject, ca: IssuerCrl): boolean {
    const key = `${certificate.id} ${ca.certificateId}`;
    const known = this.#signatures.get(key);
    if (known !== undefined || certificate.isSignedBy === undefined) return known ?? false;
    const signed = certificate.isSignedBy(ca.pem);
    this.#signatures.set(key, signed);
    return signed;
  }
}

/**
 * Equal for names that OpenSSL takes for equal, which looks neither at the case of letters nor at the amount of white
 * space, nor at the order within one step of a name. It may be equal for others; those are not let off.
 */
export function issuerKey(name: string): string {
  return name
    .split('\n')
    .map((step) =>
      step
        .split(' + ')
        .map((attribute) => attribute.replace(/\\\\|\\0[9A-Da-d]|[\s\\]/g, '').toLowerCase())
        .sort()
        .join('+'),
    )
    .join('\n');
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
