/**
 * The few operations of AWS IoT's control plane that a verifier asks, through AWS's own SDK. Always true: each is one request and only
 * reads; what is not in an answer is undefined here, and left to whoever asked; what is in it is of its type, for the SDK does not check.
 */
import { z } from 'zod';
import { type Answered, answered } from '../outcome.ts';
import { checked, clientConfiguration, loadSdk, SdkCalls, type SdkConnectionOptions } from './sdk-calls.ts';
import type { SdkFailure, SdkOperation } from './sdk-failure.ts';

type Sdk = typeof import('@aws-sdk/client-iot');
type Client = InstanceType<Sdk['IoTClient']>;

export interface CertificateDescription {
  readonly id: string | undefined;
  readonly arn: string | undefined;
  /** `ACTIVE`, `INACTIVE`, … or what AWS may add one day. */
  readonly status: string | undefined;
}

/** A thing that a certificate is attached to. */
export interface PrincipalThing {
  readonly thingName: string | undefined;
  /** `EXCLUSIVE_THING` or `NON_EXCLUSIVE_THING`; undefined: not told. */
  readonly type: string | undefined;
}

export interface PrincipalThingsPage {
  /** Undefined: the answer has no list. */
  readonly things: readonly PrincipalThing[] | undefined;
  readonly nextToken: string | undefined;
}

const TEXT = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const DESCRIBED_CERTIFICATE = z.object({
  certificateDescription: z
    .object({ certificateId: TEXT, certificateArn: TEXT, status: TEXT })
    .nullish()
    .transform((description) => description ?? undefined),
});
const LISTED = z.object({ things: z.array(z.string()).nullish(), nextToken: TEXT });
const LISTED_V2 = z.object({
  principalThingObjects: z.array(z.object({ thingName: TEXT, thingPrincipalType: TEXT })).nullish(),
  nextToken: TEXT,
});
const DESCRIBED_THING = z.object({ thingName: TEXT });

const SERVICE = 'AWS IoT';
const PAGE = 250;

const DESCRIBE_CERTIFICATE = operation('DescribeCertificate', 'iot:DescribeCertificate');
const LIST = operation(
  'ListPrincipalThings',
  'iot:ListPrincipalThings (and iot:ListPrincipalThingsV2, to learn of exclusive attachments)',
);
const LIST_V2 = operation('ListPrincipalThingsV2', 'iot:ListPrincipalThingsV2');
const DESCRIBE_THING = operation('DescribeThing', 'iot:DescribeThing');

/** Throws `SdkMissing`. `load` is for tests. */
export async function openIotControlPlane(
  options: SdkConnectionOptions,
  load: () => Promise<Sdk> = () => import('@aws-sdk/client-iot'),
): Promise<IotControlPlane> {
  const sdk = await loadSdk('@aws-sdk/client-iot', load);
  return new IotControlPlane(sdk, options);
}

export class IotControlPlane {
  readonly #sdk: Sdk;
  readonly #client: Client;
  readonly #calls: SdkCalls;

  constructor(sdk: Sdk, options: SdkConnectionOptions) {
    this.#sdk = sdk;
    this.#client = new sdk.IoTClient(clientConfiguration(options));
    this.#calls = new SdkCalls(this.#client, options);
  }

  /** By its id, the lower-case hex SHA-256 of its DER. */
  async describeCertificate(
    certificateId: string,
    signal: AbortSignal,
  ): Promise<Answered<CertificateDescription> | SdkFailure> {
    const answer = checked(
      DESCRIBE_CERTIFICATE,
      DESCRIBED_CERTIFICATE,
      await this.#calls.send(DESCRIBE_CERTIFICATE, signal, (how) =>
        this.#client.send(new this.#sdk.DescribeCertificateCommand({ certificateId }), how),
      ),
    );
    if (answer.kind !== 'answered') return answer;
    const { certificateId: id, certificateArn: arn, status } = answer.value.certificateDescription ?? {};
    return answered({ id, arn, status });
  }

  /** `onlyExclusive`: those alone. */
  async listPrincipalThingsV2(
    principal: string,
    nextToken: string | undefined,
    onlyExclusive: boolean,
    signal: AbortSignal,
  ): Promise<Answered<PrincipalThingsPage> | SdkFailure> {
    const filter = onlyExclusive ? ({ thingPrincipalType: 'EXCLUSIVE_THING' } as const) : {};
    const input = {
      principal,
      maxResults: PAGE,
      ...filter,
      ...(nextToken === undefined ? {} : { nextToken }),
    };
    const answer = checked(
      LIST_V2,
      LISTED_V2,
      await this.#calls.send(LIST_V2, signal, (how) =>
        this.#client.send(new this.#sdk.ListPrincipalThingsV2Command(input), how),
      ),
    );
    if (answer.kind !== 'answered') return answer;
    const { principalThingObjects, nextToken: next } = answer.value;
    const things = principalThingObjects?.map(({ thingName, thingPrincipalType: type }) => ({
      thingName,
      type,
    }));
    return answered({ things, nextToken: next });
  }

  /** The older operation, which says nothing of exclusivity. */
  async listPrincipalThings(
    principal: string,
    nextToken: string | undefined,
    signal: AbortSignal,
  ): Promise<Answered<PrincipalThingsPage> | SdkFailure> {
    const input = { principal, maxResults: PAGE, ...(nextToken === undefined ? {} : { nextToken }) };
    const answer = checked(
      LIST,
      LISTED,
      await this.#calls.send(LIST, signal, (how) =>
        this.#client.send(new this.#sdk.ListPrincipalThingsCommand(input), how),
      ),
    );
    if (answer.kind !== 'answered') return answer;
    const { things, nextToken: next } = answer.value;
    return answered({
      things: things?.map((thingName) => ({ thingName, type: undefined })),
      nextToken: next,
    });
  }

  /** Its name, as it is registered. */
  async describeThing(
    thingName: string,
    signal: AbortSignal,
  ): Promise<Answered<{ readonly thingName: string | undefined }> | SdkFailure> {
    const answer = checked(
      DESCRIBE_THING,
      DESCRIBED_THING,
      await this.#calls.send(DESCRIBE_THING, signal, (how) =>
        this.#client.send(new this.#sdk.DescribeThingCommand({ thingName }), how),
      ),
    );
    return answer.kind === 'answered' ? answered({ thingName: answer.value.thingName }) : answer;
  }
}

/** The service knows nothing by that name. Of this type only: a bare 404 may come from anybody. */
export function isNotFound(answer: { readonly kind: string; readonly errorType?: string }): boolean {
  return answer.kind === 'trouble' && answer.errorType === 'ResourceNotFoundException';
}

function operation(name: string, permission: string): SdkOperation {
  return { name, service: SERVICE, permission };
}
