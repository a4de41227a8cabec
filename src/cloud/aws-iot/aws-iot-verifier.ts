/**
 * The verifier that asks AWS IoT's control plane: DescribeCertificate for the status, ListPrincipalThings for the attachment. Always
 * true:
 * - A verdict comes from an answer about the very certificate or thing that was asked about; every error but a typed
 *   ResourceNotFoundException is no verdict.
 * - Every request goes through the request queue, which retries; one question is one request of the queue, pages included.
 */
import type { Clock } from '../../clock.ts';
import type { DeviceCertificate } from '../../identity/certificate.ts';
import { isThingName } from '../../identity/client-id.ts';
import type {
  Asking,
  AttachmentVerdict,
  CertificateVerdict,
  ExclusiveThingVerdict,
  Rejected,
  RejectionReason,
  Unavailable,
  Verifier,
} from '../../identity/verifier.ts';
import { type Answered, answered, type Outcome, trouble } from '../outcome.ts';
import type { CloudRequests } from '../request.ts';
import { type IotControlPlane, isNotFound } from './iot-control-plane.ts';
import { type Attachment, PrincipalThings } from './principal-things.ts';
import type { SdkFailure } from './sdk-failure.ts';

export interface AwsIotVerifierOptions {
  readonly requests: CloudRequests;
  readonly controlPlane: IotControlPlane;
  readonly clock: Clock;
}

interface Described {
  readonly kind: 'described';
  readonly status: string | undefined;
  readonly arn: string | undefined;
}

interface PrincipalQuestion<T, V> {
  ask(principal: string): Promise<Answered<T> | SdkFailure>;
  decide(answer: T): Outcome<V>;
}

const NO_EXCLUSIVE_THING = 'the certificate is not attached to any thing exclusively in AWS IoT';
const ACTIVE = { kind: 'active' } as const;

const REASONS: ReadonlyMap<string, RejectionReason> = new Map([
  ['INACTIVE', 'CERTIFICATE_INACTIVE'],
  ['REGISTER_INACTIVE', 'CERTIFICATE_INACTIVE'],
  ['REVOKED', 'CERTIFICATE_REVOKED'],
  ['PENDING_ACTIVATION', 'CERTIFICATE_PENDING_ACTIVATION'],
  ['PENDING_TRANSFER', 'CERTIFICATE_PENDING_ACTIVATION'],
]);

const STATUS = /^[A-Z_]{1,64}$/;
const CERTIFICATE_ARN = /^(arn:aws[a-z-]{0,20}:iot:[a-z0-9-]{1,32}:\d{12}:cert\/)([0-9a-f]{64})$/;

export class AwsIotVerifier implements Verifier {
  readonly name = 'aws-iot';
  readonly local = false;
  readonly #requests: CloudRequests;
  readonly #controlPlane: IotControlPlane;
  readonly #things: PrincipalThings;
  /** What the ARNs of this account's certificates begin with; learned from its answers. */
  #arnPrefix: string | undefined;

  constructor({ requests, controlPlane, clock }: AwsIotVerifierOptions) {
    this.#requests = requests;
    this.#controlPlane = controlPlane;
    this.#things = new PrincipalThings(controlPlane, clock);
  }

  verifyCertificate({ id }: DeviceCertificate, asking: Asking): Promise<CertificateVerdict> {
    return this.#ask('DescribeCertificate', asking, (signal) => this.#certificate(id, signal));
  }

