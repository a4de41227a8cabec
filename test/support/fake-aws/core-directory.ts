/** A directory with the files that a core device has: certificate, key (0600) and the roots. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CoreFiles } from '../../../src/cloud/core-credentials.ts';
import type { TestCertificate } from '../certificates.ts';

export class CoreDirectory {
  readonly #path = mkdtempSync(join(tmpdir(), 'deviceauthd-core-'));

  constructor(core: Pick<TestCertificate, 'pem' | 'keyPem'>, rootCaPem: string) {
    this.write('root.pem', rootCaPem);
    this.replace(core);
  }

  get files(): CoreFiles & { readonly rootCaFile: string } {
    return {
      certificateFile: join(this.#path, 'core.pem'),
      keyFile: join(this.#path, 'core.key'),
      rootCaFile: join(this.#path, 'root.pem'),
    };
  }

  /** Another certificate and key. */
  replace(core: Pick<TestCertificate, 'pem' | 'keyPem'>): void {
    this.write('core.pem', core.pem);
    this.write('core.key', core.keyPem);
  }

  /** The answer is its path. */
  write(name: string, content: string): string {
    const path = join(this.#path, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  remove(): void {
    rmSync(this.#path, { recursive: true });
  }
}
