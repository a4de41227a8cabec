/** The operator's calls over the admin socket, as typed promises. */
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { AdminDefinition } from '../../src/contract/generated/deviceauth/v1/Admin.ts';
import type { Contract } from '../../src/contract/index.ts';

type Methods = {
  [Name in keyof AdminDefinition as string extends Name ? never : Name]: AdminDefinition[Name];
};
type Method = Exclude<keyof Methods, 'ImportCertificates'>;
type Request<M extends Method> = Parameters<Methods[M]['requestSerialize']>[0];
type Response<M extends Method> = ReturnType<Methods[M]['responseDeserialize']>;

const DEADLINE = 10_000;

export class Admin {
  readonly #contract: Contract;
  readonly #client: Client;

  constructor(contract: Contract, socket: string) {
    this.#contract = contract;
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 20,
      'grpc.max_reconnect_backoff_ms': 100,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  call<M extends Method>(name: M, request: Request<M>): Promise<Response<M>> {
    const method = this.#contract.admin[name];
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize as (value: Request<M>) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => Response<M>,
        request,
        new Metadata(),
        { deadline: Date.now() + DEADLINE },
        (error, response) => {
          if (error !== null) reject(error);
          else resolve(response as Response<M>);
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
