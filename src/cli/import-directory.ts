/**
 * A directory of certificate files as certificates to import: each is attached to the thing of its
 * file name. CA certificates, which lie beside devices' in many such directories, are left out.
 */
import { X509Certificate } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readCertificate } from './certificate-file.ts';
import { CliFailure, EXIT, fileFailure, usage } from './failure.ts';
import type { ImportEntry, ImportOptions, ImportSource } from './import-entry.ts';
import { failed } from './import-entry.ts';

const EXTENSIONS = ['.pem', '.crt', '.cer', '.der'];
const LONGEST_REASON = 200;

export async function directorySource(directory: string, options: ImportOptions): Promise<ImportSource> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw fileFailure('read', directory, error);
  });
  const files = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase())).sort();
  if (files.length === 0) {
    throw usage(`${directory} holds no certificate files`, `their names end in ${EXTENSIONS.join(', ')}`);
  }
  return { total: files.length, entries: certificates(directory, files, options) };
}

async function* certificates(
  directory: string,
  files: readonly string[],
  options: ImportOptions,
): AsyncGenerator<ImportEntry> {
  for (const [index, file] of files.entries()) {
    const thing = file.slice(0, -extname(file).length);
    const name = { line: index + 1, source: file, thing };
    const progress = index + 1;
    try {
      const certificatePem = await readCertificate(join(directory, file));
      if (isCa(certificatePem)) {
        yield { kind: 'left-out', progress };
        continue;
      }
      const item = {
        line: name.line,
        certificate: {
          certificatePem,
          status: options.status,
          thingName: thing,
          exclusive: false,
          createThing: options.createThings,
          revive: false,
        },
      };
      yield { kind: 'item', name, item, progress };
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      yield failed(name, error, progress);
    }
  }
}

function isCa(text: string): boolean {
  const certificate = text.startsWith('-----') ? text : Buffer.from(text, 'base64');
  try {
    return new X509Certificate(certificate).ca;
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, LONGEST_REASON) : '';
    throw new CliFailure(`the certificate cannot be read (${why})`, {
      reason: 'INVALID_ARGUMENTS',
      exitCode: EXIT.failed,
      fix: 'see what `openssl x509 -in FILE -noout -text` says of it',
    });
  }
}
