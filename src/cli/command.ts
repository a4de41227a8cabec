/**
 * What a verb is to the parser and to the help: words, operands, options, an example. The table of
 * verbs is data; the code behind a verb is loaded only when it runs.
 */
import type { Arguments } from './arguments.ts';
import type { Terminal } from './terminal.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly required?: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
  readonly describe: string;
}

export interface OperandSpec {
  readonly name: string;
  readonly required: boolean;
  /** Any number more of them may follow; the last operand only. */
  readonly repeats?: boolean;
  readonly describe: string;
}

export interface Invocation {
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly json: boolean;
}

/** The answer is the exit code. */
export type Run = (invocation: Invocation) => Promise<number>;

export interface CommandSpec {
  readonly words: readonly string[];
  readonly summary: string;
  /** Paragraphs for the help after the summary. */
  readonly details?: string;
  readonly operands?: readonly OperandSpec[];
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly example: string;
  /** Talks to the daemon: has `--socket` and `--timeout`. */
  readonly daemon?: 'always' | 'sometimes';
  /** Has `--json`. True unless said otherwise. */
  readonly json?: boolean;
  readonly load: () => Promise<Run>;
}

export interface Program {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandSpec[];
  /** Words assumed when none are given. */
  readonly defaultVerb?: string;
  readonly notes?: string;
}

export const DAEMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  socket: {
    type: 'string',
    value: 'PATH',
    describe:
      'The admin socket (else $DEVICEAUTHD_ADMIN_SOCKET, /run/deviceauthd/admin.sock, ./var/run/admin.sock)',
  },
  timeout: { type: 'string', value: 'SECONDS', describe: 'How long to wait for an answer (30)' },
};

export const JSON_OPTION: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', describe: 'Print one JSON document instead of text' },
};

export const HELP_OPTION: Readonly<Record<string, OptionSpec>> = {
  help: { type: 'boolean', short: 'h', describe: 'Show this help' },
};

/** Every option a command takes, the common ones included. */
export function optionsOf(command: CommandSpec): Readonly<Record<string, OptionSpec>> {
  return {
    ...command.options,
    ...(command.json === false ? {} : JSON_OPTION),
    ...(command.daemon === undefined ? {} : DAEMON_OPTIONS),
    ...HELP_OPTION,
  };
}
