/**
 * The admin service as a typed client, the only file of the command line that loads gRPC. A refusal
 * of the daemon arrives as a `CliFailure` with its reason, its field and what to do about it.
 */
import type { ServiceError } from '@grpc/grpc-js';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { readCallError } from '../contract/errors.ts';
import type { AdminDefinition } from '../contract/generated/deviceauth/v1/Admin.ts';
import type { DiagnosticCheck__Output } from '../contract/generated/deviceauth/v1/DiagnosticCheck.ts';
import type { ExportStateRequest } from '../contract/generated/deviceauth/v1/ExportStateRequest.ts';
import type { ImportItem } from '../contract/generated/deviceauth/v1/ImportItem.ts';
import type { ImportOptions } from '../contract/generated/deviceauth/v1/ImportOptions.ts';
import type { ImportResult__Output } from '../contract/generated/deviceauth/v1/ImportResult.ts';
import type { ImportStateResponse__Output } from '../contract/generated/deviceauth/v1/ImportStateResponse.ts';
import type { Contract } from '../contract/index.ts';
import { loadContract } from '../contract/index.ts';
import { findAdminSocket, probe, unreachable } from './admin-socket.ts';
import type { Invocation } from './command.ts';
import { CliFailure, EXIT } from './failure.ts';

type Methods = {
  [Name in keyof AdminDefinition as string extends Name ? never : Name]: AdminDefinition[Name];
};
export type Method = Exclude<
  keyof Methods,
  'ImportCertificates' | 'ExportState' | 'ImportState' | 'Diagnose'
>;
export type Request<M extends Method> = Parameters<Methods[M]['requestSerialize']>[0];
export type Response<M extends Method> = ReturnType<Methods[M]['responseDeserialize']>;

/** What to do about a refusal, by the daemon's reason. */
export type Fixes = Readonly<Record<string, string>>;

export interface ImportStream {
  /** Resolves when there is room for more. Rejects once the stream has failed. */
  send(item: ImportItem): Promise<void>;
  /** No more will be sent. */
  finish(): void;
  /** Ends with the stream; throws its `CliFailure`. */
  readonly results: AsyncIterable<ImportResult__Output>;
  cancel(): void;
}

const DEFAULT_TIMEOUT_SECONDS = 30;
const LARGEST_MESSAGE = 64 * 1024 * 1024;

export class AdminConnection {
  readonly socket: string;
  readonly #contract: Contract;
  readonly #client: Client;
  readonly #timeoutMs: number;

