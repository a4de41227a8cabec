import type { Clock } from '../../src/clock.ts';
import type { DeviceCertificate } from '../../src/identity/certificate.ts';
import type {
  Asking,
  AttachmentVerdict,
  CertificateVerdict,
  ExclusiveThingVerdict,
  Rejected,
  RejectionReason,
  Unavailable,
  Verifier,
} from '../../src/identity/verifier.ts';

export interface VerifierCall {
  readonly about: 'certificate' | 'attachment' | 'exclusive-thing' | 'thing';
  readonly certificateId?: string;
  readonly thingName?: string;
}

export interface ScriptedVerifierOptions {
  /** For `latencyMs`. */
  readonly clock: Clock;
  readonly name?: string;
  readonly local?: boolean;
}

/**
 * A verifier whose world a test scripts: what is registered and attached, whether the network is
 * up, how a call ends and how long it takes. A verdict is formed when the call arrives and told
 * when its time is over, as a slow network would.
 */
export class ScriptedVerifier implements Verifier {
  readonly name: string;
  readonly local: boolean;
  network: 'up' | 'down' = 'up';
  /** `error`: it answers that it cannot say. `hang`: it never answers and ignores the signal. */
  call: 'ok' | 'error' | 'throw' | 'hang' | 'queue-full' = 'ok';
  latencyMs = 0;
  readonly calls: VerifierCall[] = [];
  /** Who made the calls, in their order. */
  readonly askings: Asking[] = [];
  readonly #clock: Clock;
  readonly #certificates = new Map<string, 'active' | RejectionReason>();
  readonly #things = new Set<string>();
  readonly #attachments = new Map<string, { certificateId: string; thingName: string; exclusive: boolean }>();
  #gate: Promise<void> | undefined;

  constructor(options: ScriptedVerifierOptions) {
    this.#clock = options.clock;
    this.name = options.name ?? 'scripted';
    this.local = options.local ?? false;
  }

  setCertificate(certificateId: string, state: 'active' | RejectionReason): void {
    this.#certificates.set(certificateId, state);
  }

  addThing(thingName: string): void {
    this.#things.add(thingName);
  }

  attach(certificateId: string, thingName: string, exclusive = false): void {
    this.addThing(thingName);
    this.#attachments.set(`${certificateId} ${thingName}`, { certificateId, thingName, exclusive });
  }

  detach(certificateId: string, thingName: string): void {
    this.#attachments.delete(`${certificateId} ${thingName}`);
  }

  /** Signals of the calls, in their order. */
  get signals(): readonly AbortSignal[] {
    return this.askings.map(({ signal }) => signal);
  }

  /** Calls from now on get their verdict, but tell it only when the answer is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return () => {
      if (this.#gate === promise) this.#gate = undefined;
      resolve();
    };
  }

  verifyCertificate(certificate: DeviceCertificate, asking: Asking): Promise<CertificateVerdict> {
    return this.#answer({ about: 'certificate', certificateId: certificate.id }, asking, () => {
      const state = this.#certificates.get(certificate.id) ?? 'CERTIFICATE_UNKNOWN';
      return state === 'active' ? { kind: 'active' } : rejected(state);
    });
  }

  verifyAttachment(certificateId: string, thingName: string, asking: Asking): Promise<AttachmentVerdict> {
    return this.#answer({ about: 'attachment', certificateId, thingName }, asking, () => {
      const found = this.#attachments.get(`${certificateId} ${thingName}`);
      if (found !== undefined) return { kind: 'active', exclusive: found.exclusive };
      return rejected(this.#things.has(thingName) ? 'NOT_ATTACHED' : 'THING_UNKNOWN');
    });
  }

  exclusiveThingOf(certificateId: string, asking: Asking): Promise<ExclusiveThingVerdict> {
    return this.#answer({ about: 'exclusive-thing', certificateId }, asking, () => {
      const found = [...this.#attachments.values()].find(
        (each) => each.certificateId === certificateId && each.exclusive,
      );
      if (found === undefined) return rejected('NOT_ATTACHED');
      return { kind: 'thing', thingName: found.thingName };
    });
  }

  async isThing(name: string, asking: Asking): Promise<boolean | undefined> {
    const answer = await this.#answer({ about: 'thing', thingName: name }, asking, () => ({
      kind: 'known' as const,
      is: this.#things.has(name),
    }));
    return answer.kind === 'known' ? answer.is : undefined;
  }

  async #answer<T extends { readonly kind: string }>(
    call: VerifierCall,
    asking: Asking,
    verdict: () => T,
  ): Promise<T | Unavailable> {
    this.calls.push(call);
    this.askings.push(asking);
    if (this.call === 'throw') throw new Error('socket hang up');
    const given = this.#form(verdict);
    if (this.call === 'hang') return await new Promise<never>(() => {});
    if (this.latencyMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.after(this.latencyMs, resolve);
      });
    }
    await this.#gate;
    return given;
  }

  #form<T>(verdict: () => T): T | Unavailable {
    if (this.call === 'queue-full') {
      return { kind: 'unavailable', cause: 'the queue is full', retryAfterMs: 1_000, queueFull: true };
    }
    if (this.network === 'down') return { kind: 'unavailable', cause: 'no network' };
    if (this.call === 'error') return { kind: 'unavailable', cause: 'internal server error' };
    return verdict();
  }
}

function rejected(reason: RejectionReason): Rejected {
  return { kind: 'rejected', reason, message: `scripted: ${reason}` };
}
