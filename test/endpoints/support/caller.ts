/** A gRPC client of the daemon, whose errors are what `readCallError` makes of them. */
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { type CallError, readCallError } from '../../../src/contract/errors.ts';
import type { AdminDefinition } from '../../../src/contract/generated/deviceauth/v1/Admin.ts';
import type { DeviceAuthDefinition } from '../../../src/contract/generated/deviceauth/v1/DeviceAuth.ts';
import { type Contract, loadContract } from '../../../src/contract/index.ts';

/** Without the index signature of a service definition. */
type Named<D> = { [K in keyof D as string extends K ? never : number extends K ? never : K]: D[K] };
type Methods = Named<DeviceAuthDefinition> & Named<AdminDefinition>;
type Name = keyof Methods;
export type Request<M extends Name> =
  Methods[M] extends MethodDefinition<infer Input, infer _A, infer _B, infer _C> ? Input : never;
export type Response<M extends Name> = ReturnType<Methods[M]['responseDeserialize']>;

export const contract: Contract = loadContract();

/** What a refused call rejects with. */
export class CallFailed extends Error {
  readonly call: CallError;

  constructor(call: CallError) {
    super(`${call.reason ?? call.code}: ${call.message}`);
    this.call = call;
  }
}

export class Caller {
  readonly #client: Client;

  constructor(target: string, channel = credentials.createInsecure(), options: object = {}) {
    this.#client = new Client(target, channel, { 'grpc.enable_retries': 0, ...options });
  }

  call<M extends Name>(name: M, request: Request<M>, deadlineMs = 20_000): Promise<Response<M>> {
    const method = definition(name);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize as (value: Request<M>) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => Response<M>,
        request,
        new Metadata(),
        { deadline: Date.now() + deadlineMs },
        (error, response) => {
          if (error === null && response !== undefined) resolve(response);
          else reject(new CallFailed(readCallError(contract, error)));
        },
      );
    });
  }

  /** Sends these bytes as the message of a unary call. */
  raw(path: string, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const same = (value: Buffer): Buffer => value;
      this.#client.makeUnaryRequest(path, same, same, bytes, new Metadata(), {}, (error, response) => {
        if (error === null && response !== undefined) resolve(response);
        else reject(new CallFailed(readCallError(contract, error)));
      });
    });
  }

  stream<M extends Name>(name: M): Stream<Request<M>, Response<M>> {
    const method = definition(name);
    return new Stream(
      this.#client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize as (value: Request<M>) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => Response<M>,
        new Metadata(),
        {},
      ),
    );
  }

  /** A stream of answers to one request; nothing can be sent on it. */
  serverStream<M extends Name>(name: M, request: Request<M>): Stream<never, Response<M>> {
    const method = definition(name);
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize as (value: Request<M>) => Buffer,
      method.responseDeserialize as (bytes: Buffer) => Response<M>,
      request,
    );
    return new Stream(call as unknown as ClientDuplexStream<never, Response<M>>);
  }

  /** One answer to all the messages of a stream. */
  clientStream<M extends Name>(name: M, messages: readonly Request<M>[]): Promise<Response<M>> {
    const method = definition(name);
    return new Promise((resolve, reject) => {
      const call = this.#client.makeClientStreamRequest(
        method.path,
        method.requestSerialize as (value: Request<M>) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => Response<M>,
        new Metadata(),
        {},
        (error: ServiceError | null, response?: Response<M>) => {
          if (response !== undefined) resolve(response);
          else reject(new CallFailed(readCallError(contract, error)));
        },
      );
      for (const message of messages) call.write(message);
      call.end();
    });
  }

  /** A call that is made and then given up. */
  abandon<M extends Name>(name: M, request: Request<M>): () => void {
    const method = definition(name);
    const call = this.#client.makeUnaryRequest(
      method.path,
      method.requestSerialize as (value: Request<M>) => Buffer,
      method.responseDeserialize,
      request,
      new Metadata(),
      {},
      () => {},
    );
    return () => call.cancel();
  }

  close(): void {
    this.#client.close();
  }
}

function definition<M extends Name>(name: M): Methods[M] {
  const all = { ...contract.deviceAuth, ...contract.admin };
  return all[name] as Methods[M];
}

/** A bidirectional stream whose messages are awaited one by one. */
export class Stream<Input, Output> {
  readonly call: ClientDuplexStream<Input, Output>;
  /** How the stream ended: undefined with OK. */
  readonly ended: Promise<CallError | undefined>;
  readonly received: Output[] = [];
  #taken = 0;
  #wake: () => void = () => {};

  constructor(call: ClientDuplexStream<Input, Output>) {
    this.call = call;
    const { promise, resolve } = Promise.withResolvers<CallError | undefined>();
    this.ended = promise;
    call.on('data', (message: Output) => {
      this.received.push(message);
      this.#wake();
    });
    call.on('error', (error) => resolve(readCallError(contract, error)));
    call.on('end', () => resolve(undefined));
    void promise.then(() => this.#wake());
  }

  send(message: Input): this {
    this.call.write(message);
    return this;
  }

  /** The next message; throws what the stream ended with if it ends first. */
  async next(): Promise<Output> {
    const over = this.ended.then((error) => ({ error }));
    for (;;) {
      const message = this.received[this.#taken];
      if (message !== undefined) {
        this.#taken += 1;
        return message;
      }
      const woken = new Promise<undefined>((resolve) => {
        this.#wake = () => resolve(undefined);
      });
      const end = await Promise.race([over, woken]);
      if (end !== undefined && this.received.length === this.#taken) {
        throw new Error(`the stream ended: ${end.error?.message ?? 'OK'}`);
      }
    }
  }
}

/** What a call was refused with; fails the test if it was not. */
export async function refusal(call: Promise<unknown>): Promise<CallError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof CallFailed) return error.call;
    throw error;
  }
  throw new Error('the call was answered, not refused');
}