  private constructor(socket: string, contract: Contract, timeoutMs: number) {
    this.socket = socket;
    this.#contract = contract;
    this.#timeoutMs = timeoutMs;
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': LARGEST_MESSAGE,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
    });
  }

  /** Rejects when nobody listens, with what to do. */
  static async open({ args, terminal }: Invocation): Promise<AdminConnection> {
    const timeout = args.count('timeout', 1, 86_400) ?? DEFAULT_TIMEOUT_SECONDS;
    const socket = await findAdminSocket(args, terminal.env);
    await probe(socket);
    return new AdminConnection(socket, loadContract(), timeout * 1000);
  }

  /** Opens, works, closes. */
  static async use<T>(invocation: Invocation, work: (connection: AdminConnection) => Promise<T>): Promise<T> {
    const connection = await AdminConnection.open(invocation);
    try {
      return await work(connection);
    } finally {
      connection.#client.close();
    }
  }

  call<M extends Method>(name: M, request: Request<M>, fixes: Fixes = {}): Promise<Response<M>> {
    const method = this.#contract.admin[name];
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize as (value: Request<M>) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => Response<M>,
        request,
        new Metadata(),
        { deadline: Date.now() + this.#timeoutMs },
        (error, response) => {
          if (error !== null) reject(this.#failure(error, fixes));
          else if (response === undefined) reject(new Error(`${name} was answered with nothing`));
          else resolve(response);
        },
      );
    });
  }

  importCertificates(): ImportStream {
    const method = this.#contract.admin.ImportCertificates;
    const call = this.#client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      new Metadata(),
      {},
    );
    let failure: CliFailure | undefined;
    let ended = false;
    call.on('error', (error: ServiceError) => {
      failure = this.#failure(error, {});
    });
    call.on('end', () => {
      ended = true;
    });
    const toFailure = (error: ServiceError): CliFailure => this.#failure(error, {});
    return {
      async send(item: ImportItem): Promise<void> {
        if (failure !== undefined) throw failure;
        if (ended) throw new Error('the daemon ended the import early');
        if (call.write(item)) return;
        await new Promise<void>((resolve) => {
          const go = (): void => {
            for (const event of ['drain', 'error', 'end', 'close']) call.off(event, go);
            resolve();
          };
          for (const event of ['drain', 'error', 'end', 'close']) call.on(event, go);
        });
      },
      finish: () => call.end(),
      results: {
        async *[Symbol.asyncIterator]() {
          try {
            yield* call as AsyncIterable<ImportResult__Output>;
          } catch (error) {
            throw toFailure(error as ServiceError);
          }
        },
      },
      cancel: () => call.cancel(),
    };
  }

  /** The file, piece by piece; throws its `CliFailure`, and then what came is not the file. */
  async *exportState(request: ExportStateRequest, signal: AbortSignal): AsyncGenerator<Buffer> {
    const method = this.#contract.admin.ExportState;
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      new Metadata(),
      {},
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel);
    try {
      for await (const { data } of call as AsyncIterable<{ readonly data: Buffer }>) yield data;
    } catch (error) {
      throw signal.aborted ? interrupted() : this.#failure(error as ServiceError, {});
    } finally {
      signal.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  /** Check by check, as they are done; each is waited for as long as any answer. Throws its `CliFailure`. */
  async *diagnose(signal: AbortSignal): AsyncGenerator<DiagnosticCheck__Output> {
    const method = this.#contract.admin.Diagnose;
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      {},
      new Metadata(),
      {},
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel);
    let silent = false;
    const giveUp = (): void => {
      silent = true;
      call.cancel();
    };
    let timer = setTimeout(giveUp, this.#timeoutMs);
    try {
      for await (const check of call as AsyncIterable<DiagnosticCheck__Output>) {
        clearTimeout(timer);
        yield check;
        timer = setTimeout(giveUp, this.#timeoutMs);
      }
    } catch (error) {
      if (signal.aborted) throw interrupted();
      throw silent ? this.#unanswered() : this.#failure(error as ServiceError, {});
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  async importState(
    options: ImportOptions,
    file: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    fixes: Fixes = {},
  ): Promise<ImportStateResponse__Output> {
    const method = this.#contract.admin.ImportState;
    const answer = Promise.withResolvers<ImportStateResponse__Output>();
    const call = this.#client.makeClientStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      new Metadata(),
      {},
      (error: ServiceError | null, response?: ImportStateResponse__Output) => {
        if (response !== undefined) answer.resolve(response);
        else answer.reject(signal.aborted ? interrupted() : this.#failure(error as ServiceError, fixes));
      },
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel);
    // A refusal may come while we still send; it is what counts then.
    const over = answer.promise.then(
      () => true,
      () => true,
    );
    const send = async (message: Parameters<typeof method.requestSerialize>[0]): Promise<boolean> => {
      const written = new Promise<boolean>((resolve) => call.write(message, () => resolve(false)));
      return Promise.race([over, written]);
    };
    try {
      let ended = await send({ options });
      for await (const data of file) {
        if (ended) break;
        ended = await send({ data });
      }
      call.end();
      return await answer.promise;
    } catch (error) {
      answer.promise.catch(() => undefined);
      call.cancel();
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #failure(error: ServiceError, fixes: Fixes): CliFailure {
    const { reason, message, metadata, retryAfterMs } = readCallError(this.#contract, error);
    if (reason === undefined) return this.#transportFailure(error);
    return new CliFailure(message, {
      reason,
      exitCode: EXIT.failed,
      field: metadata['field'],
      fix: metadata['fix'] ?? fixes[reason] ?? GENERAL_FIXES[reason],
      retryAfterMs,
      cause: error,
    });
  }

  #unanswered(): CliFailure {
    return unreachable(
      this.socket,
      `no answer within ${this.#timeoutMs / 1000} s`,
      'look at its log, or wait longer with --timeout',
    );
  }

  #transportFailure(error: ServiceError): CliFailure {
    switch (error.code) {
      case status.UNAVAILABLE:
        return unreachable(this.socket, error.details, 'see whether the daemon still runs, then try again');
      case status.DEADLINE_EXCEEDED:
        return this.#unanswered();
      case status.UNIMPLEMENTED:
        return new CliFailure(`the daemon at ${this.socket} does not know this call`, {
          reason: 'UNIMPLEMENTED',
          exitCode: EXIT.failed,
          fix: 'use the admin socket, and a deviceauthctl of the same version as the daemon',
          cause: error,
        });
      default:
        return new CliFailure(error.details, {
          reason: status[error.code] ?? 'UNKNOWN',
          exitCode: EXIT.failed,
          cause: error,
        });
    }
  }
}

function interrupted(): CliFailure {
  return new CliFailure('interrupted', { reason: 'INTERRUPTED', exitCode: EXIT.interrupted });
}

const GENERAL_FIXES: Fixes = {
  CLOCK_SUSPECT: 'set the clock, or accept it as it is with `deviceauthctl clock accept`',
  SERVICE_ERROR: 'this is a defect of the daemon; its log has the cause',
  UNAUTHORIZED: 'use the admin socket: this listener does not allow the call',
};
