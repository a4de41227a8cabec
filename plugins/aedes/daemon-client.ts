/**
 * The daemon over gRPC: one channel for calls and update stream, over a Unix socket unless credentials say
 * otherwise. Every unary call has a deadline. The channel connects again by itself (back-off with jitter, at most
 * a second apart: the daemon is on this host); while there is none, calls fail at once rather than wait.
 */
import type { ChannelCredentials, ClientUnaryCall, requestCallback, ServiceError } from '@grpc/grpc-js';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import type { DeviceAuthClient } from '../../src/contract/generated/deviceauth/v1/DeviceAuth.ts';
import type { Contract } from '../../src/contract/index.ts';
import { toDaemonError } from './call-errors.ts';
import type {
  CertificateListener,
  CertificatePort,
  Credential,
  DaemonPort,
  TokenAnswer,
  UpdateCall,
  UpdateListener,
} from './daemon-port.ts';

export interface DaemonClientOptions {
  readonly contract: Contract;
  /** `unix:/run/deviceauthd/broker.sock`, or `host:port` together with `credentials`. */
  readonly address: string;
  /** For a TCP listener: mutual TLS. Default: none, which only a Unix socket should have. */
  readonly credentials?: ChannelCredentials;
  /** Ties sessions to the update stream; see `broker_instance_id` in the proto. */
  readonly brokerInstanceId: string;
  /** How long a device may wait for its verdict. The daemon goes on verifying after it. Default 5,000. */
  readonly authenticationDeadlineMs?: number;
  /** For the other calls, which the daemon answers from memory. Default 2,000. */
  readonly callDeadlineMs?: number;
}

type Invoke<Answer> = (options: { deadline: number }, callback: requestCallback<Answer>) => ClientUnaryCall;

export class DaemonClient implements DaemonPort, CertificatePort {
  readonly #client: DeviceAuthClient;
  readonly #contract: Contract;
  readonly #brokerInstanceId: string;
  readonly #authenticationDeadlineMs: number;
  readonly #callDeadlineMs: number;

  constructor(options: DaemonClientOptions) {
    const Client = makeGenericClientConstructor(options.contract.deviceAuth, 'DeviceAuth') as unknown as new (
      address: string,
      channelCredentials: ChannelCredentials,
      channelOptions: object,
    ) => DeviceAuthClient;
    this.#client = new Client(options.address, options.credentials ?? credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      // A channel of its own: two plugins in one process share no connection and no fate.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      // A grant set of a large policy may exceed the default of 4 MiB.
      'grpc.max_receive_message_length': 64 * 1024 * 1024,
    });
    this.#contract = options.contract;
    this.#brokerInstanceId = options.brokerInstanceId;
    this.#authenticationDeadlineMs = options.authenticationDeadlineMs ?? 5000;
    this.#callDeadlineMs = options.callDeadlineMs ?? 2000;
  }

  openSession(credential: Credential, correlationId: string): Promise<TokenAnswer> {
    const request = {
      credential: {
        mqttCredential: { clientId: credential.clientId, certificatePem: credential.certificatePem },
      },
      brokerInstanceId: this.#brokerInstanceId,
      correlationId,
    };
    return this.#call(this.#authenticationDeadlineMs, (options, callback) =>
      this.#client.getClientDeviceAuthToken(request, options, callback),
    );
  }

  async grantSet(id: string): Promise<Uint8Array> {
    const answer = await this.#call(
      this.#callDeadlineMs,
      (options, callback: requestCallback<{ grantSet: Buffer }>) =>
        this.#client.getGrantSet({ grantSetId: id }, options, callback),
    );
    return answer.grantSet;
  }

  async closeSession(token: string): Promise<void> {
    await this.#call(this.#callDeadlineMs, (options, callback: requestCallback<unknown>) =>
      this.#client.closeClientDeviceSession({ clientDeviceAuthToken: token }, options, callback),
    );
  }

  openUpdates(listener: UpdateListener): UpdateCall {
    const call = this.#client.subscribeToSessionUpdates();
    let ended = false;
    const end = (cause: Error | undefined): void => {
      if (ended) return;
      ended = true;
      listener.onEnd(cause);
    };
    call.on('data', (update) => {
      if (!ended) listener.onUpdate(update);
    });
    call.on('error', (error: ServiceError) => end(toDaemonError(this.#contract, error)));
    call.on('end', () => {
      end(undefined);
      call.end();
    });
    return {
      send: (message) => {
        if (!ended) call.write(message);
      },
      cancel: () => {
        end(undefined);
        call.cancel();
      },
    };
  }

  openCertificates(subscriberName: string, listener: CertificateListener): () => void {
    const call = this.#client.subscribeToCertificateUpdates({
      certificateOptions: { certificateType: 'SERVER' },
      subscriberName,
    });
    let ended = false;
    const end = (cause: Error | undefined): void => {
      if (ended) return;
      ended = true;
      listener.onEnd(cause);
    };
    call.on('data', ({ certificateUpdate }) => {
      if (!ended && certificateUpdate) listener.onUpdate(certificateUpdate);
    });
    call.on('error', (error: ServiceError) => end(toDaemonError(this.#contract, error)));
    call.on('end', () => end(undefined));
    return () => {
      end(undefined);
      call.cancel();
    };
  }

  /** Ends calls and streams; the client cannot be used any more. */
  close(): void {
    this.#client.close();
  }

  #call<Answer>(deadlineMs: number, invoke: Invoke<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      invoke({ deadline: Date.now() + deadlineMs }, (error, answer) => {
        if (error !== null) reject(toDaemonError(this.#contract, error));
        else if (answer === undefined) reject(new TypeError('an answer without a message'));
        else resolve(answer);
      });
    });
  }
}
