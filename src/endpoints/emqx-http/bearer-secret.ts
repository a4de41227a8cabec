/**
 * The secret that EMQX shows with each request. Always true: it is compared in constant time, by hashes of the same length, and is
 * in no message, whatever the file looks like.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

const SHORTEST = 32;
const LONGEST = 1_024;
/** What a header can carry. */
const SECRET = /^[\x21-\x7e]+$/;

export class BearerSecret {
  readonly #hash: Buffer;

  /** The first line of a file. Throws an `Error` that names the file. */
  static read(file: string): BearerSecret {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
      throw new Error(`sharedSecretFile: ${file}: ${why}`);
    }
    const secret = (text.split('\n', 1)[0] ?? '').trim();
    if (secret.length < SHORTEST || secret.length > LONGEST || !SECRET.test(secret)) {
      throw new Error(
        `sharedSecretFile: the first line of ${file} must be ${SHORTEST} to ${LONGEST} printable characters without blanks; make one with: openssl rand -hex 32`,
      );
    }
    return new BearerSecret(secret);
  }

  private constructor(secret: string) {
    this.#hash = digest(`Bearer ${secret}`);
  }

  /** Is this the value of `Authorization`? */
  admits(authorization: string | undefined): boolean {
    return timingSafeEqual(digest(authorization ?? ''), this.#hash);
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
