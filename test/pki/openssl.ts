/** The openssl program as an independent judge of what is made here. Without it these tests fail. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs it and answers its standard output; throws with what it complained about. */
export function openssl(args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`the openssl program is needed: ${error.message}`);
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}${stdout}`);
  return stdout;
}

export function asText(pem: string): string {
  return openssl(['x509', '-noout', '-text'], pem);
}

/** Calls with the path of a file of that content, which is gone afterwards. */
export function withFile<T>(content: string, use: (file: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-openssl-'));
  try {
    const file = join(directory, 'content.pem');
    writeFileSync(file, content);
    return use(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Throws unless the leaf verifies, strictly, to the CA at that time and for that purpose. */
export function verify(
  leafPem: string,
  caPem: string,
  at: number,
  purpose: 'sslclient' | 'sslserver' | 'any',
): void {
  const time = String(Math.floor(at / 1000));
  withFile(caPem, (ca) => {
    const options = ['-x509_strict', '-check_ss_sig', '-attime', time, '-purpose', purpose, '-CAfile', ca];
    withFile(leafPem, (leaf) => openssl(['verify', ...options, leaf]));
  });
}
