/**
 * Makes CRLs (RFC 5280, 5) for authorities whose key is here: version 2, complete, with the issuer's name as its
 * certificate has it, its key identifier, and a number that the caller lets only grow. Nothing is made while the clock is
 * suspect, for an authority outside its validity, or for one whose keyUsage does not let it sign CRLs. No CRL outlives
 * its authority.
 */
import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import { DaemonError } from '../../errors.ts';
import { authorityFacts } from './authority-facts.ts';
import {
  type Authority,
  BACK_DATED_MS,
  type CertificateIssuer,
  readAuthority,
  requireValid,
  signatureAlgorithm,
  wholeSeconds,
} from './certificate-issuer.ts';
import { wrap } from './crl-encoding.ts';
import { bits, encode, integer, sequence, tagged, time } from './der.ts';
import { TAG } from './der-reader.ts';
import { authorityKeyIdentifier, crlNumber } from './extensions.ts';

export interface CrlRequest {
  /** The encoded entries, one after the other: by serial number, each once. */
  readonly entries: Buffer;
  readonly number: bigint;
  /** From now to nextUpdate; shortened to what is left of the authority. */
  readonly validitySeconds: number;
}

const signAside = promisify(sign);

export class CrlIssuer {
  readonly #issuer: Pick<CertificateIssuer, 'requireClock'>;
  readonly #clock: { now(): number };

  constructor(options: {
    readonly issuer: Pick<CertificateIssuer, 'requireClock'>;
    readonly clock: { now(): number };
  }) {
    this.#issuer = options.issuer;
    this.#clock = options.clock;
  }

  /** Answers DER. Rejects with `DaemonError` (CLOCK_SUSPECT, INVALID_ARGUMENTS). */
  async issue(authority: Authority, request: CrlRequest): Promise<Buffer> {
    this.#issuer.requireClock();
    const { certificatePem, privateKey } = authority;
    const issuer = readAuthority(certificatePem);
    const now = this.#clock.now();
    requireValid(issuer, now);
    if (authorityFacts(certificatePem)?.signsCrls !== true) {
      throw new DaemonError(
        'INVALID_ARGUMENTS',
        'the keyUsage of the CA certificate does not let it sign CRLs (cRLSign); devices and brokers would not take one',
      );
    }
    const { hash, identifier } = signatureAlgorithm(privateKey);
    const thisUpdate = Math.max(wholeSeconds(now - BACK_DATED_MS), issuer.notBefore);
    const nextUpdate = Math.min(wholeSeconds(now) + request.validitySeconds * 1_000, issuer.notAfter);
    const { entries } = request;
    const extensions = sequence(
      ...(issuer.keyIdentifier === undefined ? [] : [authorityKeyIdentifier(issuer.keyIdentifier)]),
      crlNumber(request.number),
    );
    const body = wrap(
      TAG.sequence,
      encode(integer(Uint8Array.of(1))),
      encode(identifier),
      encode(issuer.name),
      encode(time(thisUpdate)),
      encode(time(nextUpdate)),
      // RFC 5280, 5.1.2.6: the list is absent rather than empty.
      ...(entries.length === 0 ? [] : [wrap(TAG.sequence, entries)]),
      encode(tagged(0, extensions)),
    );
    const signature = await signAside(hash, body, privateKey);
    return wrap(TAG.sequence, body, encode(identifier), encode(bits(signature)));
  }
}
