/** CRLs for tests, made by the openssl program. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from './certificates.ts';

/** A CRL of that CA, current for a week, with these serial numbers (hexadecimal) in it. */
export function makeCrl(ca: TestCertificate, revoked: readonly string[] = []): string {
  const directory = mkdtempSync(join(tmpdir(), 'crl-'));
  const file = (name: string, content = ''): string => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
    return join(directory, name);
  };
  try {
    const lines = revoked.map(
      (serial) => `R\t351231000000Z\t250101000000Z\t${serial}\tunknown\t/CN=revoked\n`,
    );
    const configuration = file(
      'openssl.cnf',
      [
        '[ca]',
        'default_ca = own',
        '[own]',
        `database = ${file('index.txt', lines.join(''))}`,
        'default_md = sha256',
        'default_crl_days = 7',
        '',
      ].join('\n'),
    );
    const out = join(directory, 'crl.pem');
    const key = file('ca.key', ca.keyPem);
    execFileSync(
      'openssl',
      [
        'ca',
        '-config',
        configuration,
        '-gencrl',
        '-keyfile',
        key,
        '-cert',
        file('ca.pem', ca.pem),
        '-out',
        out,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return readFileSync(out, 'utf8');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
