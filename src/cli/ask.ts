/** Asks the person at the terminal. The question goes to standard error, so that output stays clean. */
import { createInterface } from 'node:readline/promises';
import type { ReadStream } from 'node:tty';
import { CliFailure, EXIT } from './failure.ts';
import { printable, type Terminal, write } from './terminal.ts';

const ENTER = /[\r\n]/;
const CONTROL_C = '\x03';
const CONTROL_D = '\x04';
const CONTROL_U = '\x15';
const ERASE = /[\b\x7f]/;

/** True for "yes" in full, and for nothing else. */
export async function confirmed(terminal: Terminal, question: string): Promise<boolean> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return (
      (await lines.question(`${printable(question)} Type yes to go on: `)).trim().toLowerCase() === 'yes'
    );
  } finally {
    lines.close();
  }
}

/** What was typed is not shown. Only where `terminal.canAsk`. */
export async function secret(terminal: Terminal, question: string): Promise<string> {
  const input = terminal.stdin as ReadStream;
  // Before the question: what is typed at once must not be shown either.
  input.setRawMode(true);
  input.setEncoding('utf8');
  try {
    const typed = line(input);
    await write(terminal.stderr, `${printable(question)}: `);
    return await typed;
  } finally {
    input.setRawMode(false);
    input.pause();
    await write(terminal.stderr, '\n');
  }
}

function line(input: ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const end = (settle: () => void): void => {
      input.off('data', take);
      settle();
    };
    const take = (text: string): void => {
      for (const character of text) {
        if (ENTER.test(character) || character === CONTROL_D) {
          end(() => resolve(typed.join('')));
          return;
        }
        if (character === CONTROL_C) {
          const details = { reason: 'INTERRUPTED', exitCode: EXIT.interrupted };
          end(() => reject(new CliFailure('interrupted', details)));
          return;
        }
        if (character === CONTROL_U) typed = [];
        else if (ERASE.test(character)) typed.pop();
        else typed.push(character);
      }
    };
    input.on('data', take);
    input.resume();
  });
}
