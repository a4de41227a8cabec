/**
 * Where a command reads and writes. Text that did not come from us (names, messages, client ids of
 * refused devices) goes through `printable` before a person's terminal sees it.
 */
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Width of standard output, or undefined where it is no terminal. */
  readonly columns: number | undefined;
  /** Is standard error a terminal? Progress is shown only there. */
  readonly errorIsTerminal: boolean;
  /** Can somebody be asked? Standard input is a terminal, and so is standard error, where the question goes. */
  readonly canAsk: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const NARROWEST = 40;

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    // A reader that left (`| head`) is no error.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  return {
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    columns: stdout.isTTY ? Math.max(NARROWEST, stdout.columns ?? 80) : undefined,
    errorIsTerminal: stderr.isTTY === true,
    get canAsk() {
      return process.stdin.isTTY === true && stderr.isTTY === true;
    },
    env: process.env,
  };
}

/** Writes and, when the reader is slow, waits for it. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (stream.write(text)) return;
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve);
  });
}

// Controls and the characters that reorder or hide text: a refused client id must not move the cursor.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
