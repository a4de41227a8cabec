/**
 * What was uploaded last, on disk: a small file that only the daemon reads (0600). One that cannot be read or makes no sense is
 * none, and then the upload is made again, which does no harm.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FileOperations, replaceFile } from '../../pki/durable-files.ts';

export interface UploadRecord {
  /** Of all that the upload depends on: see `CertificateAuthorityUpload`. */
  readonly digest: string;
  /** The wall clock's milliseconds. */
  readonly uploadedAt: number;
}

const VERSION = 1;

export class UploadRecordFile {
  readonly #path: string;
  readonly #files: FileOperations;

  constructor(path: string, files: FileOperations) {
    this.#path = path;
    this.#files = files;
  }

  async read(): Promise<UploadRecord | undefined> {
    try {
      const { version, digest, uploadedAt } = JSON.parse(await readFile(this.#path, 'utf8')) as Record<
        string,
        unknown
      >;
      if (version !== VERSION || typeof digest !== 'string' || !Number.isSafeInteger(uploadedAt))
        return undefined;
      return { digest, uploadedAt: uploadedAt as number };
    } catch {
      return undefined;
    }
  }

  /** Nothing is known of uploads any more. On disk when it resolves. */
  async forget(): Promise<void> {
    await this.#files.remove(this.#path);
    await this.#files.sync(dirname(this.#path));
  }

  /** On disk when it resolves. Rejects when it could not be. */
  async write({ digest, uploadedAt }: UploadRecord): Promise<void> {
    await this.#files.makeDirectory(dirname(this.#path), { mode: 0o700 });
    const text = `${JSON.stringify({ version: VERSION, digest, uploadedAt })}\n`;
    await replaceFile(this.#files, this.#path, text, { mode: 0o600 });
  }
}
