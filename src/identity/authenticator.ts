/**
 * From credential to device, cheapest check first: form of the client id, parse, validity window, its
 * issuer's CRL, certificate, attachment. Always true:
 * - Every call answers a result; none rejects, and no defect lets a device in.
 * - What was begun for a token goes on without its caller and is remembered as trust, so that the
 *   device's next attempt is answered at once; `verifyIdentity` ends with its last caller.
 * - A verdict about a certificate changes nothing for an attachment, and the other way round.
 * - A certificate's issuer gives it no rights here, and may take what it has: whatever lets a device in,
 *   trust or a verifier, its issuer's CRL was asked before and has nothing against it at the end.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import {
  type AuthenticationResult,
  describeResult,
  type IdentityVerdict,
  type RecheckResult,
  refused,
  rejected,
  unavailable,
} from './authentication-result.ts';
import type { CertificateParser, DeviceCertificate } from './certificate.ts';
import { checkClientId, isThingName } from './client-id.ts';
import {
  Confirmations,
  type ConfirmationsOptions,
  type IdentitySettings,
  type Mode,
  type Waiter,
} from './confirmations.ts';
import type { DecidedEvent, IdentityObserver } from './observer.ts';
import type { Revocations } from './revocations.ts';
import { type Flight, SharedFlights } from './shared-flights.ts';
import type { TrustedClock } from './trusted-clock.ts';
import type { Rejected, Unavailable } from './verifier.ts';

export type { AuthenticationResult, IdentityVerdict, RecheckResult } from './authentication-result.ts';

export interface AuthenticatorOptions extends ConfirmationsOptions {
  readonly parser: CertificateParser;
  /** Left out: no issuer's CRL is known. */
  readonly revocations?: Revocations;
}

export interface AuthenticationRequest {
  readonly clientId: string;
  readonly certificatePem: string;
}

export interface AttachmentRequest {
  readonly thingName: string;
  readonly certificatePem: string;
}

type ThingVerdict =
  | { readonly kind: 'thing'; readonly thingName: string; readonly exclusive: boolean }
  | Rejected
  | Unavailable;

const DEFECT = unavailable({ kind: 'unavailable', cause: 'the daemon failed; see its log' }, undefined);
const NO_THING_NAME: Rejected = {
  kind: 'rejected',
  reason: 'THING_UNKNOWN',
  message: 'what was asked for is no thing name: 1 to 128 letters, digits, ":", "_" and "-"',
};
/** Whose questions are those about clients without a certificate: together they crowd out no device. */
const NO_CERTIFICATE = 'clients without a certificate';
const LEFT: Unavailable = { kind: 'unavailable', cause: 'the caller stopped waiting' };
/** A wall clock so far behind what is known to have passed was set back. */
const NOTABLE_LAG = 60_000;

export class Authenticator {
  readonly #parser: CertificateParser;
  readonly #local: boolean;
  readonly #clock: TrustedClock;
  readonly #timer: Clock;
  readonly #settings: () => IdentitySettings;
  readonly #observer: IdentityObserver | undefined;
  readonly #revocations: Revocations | undefined;
  readonly #confirmations: Confirmations;
  readonly #tokens: SharedFlights<AuthenticationResult>;
  /** Attempts that ended after their callers had left, and when. */
  readonly #unheard = new LRUCache<string, number>({ max: 10_000 });

  constructor(options: AuthenticatorOptions) {
    this.#parser = options.parser;
    this.#local = options.verifier.local;
    this.#clock = options.clock;
    this.#timer = options.timer;
    this.#settings = options.settings;
    this.#observer = options.observer;
    this.#revocations = options.revocations;
    this.#confirmations = new Confirmations(options);
    this.#tokens = new SharedFlights(options.timer, () => this.#deadline());
  }

