/**
 * A daemon of a few lines on a real Unix socket that speaks the contract and can be told to say anything at all in it. Left
 * alone it is honest: it lets every certificate in under any client id, with the grants of `grantsOf`, and calls every client
 * id free.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { DETAILS_KEY, ERROR_DOMAIN, ERROR_INFO_TYPE, RETRY_INFO_TYPE } from '../../../src/contract/errors.ts';
import type { CertificateUpdate } from '../../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import type { DeviceAuthHandlers } from '../../../src/contract/generated/deviceauth/v1/DeviceAuth.ts';
import type { GetClientDeviceAuthTokenResponse } from '../../../src/contract/generated/deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { SessionUpdatesRequest__Output } from '../../../src/contract/generated/deviceauth/v1/SessionUpdatesRequest.ts';
import type { SubscribeToCertificateUpdatesRequest__Output } from '../../../src/contract/generated/deviceauth/v1/SubscribeToCertificateUpdatesRequest.ts';
import { type Contract, loadContract } from '../../../src/contract/index.ts';
import { until } from './until.ts';

/** A message as the contract has it, or with what TypeScript would not allow in it; or bytes as they are. */
export type Said = object;

export class SaidStatus {
  readonly code: status;
  readonly message: string;
  /** Of grpc-status-details-bin. */
  readonly details: Buffer;

  constructor(code: status, message: string, details: Buffer = Buffer.alloc(0)) {
    this.code = code;
    this.message = message;
    this.details = details;
  }
}

export interface Ask {
  readonly clientId: string;
  readonly certificateId: string;
}

/** Undefined: never answered. */
type Reply = Said | SaidStatus | undefined;
type Stream = ServerDuplexStream<SessionUpdatesRequest__Output, Said>;
type CertificateStream = ServerWritableStream<SubscribeToCertificateUpdatesRequest__Output, Said>;

export const EPOCH = 'the rogue’s epoch';

