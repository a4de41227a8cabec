/**
 * A cloud that knows which certificates are active and what they are attached to, behind a network and a service that a test
 * spoils. A verdict is formed when a try arrives and told when its time is over, if the network still stands and anybody
 * listens; whoever wants to know what was said listens here.
 */
import type { Clock } from '../../../src/clock.ts';
import { answered, type Outcome, trouble } from '../../../src/cloud/outcome.ts';
import type { CloudRequests } from '../../../src/cloud/request.ts';
import type {
  Asking,
  AttachmentVerdict,
  CertificateVerdict,
  Rejected,
  Verifier,
} from '../../../src/identity/verifier.ts';

/** A certificate's id, or one and a thing's name with a space between. */
export type Question = string;

export type Weather = 'fine' | 'cut' | 'failing' | 'throttling' | 'stalling';

export interface Listener {
  /** A try arrives at the network. */
  asked(question: Question): void;
  /** A verdict has arrived at the daemon that waits for it. */
  heard(question: Question, yes: boolean): void;
}

export class StormCloud {
  weather: Weather = 'fine';
  latencyMs = 10;
  retryAfterMs: number | undefined;
  readonly #true = new Set<Question>();
  readonly #listener: Listener;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  is(question: Question): boolean {
    return this.#true.has(question);
  }

  set(question: Question, yes: boolean): void {
    if (yes) this.#true.add(question);
    else this.#true.delete(question);
  }

  /** One try, by whoever lives by this clock. */
  async ask(question: Question, signal: AbortSignal, clock: Clock): Promise<Outcome<boolean>> {
    this.#listener.asked(question);
    const met = this.#spoilt();
    const yes = this.is(question);
    if (this.weather === 'stalling') return await new Promise<never>(() => {});
    await new Promise<void>((resolve) => {
      clock.after(this.latencyMs, resolve);
    });
    if (met !== undefined) return met;
    if (this.weather === 'cut') return trouble('unreachable', 'the connection broke');
    if (!signal.aborted) this.#listener.heard(question, yes);
    return answered(yes);
  }

  #spoilt(): Outcome<boolean> | undefined {
    switch (this.weather) {
      case 'cut':
        return trouble('unreachable', 'no network');
      case 'failing':
        return trouble('server-error', 'it says 500');
      case 'throttling':
        return trouble('throttled', 'it says 429', this.retryAfterMs);
      default:
        return undefined;
    }
  }
}

/** Asks the cloud through the daemon's request queue, as the verifiers for AWS do. */
export class StormVerifier implements Verifier {
  readonly name = 'storm';
  readonly local = false;
  readonly #cloud: StormCloud;
  readonly #clock: Clock;
  readonly #requests: CloudRequests;

  constructor(cloud: StormCloud, clock: Clock, requests: CloudRequests) {
    this.#cloud = cloud;
    this.#clock = clock;
    this.#requests = requests;
  }

  async verifyCertificate({ id }: { readonly id: string }, asking: Asking): Promise<CertificateVerdict> {
    const answer = await this.#ask('DescribeCertificate', id, asking);
    if (answer.kind !== 'answered') return answer;
    return answer.value ? { kind: 'active' } : rejected('CERTIFICATE_INACTIVE');
  }

  async verifyAttachment(id: string, thingName: string, asking: Asking): Promise<AttachmentVerdict> {
    const answer = await this.#ask('ListPrincipalThings', `${id} ${thingName}`, asking);
    if (answer.kind !== 'answered') return answer;
    return answer.value ? { kind: 'active', exclusive: false } : rejected('NOT_ATTACHED');
  }

  exclusiveThingOf() {
    return Promise.resolve({ kind: 'unavailable', cause: 'not part of the storm' } as const);
  }

  isThing(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #ask(operation: string, question: Question, asking: Asking) {
    return this.#requests.run<boolean>({
      operation,
      asking,
      attempt: (signal) => this.#cloud.ask(question, signal, this.#clock),
    });
  }
}

function rejected(reason: Rejected['reason']): Rejected {
  return { kind: 'rejected', reason, message: `the cloud says ${reason}` };
}
