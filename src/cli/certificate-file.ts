/**
 * Reads a certificate for the daemon: PEM (the first certificate of a bundle), header-less base64, or
 * DER. Nothing else of a file leaves this process: many files hold a private key beside the certificate.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CliFailure, EXIT, fileFailure } from './failure.ts';

/** As the daemon's limit. */
export const LARGEST_CERTIFICATE = 64 * 1024;
const LARGEST_FILE = 1024 * 1024;
const PEM =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/;
const DER_SEQUENCE = 0x30;

/** `-` is standard input. */
export async function readCertificate(file: string, stdin?: Readable): Promise<string> {
  return certificateOf(await readSmallFile(file, stdin), file);
}

export async function readSmallFile(file: string, stdin?: Readable): Promise<Buffer> {
  if (file === '-' && stdin !== undefined) return readStream(stdin);
  try {
    const found = await stat(file);
    if (found.isFile() && found.size > LARGEST_FILE) throw tooLarge(file);
    return await readFile(file);
  } catch (error) {
    throw error instanceof CliFailure ? error : fileFailure('read', file, error);
  }
}

async function readStream(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > LARGEST_FILE) throw tooLarge('standard input');
  }
  return Buffer.concat(chunks);
}

/** The certificate in the bytes, as text the daemon takes. */
export function certificateOf(bytes: Buffer, name: string): string {
  // DER begins with a SEQUENCE whose length is in the long form; text never does.
  if (bytes[0] === DER_SEQUENCE && (bytes[1] ?? 0) >= 0x80) return limited(bytes.toString('base64'), name);
  const text = bytes.toString('utf8');
  const [pem] = PEM.exec(text) ?? [];
  if (pem !== undefined) return limited(`${pem}\n`, name);
  const bare = text.trim();
  if (bare.length > 0 && /^[A-Za-z0-9+/=\s]+$/.test(bare)) return limited(bare, name);
  throw new CliFailure(`${name} holds no certificate`, {
    reason: 'INVALID_ARGUMENTS',
    exitCode: EXIT.usage,
    fix: text.includes('PRIVATE KEY')
      ? 'it holds a private key; name the file with the certificate'
      : 'give a PEM, base64 or DER file',
  });
}

function limited(text: string, name: string): string {
  if (text.length > LARGEST_CERTIFICATE) throw tooLarge(name);
  return text;
}

function tooLarge(name: string): CliFailure {
  return new CliFailure(`${name} is too large for a certificate`, {
    reason: 'INVALID_ARGUMENTS',
    exitCode: EXIT.usage,
    fix: `the daemon takes at most ${LARGEST_CERTIFICATE} bytes; is it the right file?`,
  });
}