  verifyAttachment(certificateId: string, thingName: string, asking: Asking): Promise<AttachmentVerdict> {
    return this.#ask<AttachmentVerdict>('ListPrincipalThings', asking, (signal) =>
      this.#aboutPrincipal<Attachment, AttachmentVerdict>(certificateId, signal, {
        ask: (principal) => this.#things.attachment(principal, thingName, signal),
        decide: ({ attached, exclusive }) =>
          answered(
            attached
              ? { kind: 'active', exclusive }
              : rejected('NOT_ATTACHED', 'the certificate is not attached to this thing in AWS IoT'),
          ),
      }),
    );
  }

  exclusiveThingOf(certificateId: string, asking: Asking): Promise<ExclusiveThingVerdict> {
    return this.#ask<ExclusiveThingVerdict>('ListPrincipalThings', asking, (signal) =>
      this.#aboutPrincipal<string | undefined, ExclusiveThingVerdict>(certificateId, signal, {
        ask: (principal) => this.#things.exclusiveThing(principal, signal),
        decide: (thingName) => {
          if (thingName === undefined) return answered(rejected('NOT_ATTACHED', NO_EXCLUSIVE_THING));
          if (isThingName(thingName)) return answered({ kind: 'thing', thingName });
          return trouble('unexpected', 'AWS IoT answered with a name that is no thing name');
        },
      }),
    );
  }

  async isThing(name: string, asking: Asking): Promise<boolean | undefined> {
    const answer = await this.#requests.run<boolean>({
      operation: 'DescribeThing',
      asking,
      attempt: async (signal) => {
        const described = await this.#controlPlane.describeThing(name, signal);
        if (isNotFound(described)) return answered(false);
        if (described.kind !== 'answered') return described;
        if (described.value.thingName === name) return answered(true);
        return trouble('unexpected', 'AWS IoT answered DescribeThing about another thing');
      },
    });
    return answer.kind === 'answered' ? answer.value : undefined;
  }

  async #ask<T>(
    operation: string,
    asking: Asking,
    attempt: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): Promise<T | Unavailable> {
    const answer = await this.#requests.run<T>({ operation, asking, attempt });
    return answer.kind === 'answered' ? answer.value : answer;
  }

  async #certificate(id: string, signal: AbortSignal): Promise<Outcome<typeof ACTIVE | Rejected>> {
    const described = await this.#describe(id, signal);
    if (described.kind !== 'answered') return described;
    if (described.value.kind === 'rejected') return answered(described.value);
    const { status } = described.value;
    if (status === 'ACTIVE') return answered(ACTIVE);
    if (status === undefined || !STATUS.test(status)) {
      return trouble('unexpected', 'AWS IoT answered DescribeCertificate without a status');
    }
    return answered(
      rejected(REASONS.get(status) ?? 'CERTIFICATE_INACTIVE', `the certificate is ${status} in AWS IoT`),
    );
  }

  async #describe(id: string, signal: AbortSignal): Promise<Outcome<Described | Rejected>> {
    const answer = await this.#controlPlane.describeCertificate(id, signal);
    if (isNotFound(answer)) {
      return answered(
        rejected('CERTIFICATE_UNKNOWN', 'AWS IoT does not know the certificate in this account and region'),
      );
    }
    if (answer.kind !== 'answered') return answer;
    if (answer.value.id !== id) {
      return trouble('unexpected', 'AWS IoT answered DescribeCertificate about another certificate');
    }
    const { status, arn } = answer.value;
    const [, prefix, arnId] = CERTIFICATE_ARN.exec(arn ?? '') ?? [];
    if (prefix === undefined || arnId !== id) return answered({ kind: 'described', status, arn: undefined });
    this.#arnPrefix = prefix;
    return answered({ kind: 'described', status, arn });
  }

  /**
   * Asks about the certificate as a principal, by its ARN. An ARN that was put together may be of an account that the credentials
   * are not for any more, so "not found" is believed only after the certificate was described.
   */
  async #aboutPrincipal<T, V>(
    id: string,
    signal: AbortSignal,
    { ask, decide }: PrincipalQuestion<T, V>,
  ): Promise<Outcome<V | Rejected>> {
    const guess = this.#arnPrefix === undefined ? undefined : `${this.#arnPrefix}${id}`;
    const first = guess === undefined ? undefined : await ask(guess);
    if (first !== undefined && !isNotFound(first)) {
      return first.kind === 'answered' ? decide(first.value) : first;
    }
    const described = await this.#describe(id, signal);
    if (described.kind !== 'answered') return described;
    if (described.value.kind === 'rejected') return answered(described.value);
    const { arn } = described.value;
    if (arn === undefined)
      return trouble('unexpected', 'AWS IoT answered DescribeCertificate without an ARN');
    const second = arn === guess ? first : await ask(arn);
    if (second === undefined || isNotFound(second)) {
      return answered(
        rejected('NOT_ATTACHED', 'AWS IoT finds nothing that the certificate could be attached to'),
      );
    }
    return second.kind === 'answered' ? decide(second.value) : second;
  }
}

function rejected(reason: RejectionReason, message: string): Rejected {
  return { kind: 'rejected', reason, message };
}
