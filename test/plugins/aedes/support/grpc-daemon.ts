/** A daemon of a few lines behind a real Unix socket: the test says whom it lets in and with which grants. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ERROR_DOMAIN, ERROR_INFO_TYPE, RETRY_INFO_TYPE } from '../../../../src/contract/errors.ts';
import type { DeviceAuthHandlers } from '../../../../src/contract/generated/deviceauth/v1/DeviceAuth.ts';
import type { SessionUpdate } from '../../../../src/contract/generated/deviceauth/v1/SessionUpdate.ts';
import type { SessionUpdatesRequest__Output } from '../../../../src/contract/generated/deviceauth/v1/SessionUpdatesRequest.ts';
import { type Contract, loadContract } from '../../../../src/contract/index.ts';
import type { Grant } from '../../../../src/policy/grants.ts';
import { GrantSet } from '../../../../src/policy/grants.ts';

type Stream = ServerDuplexStream<SessionUpdatesRequest__Output, SessionUpdate>;

export interface Refusal {
  readonly reason: string;
  readonly retryAfterMs?: number;
  readonly metadata?: Record<string, string>;
}

export class GrpcDaemon {
  readonly contract: Contract = loadContract();
  readonly directory = mkdtempSync(join(tmpdir(), 'dad-'));
  readonly address = `unix:${join(this.directory, 's')}`;
  readonly asked: { clientId: string; certificatePem: string; correlationId: string }[] = [];
  readonly closed: string[] = [];
  readonly held: string[] = [];
  readonly used: string[] = [];
  leaseMs = 300_000;
  /** The verdict on a client id; undefined: it never answers. */
  verdict: (clientId: string) => 'let in' | Refusal | undefined = () => 'let in';
  #grants: GrantSet;
  #server = new Server();
  readonly #streams = new Set<Stream>();
  #sequence = 0;
  #tokens = 0;

  constructor() {
    this.#grants = this.grants();
  }

  /** Each may be allowed or, with a leading `!`, denied: `mqtt:publish mqtt:topic:a`. */
  grants(...rules: string[]): GrantSet {
    const grants = rules.map((rule): Grant => {
      const [operation = '', resource = ''] = rule.replace(/^!/, '').split(' ');
      return { effect: rule.startsWith('!') ? 'DENY' : 'ALLOW', operation, resource };
    });
    return GrantSet.fromGrants(this.contract.grantSet, {
      requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
      deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
      grants,
    });
  }

  /** From now on sessions have these. */
  allow(...rules: string[]): void {
    this.#grants = this.grants(...rules);
  }

  async start(): Promise<void> {
    const handlers: Partial<DeviceAuthHandlers> = {
      GetClientDeviceAuthToken: (call, done) => {
        const { clientId = '', certificatePem = '' } = call.request.credential?.mqttCredential ?? {};
        this.asked.push({ clientId, certificatePem, correlationId: call.request.correlationId });
        const verdict = this.verdict(clientId);
        if (verdict === undefined) return;
        if (verdict !== 'let in') {
          done(this.#error(verdict));
          return;
        }
        done(null, {
          clientDeviceAuthToken: `token-${++this.#tokens}`,
          grants: { grantSetIds: [this.#grants.id], variables: { thing: clientId } },
          leaseMs: this.leaseMs,
          certificateRemainingMs: 2 ** 32 - 1,
          epoch: 'epoch',
          sequence: this.#sequence,
          thingName: clientId,
          certificateId: 'ab',
          correlationId: call.request.correlationId,
        });
      },
      GetGrantSet: (call, done) => {
        if (call.request.grantSetId === this.#grants.id) done(null, { grantSet: this.#grants.bytes });
        else done(this.#error({ reason: 'NOT_FOUND' }));
      },
      CloseClientDeviceSession: (call, done) => {
        this.closed.push(call.request.clientDeviceAuthToken);
        done(null, {});
      },
      SubscribeToSessionUpdates: (stream: Stream) => {
        this.#streams.add(stream);
        stream.on('error', () => {});
        stream.on('close', () => this.#streams.delete(stream));
        stream.on('end', () => stream.end());
        stream.on('data', (message) => {
          this.held.push(...(message.held?.clientDeviceAuthTokens ?? []));
          this.used.push(...(message.usage?.clientDeviceAuthTokens ?? []));
          if (message.held?.last) this.tell({ snapshot: { sessions: [], unknownTokens: [], last: true } });
        });
      },
    };
    this.#server.addService(this.contract.deviceAuth, handlers as UntypedServiceImplementation);
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(this.address, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  }

  tell(event: Omit<SessionUpdate, 'epoch' | 'sequence'>): void {
    this.#sequence++;
    for (const stream of this.#streams) {
      stream.write({ epoch: 'epoch', sequence: this.#sequence, ...event });
    }
  }

  stop(): void {
    this.#server.forceShutdown();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #error({ reason, retryAfterMs, metadata = {} }: Refusal) {
    const details = [
      {
        type_url: ERROR_INFO_TYPE,
        value: this.contract.errorInfo.serialize({ reason, domain: ERROR_DOMAIN, metadata }),
      },
    ];
    if (retryAfterMs !== undefined) {
      const retryDelay = { seconds: Math.floor(retryAfterMs / 1000), nanos: (retryAfterMs % 1000) * 1e6 };
      details.push({ type_url: RETRY_INFO_TYPE, value: this.contract.retryInfo.serialize({ retryDelay }) });
    }
    const wire = new Metadata();
    wire.set(
      'grpc-status-details-bin',
      Buffer.from(this.contract.status.serialize({ code: status.UNKNOWN, message: reason, details })),
    );
    return { code: status.UNKNOWN, details: reason, metadata: wire };
  }
}
