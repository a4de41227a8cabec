/** A server that insists on client certificates of a CA, and says so in TLS alerts, which a server of Node's does not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateMaker } from '../certificates.ts';

export class OpensslServer {
  readonly port: number;
  readonly certificatePem: string;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(port: number, certificatePem: string, process: ChildProcess, directory: string) {
    this.port = port;
    this.certificatePem = certificatePem;
    this.#process = process;
    this.#directory = directory;
  }

  /** `version`: an option of `openssl s_server`. For `localhost`. */
  static async start(version: string, clientCaPem: string): Promise<OpensslServer> {
    const maker = new CertificateMaker();
    const ca = maker.ca('Server CA');
    const certificate = maker.make({ subject: 'server', issuer: ca, hosts: ['localhost'] });
    const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-openssl-'));
    const file = (name: string, content: string): string => {
      writeFileSync(join(directory, name), content, { mode: 0o600 });
      return join(directory, name);
    };
    const port = await freePort();
    const server = spawn('openssl', [
      's_server',
      ...[
        '-accept',
        `127.0.0.1:${port}`,
        '-cert',
        file('cert', certificate.pem),
        '-key',
        file('key', certificate.keyPem),
      ],
      ...['-CAfile', file('ca', clientCaPem), '-Verify', '1', '-verify_return_error', '-www', version],
    ]);
    let said = '';
    while (!said.includes('ACCEPT')) said += (await once(server.stdout, 'data')).toString();
    return new OpensslServer(port, ca.pem, server, directory);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#directory, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