  /** Is this a certificate of an active device? Dropped when the signals of all who ask for it are aborted. */
  verifyIdentity(certificateText: string, signal: AbortSignal): Promise<IdentityVerdict> {
    const decide = async (): Promise<IdentityVerdict> => {
      const parsed = this.#parser.parse(certificateText);
      if (!parsed.ok) return rejected({ kind: 'rejected', ...parsed }, undefined);
      const { certificate } = parsed;
      const outside = this.#notNow(certificate);
      if (outside !== undefined) return rejected(outside, certificate.id);
      const verdict = await this.#confirmations.certificate(certificate, this.#waiter(signal), 'usual');
      if (verdict.kind !== 'active') return refused(verdict, certificate.id);
      const since = this.#notNow(certificate);
      if (since !== undefined) return rejected(since, certificate.id);
      return { kind: 'active', certificateId: certificate.id };
    };
    return this.#observed('verify', decide, describeResult, DEFECT);
  }

  /** Who is this device? The signal only ends the wait; it then answers `unavailable`. */
  authenticate(request: AuthenticationRequest, signal: AbortSignal): Promise<AuthenticationResult> {
    const decide = async (): Promise<AuthenticationResult> => {
      const { clientId } = request;
      const malformed = checkClientId(clientId, this.#settings().clientIdRule);
      if (malformed !== undefined) return rejected(malformed, undefined);
      const parsed = this.#parser.parse(request.certificatePem);
      if (!parsed.ok) return rejected({ kind: 'rejected', ...parsed }, undefined);
      const { certificate } = parsed;
      const outside = this.#notNow(certificate);
      if (outside !== undefined) return rejected(outside, certificate.id);
      const key = `${certificate.id} ${clientId}`;
      const remembered = await this.#fromUnheard(key, certificate, clientId);
      if (remembered !== undefined) return remembered;
      const result = await this.#tokens.join(
        key,
        signal,
        (flight) => this.#token(key, certificate, clientId, flight),
        { detached: true, alone: this.#local },
      );
      return result ?? unavailable(LEFT, certificate.id);
    };
    return this.#observed('authenticate', decide, describeResult, DEFECT);
  }

  /**
   * Is this a certificate of an active device that is attached to this thing? The client-id rule has no part in it, and no
   * session comes of it. What is asked, and in which order, does not depend on whether there is such a thing.
   */
  verifyAttachment(request: AttachmentRequest, signal: AbortSignal): Promise<IdentityVerdict> {
    const decide = async (): Promise<IdentityVerdict> => {
      const { certificatePem, thingName } = request;
      const waiter = this.#waiter(signal);
      const identity = await this.verifyIdentity(certificatePem, signal);
      if (identity.kind !== 'active') return identity;
      const { certificateId } = identity;
      if (!isThingName(thingName)) return rejected(NO_THING_NAME, certificateId);
      const attached = await this.#confirmations.attachment(certificateId, thingName, waiter, 'usual');
      if (attached.kind !== 'active') return refused(attached, certificateId);
      // The verifier may have taken its time.
      const parsed = this.#parser.parse(certificatePem);
      if (!parsed.ok) return rejected({ kind: 'rejected', ...parsed }, certificateId);
      const outside = this.#notNow(parsed.certificate);
      return outside === undefined ? identity : rejected(outside, certificateId);
    };
    return this.#observed('attachment', decide, describeResult, DEFECT);
  }

  /** For clients without a certificate: is a thing of this name registered? Undefined: it cannot be told now, be it for a defect. */
  async isThing(name: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      return await this.#confirmations.isThing(name, this.#waiter(signal), 'usual', NO_CERTIFICATE);
    } catch (error) {
      this.#observer?.failed?.(error);
      return undefined;
    }
  }

