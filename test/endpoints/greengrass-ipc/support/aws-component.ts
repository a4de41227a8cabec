/** Starts `aws-component-process.ts` and talks to it. A native abort of AWS's client fails whatever was asked of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../../../e2e/support/until.ts';

const PROCESS = fileURLToPath(new URL('aws-component-process.ts', import.meta.url));

type Asked =
  | { readonly kind: 'connect' | 'close' | 'exit' }
  | { readonly kind: 'call'; readonly operation: string; readonly request: object }
  | { readonly kind: 'subscribe'; readonly request: object }
  | { readonly kind: 'end'; readonly stream: number };
export type Command = Asked & { readonly id: number };

/** `type`: of the SDK's RpcError; `serviceError`: the payload as it came. */
export interface Failure {
  readonly type: string;
  readonly message: string;
  readonly serviceError?: unknown;
}

export type Report =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failed: Failure }
  | { readonly stream: number; readonly event: unknown }
  | { readonly stream: number; readonly failed: Failure }
  | { readonly stream: number; readonly ended: true }
  | { readonly disconnected: string };

export class AwsFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.type}: ${failure.message}`);
    this.failure = failure;
  }
}

export interface CertificateEvent {
  readonly certificateUpdate: {
    readonly privateKey: string;
    readonly publicKey: string;
    readonly certificate: string;
    readonly caCertificates: readonly string[];
  };
}

/** What has come on a subscription, in order. */
export class AwsStream {
  readonly id: number;
  readonly events: CertificateEvent[] = [];
  readonly failures: Failure[] = [];
  hasEnded = false;

  constructor(id: number) {
    this.id = id;
  }
}

export class AwsComponent {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  readonly #streams = new Map<number, AwsStream>();
  readonly #exited: Promise<string>;
  readonly disconnections: string[] = [];
  #errors = '';
  #commands = 0;

  constructor(socket: string, token: string) {
    this.#child = spawn(process.execPath, ['--no-deprecation', PROCESS], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: socket,
        SVCUID: token,
      },
    });
    const { stdin, stdout, stderr } = this.#child;
    if (stdout === null || stderr === null || stdin === null) throw new Error('no pipes');
    stdin.on('error', () => {});
    stderr.on('data', (chunk) => {
      this.#errors += String(chunk);
    });
    createInterface(stdout).on('line', (line) => this.#take(JSON.parse(line) as Report));
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => {
      const how = `${signal ?? code}`;
      for (const { reject } of this.#asked.values())
        reject(new Error(`AWS's client ended (${how}):\n${this.#errors}`));
      return how;
    });
  }

  static async connect(socket: string, token: string): Promise<AwsComponent> {
    const component = new AwsComponent(socket, token);
    await component.connect().catch(async (error: unknown) => {
      await component.stop();
      throw error;
    });
    return component;
  }

  connect(): Promise<unknown> {
    return this.#ask({ kind: 'connect' });
  }

  /** In the SDK's own spelling: "verifyClientDeviceIdentity". Rejects with an `AwsFailure`. */
  call(operation: string, request: object): Promise<unknown> {
    return this.#ask({ kind: 'call', operation, request });
  }

  async subscribe(
    request: object = { certificateOptions: { certificateType: 'SERVER' } },
  ): Promise<AwsStream> {
    const stream = new AwsStream(this.#commands + 1);
    this.#streams.set(stream.id, stream);
    await this.#ask({ kind: 'subscribe', request });
    return stream;
  }

  end(stream: AwsStream): Promise<unknown> {
    return this.#ask({ kind: 'end', stream: stream.id });
  }

  async disconnected(): Promise<void> {
    await until('the client has noticed', () => this.disconnections.length > 0);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** How it ended: "0" if it did so by itself. */
  async stop(): Promise<string> {
    this.#child.stdin?.end();
    return await this.#exited;
  }

  #ask(asked: Asked): Promise<unknown> {
    this.#commands += 1;
    const id = this.#commands;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#asked.set(id, { resolve, reject });
    this.#child.stdin?.write(`${JSON.stringify({ ...asked, id })}\n`);
    return promise;
  }

  #take(report: Report): void {
    if ('disconnected' in report) {
      this.disconnections.push(report.disconnected);
    } else if ('id' in report) {
      const asked = this.#asked.get(report.id);
      this.#asked.delete(report.id);
      if ('answer' in report) asked?.resolve(report.answer);
      else asked?.reject(new AwsFailure(report.failed));
    } else {
      const stream = this.#streams.get(report.stream);
      if ('event' in report) stream?.events.push(report.event as CertificateEvent);
      else if ('failed' in report) stream?.failures.push(report.failed);
      else if (stream !== undefined) stream.hasEnded = true;
    }
  }
}

/** What a call was refused with; fails the test if it was not. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsFailure) return error.failure;
    throw error;
  }
  throw new Error('the call was answered, not refused');
}
