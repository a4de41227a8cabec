/**
 * EMQX's side of ExHook in Erlang: erlang-client.escript as a process, on the HTTP/2 client under EMQX's own. One process is one
 * connection. What it needs, `scripts/get-gun` puts into var/erlang.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../endpoints/exhook/erlang-client.escript', import.meta.url));
const LIBRARIES = fileURLToPath(new URL('../../var/erlang', import.meta.url));

export interface ErlangAnswer {
  readonly grpcStatus: string;
  /** Undefined: there was none. */
  readonly hex: string | undefined;
}

export interface ErlangCall {
  readonly version: string;
  readonly method: string;
  readonly bytes: Buffer;
}

/** Undefined: everything is there. */
export function missingErlang(): string | undefined {
  if (spawnSync('escript', [], { stdio: 'ignore' }).error !== undefined) return 'there is no escript';
  return existsSync(LIBRARIES) ? undefined : 'there is no var/erlang: scripts/get-gun makes it';
}

export class ErlangExHook {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #pending = new Map<string, (answer: ErlangAnswer) => void>();
  readonly #up = Promise.withResolvers<void>();
  readonly #ended: Promise<number | null>;
  #down = 'it ended';
  #calls = 0;

  /** @param files of TLS: CA, certificate, key; none: plain TCP. */
  static async connect(port: number, files: readonly string[] = []): Promise<ErlangExHook> {
    const client = new ErlangExHook(port, files);
    await client.#up.promise;
    return client;
  }

  private constructor(port: number, files: readonly string[]) {
    const transport = files.length === 0 ? 'tcp' : 'tls';
    this.#process = spawn('escript', [SCRIPT, transport, String(port), ...files], {
      env: { ...process.env, ERL_LIBS: LIBRARIES },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // What it does not read any more is told by its end.
    this.#process.stdin.on('error', () => {});
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#heard(line));
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#ended = promise;
    this.#process.on('close', (code) => {
      this.#up.reject(new Error(this.#down));
      for (const answered of this.#pending.values()) answered({ grpcStatus: this.#down, hex: undefined });
      this.#pending.clear();
      resolve(code);
    });
  }

  /** All are under way at once; the answers in the order of the calls. */
  async all(calls: readonly ErlangCall[]): Promise<readonly ErlangAnswer[]> {
    const lines: string[] = [];
    const answers = calls.map(({ version, method, bytes }) => {
      this.#calls += 1;
      const name = String(this.#calls);
      const { promise, resolve } = Promise.withResolvers<ErlangAnswer>();
      this.#pending.set(name, resolve);
      const path = `/emqx.exhook.${version}.HookProvider/${method}`;
      lines.push(
        `${name} ${path} emqx.exhook.${version}.${method.slice(2)}Request ${bytes.toString('hex')}\n`,
      );
      return promise;
    });
    this.#process.stdin.write(`${lines.join('')}-\n`);
    return Promise.all(answers);
  }

  /** Its exit code, once it has closed the connection. */
  close(): Promise<number | null> {
    this.#process.stdin.end();
    return this.#ended;
  }

  #heard(line: string): void {
    const [name = '', status = '', hex = ''] = line.split(' ');
    if (name === 'up') this.#up.resolve();
    else if (name === 'down') this.#down = line;
    else {
      const isMessage = hex.startsWith('0x');
      const answer = { grpcStatus: status, hex: isMessage ? hex.slice(2) : hex === '-' ? undefined : hex };
      this.#pending.get(name)?.(answer);
      this.#pending.delete(name);
    }
  }
}
