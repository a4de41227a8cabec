/** The operator's calls over the admin socket, as promises. */
import { credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import type { AdminClient } from '../../../src/contract/generated/deviceauth/v1/Admin.ts';
import type { Contract } from '../../../src/contract/index.ts';

type Unary = {
  [Name in keyof AdminClient as AdminClient[Name] extends (
    // biome-ignore lint/suspicious/noExplicitAny: the shape of grpc-js's overloads
    ...all: any[]
  ) => { getPeer(): string }
    ? Name extends Capitalize<Name & string>
      ? Name
      : never
    : never]: AdminClient[Name];
};
type Answer<Method> = Method extends (argument: infer _A, callback: infer Callback) => unknown
  ? Callback extends (error: ServiceError | null, answer?: infer Value) => unknown
    ? Value
    : never
  : never;
type Request<Method> = Method extends (argument: infer Argument, callback: infer _C) => unknown
  ? Argument
  : never;

export class Admin {
  readonly #client: AdminClient;

  constructor(contract: Contract, socket: string) {
    const Client = makeGenericClientConstructor(contract.admin, 'Admin');
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 20,
      'grpc.max_reconnect_backoff_ms': 100,
      'grpc.use_local_subchannel_pool': 1,
    }) as unknown as AdminClient;
  }

  /** `await admin.call('GetStatus', {})`. */
  call<Name extends keyof Unary>(
    name: Name,
    request: Request<Unary[Name]>,
  ): Promise<NonNullable<Answer<Unary[Name]>>> {
    return new Promise((resolve, reject) => {
      const method = this.#client[name] as unknown as (
        request: unknown,
        options: object,
        done: (error: Error | null, answer: unknown) => void,
      ) => void;
      method.call(this.#client, request, { deadline: Date.now() + 5_000 }, (error, answer) => {
        if (error === null) resolve(answer as NonNullable<Answer<Unary[Name]>>);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}