export class RogueDaemon {
  readonly contract: Contract = loadContract();
  readonly path: string;
  /** What GetGrantSet answers, by id. */
  readonly sets = new Map<string, Uint8Array>();
  /** Session by token, as they were told. */
  readonly issued = new Map<string, { readonly ask: Ask; setIds: readonly string[] }>();
  readonly asked: string[] = [];
  sequence = 10;
  /** Set ids of an honest answer. */
  grantsOf: (ask: Ask) => readonly string[] = () => [];
  answer: (ask: Ask) => Reply | Promise<Reply> = (ask) => this.honest(ask);
  answerGrantSet: (id: string) => Reply = (id) => {
    const grantSet = this.sets.get(id);
    return grantSet === undefined ? this.error('NOT_FOUND', status.NOT_FOUND) : { grantSet };
  };
  /** What CheckClientId answers. */
  answerClientId: (clientId: string) => Reply = () => ({ isFree: true });
  snapshot: (held: readonly string[]) => readonly Said[] = (held) => this.honestSnapshot(held);
  /** What a stream of certificates begins with: an update, none yet, or a refusal. */
  certificate: CertificateUpdate | SaidStatus | undefined;
  /** Who asked for certificates, by name. */
  readonly subscribers: string[] = [];
  readonly #server = new Server({ 'grpc.max_send_message_length': -1 });
  readonly #streams = new Set<Stream>();
  readonly #certificateStreams = new Set<CertificateStream>();
  #tokens = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async start(path: string): Promise<RogueDaemon> {
    const daemon = new RogueDaemon(path);
    await daemon.#listen();
    return daemon;
  }

  honest(ask: Ask): GetClientDeviceAuthTokenResponse {
    const token = `token-${++this.#tokens}-of-${ask.clientId}`;
    const setIds = [...this.grantsOf(ask)];
    this.issued.set(token, { ask, setIds });
    return {
      clientDeviceAuthToken: token,
      grants: { grantSetIds: setIds, variables: { thing: ask.clientId } },
      leaseMs: 300_000,
      certificateRemainingMs: 2 ** 32 - 1,
      epoch: EPOCH,
      sequence: this.sequence,
      thingName: ask.clientId,
      certificateId: ask.certificateId,
      correlationId: 'rogue',
    };
  }

  honestSnapshot(held: readonly string[]): Said[] {
    const sessions = held.flatMap((token) => {
      const session = this.issued.get(token);
      return session === undefined ? [] : [this.state(token, session.setIds, session.ask.clientId)];
    });
    const unknownTokens = held.filter((token) => !this.issued.has(token));
    return [{ snapshot: { sessions, unknownTokens, last: true } }];
  }

  state(token: string, grantSetIds: readonly string[], thing: string) {
    return {
      clientDeviceAuthToken: token,
      grants: { grantSetIds, variables: { thing } },
      leaseMs: 300_000,
      certificateRemainingMs: 2 ** 32 - 1,
    };
  }

  /** The id under which GetGrantSet has it from now on. */
  offer(set: Readonly<Record<string, unknown>>): string {
    return this.offerBytes(this.contract.grantSet.serialize(set as never));
  }

  offerBytes(bytes: Uint8Array): string {
    const id = createHash('sha256').update(bytes).digest('hex');
    this.sets.set(id, bytes);
    return id;
  }

  tokenOf(clientId: string): string {
    const found = [...this.issued].findLast(([, session]) => session.ask.clientId === clientId);
    if (found === undefined) throw new Error(`${clientId} has no token`);
    return found[0];
  }

  /** On every stream. Epoch and sequence are right unless given. */
  say(update: Said): void {
    const whole = Buffer.isBuffer(update) ? update : { epoch: EPOCH, sequence: ++this.sequence, ...update };
    for (const stream of this.#streams) stream.write(whole);
  }

  /** On every stream of certificates, open or to come. */
  deliver(certificateUpdate: CertificateUpdate): void {
    this.certificate = certificateUpdate;
    for (const stream of this.#certificateStreams) stream.write({ certificateUpdate });
  }

  /** Bytes as they are. */
  deliverBytes(bytes: Buffer): void {
    for (const stream of this.#certificateStreams) stream.write(bytes);
  }

  endCertificateStreams(): void {
    for (const stream of this.#certificateStreams) stream.end();
  }

  /** What is said after this goes to the streams that follow: on these it could still overtake their end. */
  endStreams(how: SaidStatus): void {
    const ended = [...this.#streams];
    this.#streams.clear();
    for (const stream of ended) stream.emit('error', toServiceError(how));
  }

  /** The plugin has a stream, whose snapshot it was sent. */
  async streaming(): Promise<void> {
    await until('the plugin has a stream', () => this.#streams.size > 0);
  }

  error(reason: string, code: status, retryDelay?: { seconds: number; nanos: number }): SaidStatus {
    const details = [
      {
        type_url: ERROR_INFO_TYPE,
        value: this.contract.errorInfo.serialize({ reason, domain: ERROR_DOMAIN, metadata: {} }),
      },
    ];
    if (retryDelay !== undefined) {
      details.push({ type_url: RETRY_INFO_TYPE, value: this.contract.retryInfo.serialize({ retryDelay }) });
    }
    const bytes = this.contract.status.serialize({ code, message: reason, details });
    return new SaidStatus(code, reason, Buffer.from(bytes));
  }

  async stop(): Promise<void> {
    this.#server.forceShutdown();
    rmSync(this.path, { force: true });
  }

  async #listen(): Promise<void> {
    const handlers: Partial<DeviceAuthHandlers> = {
      GetClientDeviceAuthToken: async (call, done) => {
        const { clientId = '', certificatePem = '' } = call.request.credential?.mqttCredential ?? {};
        this.asked.push(clientId);
        const { raw } = new X509Certificate(certificatePem);
        const certificateId = createHash('sha256').update(raw).digest('hex');
        give(await this.answer({ clientId, certificateId }), done as never);
      },
      GetGrantSet: (call, done) => give(this.answerGrantSet(call.request.grantSetId), done as never),
      CheckClientId: (call, done) => give(this.answerClientId(call.request.clientId), done as never),
      CloseClientDeviceSession: (_call, done) => done(null, {}),
      SubscribeToSessionUpdates: (call) => this.#subscribe(call as unknown as Stream),
      SubscribeToCertificateUpdates: (call) => this.#certify(call as unknown as CertificateStream),
    };
    this.#server.addService(
      sayingAnything(this.contract.deviceAuth),
      handlers as unknown as UntypedServiceImplementation,
    );
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(`unix:${this.path}`, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  }

  #certify(stream: CertificateStream): void {
    this.subscribers.push(stream.request.subscriberName);
    stream.on('error', () => {});
    const close = () => this.#certificateStreams.delete(stream);
    stream.on('close', close);
    stream.on('cancelled', close);
    if (this.certificate instanceof SaidStatus) {
      stream.emit('error', toServiceError(this.certificate));
      return;
    }
    this.#certificateStreams.add(stream);
    if (this.certificate !== undefined) stream.write({ certificateUpdate: this.certificate });
  }

  #subscribe(stream: Stream): void {
    const held: string[] = [];
    stream.on('error', () => {});
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('end', () => stream.end());
    stream.on('data', (message) => {
      held.push(...(message.held?.clientDeviceAuthTokens ?? []));
      if (message.held?.last !== true) return;
      this.#streams.add(stream);
      for (const chunk of this.snapshot(held)) {
        stream.write(Buffer.isBuffer(chunk) ? chunk : { epoch: EPOCH, sequence: ++this.sequence, ...chunk });
      }
    });
  }
}

/** The same methods, but whose answers may be bytes. */
function sayingAnything(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      {
        ...method,
        responseSerialize: (said: Said) =>
          Buffer.isBuffer(said) ? said : (method.responseSerialize as (value: object) => Buffer)(said),
      },
    ]),
  );
}

function give(reply: Reply, done: (error: object | null, value?: Said) => void): void {
  if (reply === undefined) return;
  if (reply instanceof SaidStatus) done(toServiceError(reply));
  else done(null, reply);
}

function toServiceError({ code, message, details }: SaidStatus) {
  const metadata = new Metadata();
  if (details.length > 0) metadata.set(DETAILS_KEY, details);
  return { name: 'Error', message, code, details: message, metadata };
}