  /**
   * Asks again about a live session, at the verifier or from a record younger than
   * `revalidateAfterSeconds`. Only `rejected` ends the session.
   */
  recheck(
    certificateId: string,
    thingName: string,
    pem: string,
    clientId: string = thingName,
  ): Promise<RecheckResult> {
    const decide = async (): Promise<RecheckResult> => {
      const parsed = this.#parser.parse(pem);
      if (!parsed.ok) return { rejected: parsed.reason, message: parsed.message };
      const { certificate } = parsed;
      if (certificate.id !== certificateId) {
        return { rejected: 'CERTIFICATE_UNREADABLE', message: 'the certificate is not the one of that id' };
      }
      const outside = this.#outsideValidity(certificate) ?? this.#revocations?.revoked(certificate);
      if (outside !== undefined) return { rejected: outside.reason, message: outside.message };
      const waiter = this.#waiter(new AbortController().signal);
      const active = await this.#confirmations.certificate(certificate, waiter, 'strict');
      if (active.kind === 'rejected') return { rejected: active.reason, message: active.message };
      const thing = await this.#thing(certificateId, clientId, waiter, 'strict');
      if (thing.kind === 'rejected') return { rejected: thing.reason, message: thing.message };
      if (active.kind === 'unavailable' || thing.kind === 'unavailable') return 'unavailable';
      if (thing.thingName === thingName) return 'confirmed';
      return { rejected: 'NOT_ATTACHED', message: `the certificate is attached to ${thing.thingName} now` };
    };
    const describe = (result: RecheckResult) =>
      typeof result === 'object'
        ? ({ outcome: 'rejected', reason: result.rejected, certificateId } as const)
        : ({ outcome: result === 'confirmed' ? 'active' : 'unavailable', certificateId } as const);
    return this.#observed('recheck', decide, describe, 'unavailable');
  }

  /** For the background refresh, which asks the same questions and shares their answers. */
  get confirmations(): Confirmations {
    return this.#confirmations;
  }

  /** How many verifications waited for another's. */
  get joined(): number {
    return this.#tokens.joined + this.#confirmations.joined;
  }

  /** Verifications for tokens, and the questions that they and others ask, as far as they are not over. */
  get underWay(): number {
    return this.#tokens.size + this.#confirmations.underWay;
  }

  /** What the verifier rejected a moment ago is asked again. */
  forgetRefusals(): void {
    this.#confirmations.forgetRefusals();
  }

  /** Ends what is under way; whoever waits gets `unavailable`, or an answer from trust. */
  stop(): void {
    this.#tokens.stop();
    this.#confirmations.stop();
  }

