/** A disk that a power failure takes away after so many operations, the last of them perhaps half done. */
import { DurableFiles, type FileAccess, type FileOperations } from '../../src/pki/durable-files.ts';

export class PowerFailure extends Error {
  override readonly name = 'PowerFailure';
}

export class FailingFiles implements FileOperations {
  readonly #files = new DurableFiles();
  /** What was done, for the message of a failing test. */
  readonly done: string[] = [];
  #left: number;
  readonly #tears: boolean;

  /** @param tears the operation that fails is half done, where it can be. */
  constructor(operations = Number.POSITIVE_INFINITY, tears = false) {
    this.#left = operations;
    this.#tears = tears;
  }

  async makeDirectory(path: string, access: FileAccess): Promise<void> {
    await this.#step(`makeDirectory ${path}`);
    await this.#files.makeDirectory(path, access);
  }

  async writeNew(path: string, content: string | Uint8Array, access: FileAccess): Promise<void> {
    const tear = (): Promise<void> =>
      this.#files.writeNew(path, content.slice(0, content.length / 2), access);
    await this.#step(`writeNew ${path}`, tear);
    await this.#files.writeNew(path, content, access);
  }

  async link(target: string, path: string): Promise<void> {
    await this.#step(`link ${path}`);
    await this.#files.link(target, path);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step(`rename ${to}`);
    await this.#files.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    await this.#step(`remove ${path}`);
    await this.#files.remove(path);
  }

  async sync(directory: string): Promise<void> {
    await this.#step(`sync ${directory}`);
    await this.#files.sync(directory);
  }

  async #step(what: string, tear: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    if (this.#left > 0) {
      this.#left -= 1;
      this.done.push(what);
      return;
    }
    // Once: what is dead does nothing more.
    if (this.#left === 0 && this.#tears) await tear();
    this.#left = -1;
    throw new PowerFailure(`the power failed before: ${what}`);
  }
}

/**
 * Calls `attempt` with a disk that fails after 0, 1, 2, … operations, each time without and with a half-done one, until it
 * gets through.
 */
export async function atEveryOperation(
  attempt: (files: FailingFiles, failed: boolean) => Promise<void>,
): Promise<number> {
  const whole = new FailingFiles();
  await attempt(whole, false);
  const operations = whole.done.length;
  for (let count = 0; count < operations; count += 1) {
    for (const tears of [false, true]) await attempt(new FailingFiles(count, tears), true);
  }
  return operations;
}
