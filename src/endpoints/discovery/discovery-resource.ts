/**
 * `GET /greengrass/discover/thing/{name}`: where a device finds its broker, and whom to trust there. Always true:
 * - Only a device with an active certificate that is attached to that thing learns anything. Whoever else asks is told 403 in
 *   the same words, whether or not there is such a thing; why, only the operator is told.
 * - No verdict is no answer: 503, to be asked again.
 */
import { randomUUID } from 'node:crypto';
import type { AttachmentCheck, CallRefusal, IdentityVerdict } from '../ports.ts';
import { type Answer, answer, plainAnswer, retryAfter } from './answer.ts';

/** What a device is told about this host. */
export interface DiscoveredCore {
  readonly groupId: string;
  readonly thingArn: string;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** PEM, what devices may have to trust; the one in use first. */
  readonly caPems: readonly string[];
}

export interface DiscoveryRequest {
  readonly method: string;
  /** As it stood in the request. */
  readonly path: string;
  /** Undefined: the device showed none. */
  readonly certificatePem: string | undefined;
}

export interface DiscoveryResourceOptions {
  readonly listener: string;
  readonly identity: AttachmentCheck;
  readonly core: () => DiscoveredCore;
  /** Must not throw. */
  readonly refused: (refusal: CallRefusal) => void;
}

const PREFIX = '/greengrass/discover/thing/';
const UNAVAILABLE_MS = 5_000;
const NO_CERTIFICATE = {
  kind: 'rejected',
  reason: 'CERTIFICATE_UNREADABLE',
  message: 'the device showed no certificate',
  certificateId: undefined,
} as const;

export class DiscoveryResource {
  readonly #options: DiscoveryResourceOptions;

  constructor(options: DiscoveryResourceOptions) {
    this.#options = options;
  }

  async answer({ method, path, certificatePem }: DiscoveryRequest, signal: AbortSignal): Promise<Answer> {
    if (!path.startsWith(PREFIX)) return plainAnswer(404);
    if (method !== 'GET') return plainAnswer(405, { Allow: 'GET' });
    const thingName = decoded(path.slice(PREFIX.length));
    if (thingName === undefined) return plainAnswer(400);
    const verdict =
      certificatePem === undefined
        ? NO_CERTIFICATE
        : await this.#options.identity.verifyAttachment({ thingName, certificatePem }, signal);
    return verdict.kind === 'active' ? this.#found() : this.#refuse(thingName, verdict);
  }

  #found(): Answer {
    const { addresses, caPems, groupId, thingArn } = this.#options.core();
    // The cloud says the same of a thing that has no core, and of a core that has no address.
    if (addresses.length === 0 || caPems.length === 0) {
      return answer(404, { errorMessage: 'The thing provided for discovery was not found' });
    }
    const connectivity = addresses.map(({ host, port }) => ({
      Id: `${host}:${port}`,
      HostAddress: host,
      PortNumber: port,
      Metadata: '',
    }));
    return answer(200, {
      GGGroups: [{ GGGroupId: groupId, Cores: [{ thingArn, Connectivity: connectivity }], CAs: caPems }],
    });
  }

  #refuse(thingName: string, verdict: Exclude<IdentityVerdict, { kind: 'active' }>): Answer {
    const traceId = randomUUID();
    const isRejected = verdict.kind === 'rejected';
    this.#options.refused({
      listener: this.#options.listener,
      operation: 'Discover',
      reason: isRejected ? verdict.reason : 'VERIFICATION_UNAVAILABLE',
      message: isRejected ? verdict.message : 'no verdict could be had; the device was told to come again',
      clientId: thingName,
      certificateId: isRejected ? verdict.certificateId : undefined,
      correlationId: traceId,
    });
    if (isRejected) return answer(403, { message: null, traceId });
    return answer(
      503,
      { message: 'Service Unavailable', traceId },
      retryAfter(verdict.retryAfterMs ?? UNAVAILABLE_MS),
    );
  }
}

/** AWS's client writes a name as it is, others percent-encoded; undefined: it is no text. */
function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