  async #token(
    key: string,
    certificate: DeviceCertificate,
    clientId: string,
    flight: Flight,
  ): Promise<AuthenticationResult> {
    const waiter = { signal: flight.signal, since: flight.begunAt };
    const result = await this.#decide(certificate, clientId, waiter, 'usual');
    if (flight.waiting() === 0 && result.kind !== 'rejected') {
      this.#unheard.set(key, this.#timer.monotonic());
    }
    return result;
  }

  /**
   * A slow verifier outlasts the patience of the brokers, and a hanging one always would: nobody
   * would ever hear what it said, or what a standing trust record says. So the attempt after one
   * that ended unheard is answered from trust.
   */
  async #fromUnheard(
    key: string,
    certificate: DeviceCertificate,
    clientId: string,
  ): Promise<AuthenticationResult | undefined> {
    const ended = this.#unheard.get(key);
    if (ended === undefined) return undefined;
    this.#unheard.delete(key);
    if (this.#timer.monotonic() - ended > this.#deadline()) return undefined;
    const result = await this.#decide(
      certificate,
      clientId,
      this.#waiter(new AbortController().signal),
      'offline',
    );
    return result.kind === 'authenticated' ? result : undefined;
  }

  async #decide(
    certificate: DeviceCertificate,
    clientId: string,
    waiter: Waiter,
    mode: Mode,
  ): Promise<AuthenticationResult> {
    const active = await this.#confirmations.certificate(certificate, waiter, mode);
    if (active.kind !== 'active') return refused(active, certificate.id);
    const thing = await this.#thing(certificate.id, clientId, waiter, mode);
    if (thing.kind !== 'thing') return refused(thing, certificate.id);
    // The verifier may have taken its time.
    const outside = this.#notNow(certificate);
    if (outside !== undefined) return rejected(outside, certificate.id);
    return {
      kind: 'authenticated',
      thingName: thing.thingName,
      clientId,
      certificateId: certificate.id,
      certificatePem: certificate.pem,
      issuer: certificate.issuer,
      serialNumber: certificate.serialNumber,
      notAfter: certificate.notAfter + this.#skew(),
      exclusive: thing.exclusive,
    };
  }

  /** The client-id rule. */
  async #thing(certificateId: string, clientId: string, waiter: Waiter, mode: Mode): Promise<ThingVerdict> {
    if (this.#settings().clientIdRule === 'any') {
      const owner = await this.#confirmations.exclusiveThing(certificateId, waiter, mode);
      if (owner.kind === 'thing') {
        const named = { certificateId, thingName: owner.thingName };
        return await this.#ownClientId(named, clientId, waiter, mode);
      }
      // Not exclusive, or not known to be: the client id has to be a thing it is attached to.
      if (!isThingName(clientId)) return owner;
    } else if (!isThingName(clientId)) {
      return notAllowed('security.clientIdRule is exact: the client id has to be the thing name');
    }
    const attached = await this.#confirmations.attachment(certificateId, clientId, waiter, mode);
    if (attached.kind !== 'active') return attached;
    return { kind: 'thing', thingName: clientId, exclusive: attached.exclusive };
  }

  /** `any`: whatever the device likes to be called, but not as another thing is. */
  async #ownClientId(
    { certificateId, thingName }: { readonly certificateId: string; readonly thingName: string },
    clientId: string,
    waiter: Waiter,
    mode: Mode,
  ): Promise<ThingVerdict> {
    if (clientId !== thingName) {
      const taken = await this.#confirmations.isThing(clientId, waiter, mode, certificateId);
      if (taken === undefined) {
        return { kind: 'unavailable', cause: 'whether the client id is another thing cannot be told now' };
      }
      if (taken) return notAllowed('the client id is the name of another registered thing');
    }
    return { kind: 'thing', thingName, exclusive: true };
  }

  #waiter(signal: AbortSignal): Waiter {
    return { signal, since: this.#timer.monotonic() };
  }

  #notNow(certificate: DeviceCertificate): Rejected | undefined {
    return this.#outsideValidity(certificate) ?? this.#revocations?.refusal(certificate);
  }

  #outsideValidity(certificate: DeviceCertificate): Rejected | undefined {
    const now = this.#clock.now();
    const { notBefore, notAfter } = certificate;
    if (now < notBefore - this.#skew()) {
      const { suspect, reason } = this.#clock.isSuspect();
      if (suspect) return { kind: 'rejected', reason: 'CLOCK_SUSPECT', message: reason };
      const message = `the certificate is valid from ${iso(notBefore)}, and it is ${iso(now)}`;
      return { kind: 'rejected', reason: 'CERTIFICATE_NOT_YET_VALID', message };
    }
    if (now <= notAfter + this.#skew()) return undefined;
    const behind = this.#clock.lag() > NOTABLE_LAG;
    const hint = behind ? '; the system clock was set back (see "deviceauthctl clock accept")' : '';
    const message = `the certificate was valid until ${iso(notAfter)}, and it is ${iso(now)}${hint}`;
    return { kind: 'rejected', reason: 'CERTIFICATE_EXPIRED', message };
  }

  #skew(): number {
    return this.#settings().clockSkewSeconds * 1_000;
  }

  #deadline(): number {
    return this.#settings().verificationDeadlineSeconds * 1_000;
  }

  /** Times and reports an operation, and turns a defect into an answer. */
  async #observed<T>(
    operation: DecidedEvent['operation'],
    decide: () => Promise<T>,
    describe: (result: T) => Pick<DecidedEvent, 'outcome' | 'reason' | 'certificateId'>,
    defect: T,
  ): Promise<T> {
    const begun = this.#timer.monotonic();
    let result: T;
    try {
      result = await decide();
    } catch (error) {
      this.#observer?.failed?.(error);
      result = defect;
    }
    const ms = this.#timer.monotonic() - begun;
    this.#observer?.decided?.({ operation, ms, ...describe(result) });
    return result;
  }
}

function notAllowed(message: string): Rejected {
  return { kind: 'rejected', reason: 'CLIENT_ID_NOT_ALLOWED', message };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
