/**
 * From the words of a command line to an exit code: finds the verb, shows help, runs it, prints what
 * went wrong. Options that every verb has may stand before the verb too.
 */
import { RELEASE } from '../release.ts';
import { nearestOr, parseArguments } from './arguments.ts';
import type { CommandSpec, Program } from './command.ts';
import { DAEMON_OPTIONS, JSON_OPTION } from './command.ts';
import { CliFailure, EXIT, usage } from './failure.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Terminal } from './terminal.ts';
import { printable, write } from './terminal.ts';

export async function runProgram(
  program: Program,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const json = args.some((arg, index) => arg === '--json' && !args.slice(0, index).includes('--'));
  try {
    return await dispatch(program, args, terminal);
  } catch (error) {
    if (!(error instanceof CliFailure)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      await write(terminal.stderr, `${program.name}: defect: ${text}\n`);
      return EXIT.failed;
    }
    const text = error.toText().split('\n').map(printable).join('\n');
    await write(terminal.stderr, `${program.name}: ${text}\n`);
    if (json) await write(terminal.stdout, `${JSON.stringify({ error: error.toJson() })}\n`);
    return error.exitCode;
  }
}

async function dispatch(program: Program, args: readonly string[], terminal: Terminal): Promise<number> {
  const { before, words } = splitLeadingOptions(args);
  if (before.includes('--version')) {
    await write(terminal.stdout, `${program.name} ${RELEASE.version}\n`);
    return EXIT.ok;
  }
  const helpAsked = before.some((arg) => arg === '--help' || arg === '-h');
  const asked = words[0] === 'help' ? words.slice(1) : words;
  if (helpAsked || words[0] === 'help') return help(program, asked, terminal);
  const command = findCommand(program, words);
  if (command === undefined) {
    const fallback = program.defaultVerb;
    if (fallback !== undefined && (words[0] === undefined || words[0].startsWith('-'))) {
      return dispatch(program, [...before, fallback, ...words], terminal);
    }
    return noCommand(program, words, terminal);
  }
  const rest = [...before, ...words.slice(command.words.length)];
  const parsed = await parseArguments(program.name, command, rest);
  if (parsed.flag('help')) {
    await write(terminal.stdout, commandHelp(program, command));
    return EXIT.ok;
  }
  const run = await command.load();
  return run({ args: parsed, terminal, json: parsed.flag('json') });
}

/** The common options that stand before the verb, with their values; everything from the first other word on. */
function splitLeadingOptions(args: readonly string[]): { before: string[]; words: readonly string[] } {
  const before: string[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    const name = arg.replace(/^--/, '').replace(/=.*$/s, '');
    const known = arg.startsWith('--') ? (DAEMON_OPTIONS[name] ?? JSON_OPTION[name]) : undefined;
    if (known === undefined && !['--help', '-h', '--version'].includes(arg)) break;
    before.push(arg);
    const value = args[at + 1];
    if (known?.type === 'string' && !arg.includes('=') && value !== undefined) {
      before.push(value);
      at += 1;
    }
  }
  return { before, words: args.slice(at) };
}

function findCommand(program: Program, words: readonly string[]): CommandSpec | undefined {
  return program.commands.find((command) => command.words.every((word, index) => words[index] === word));
}

async function help(program: Program, words: readonly string[], terminal: Terminal): Promise<number> {
  const command = findCommand(program, words);
  if (command !== undefined) {
    await write(terminal.stdout, commandHelp(program, command));
    return EXIT.ok;
  }
  const given = words.filter((word) => !word.startsWith('-'));
  const leading = given.slice(0, knownWords(program, given));
  if (leading.length === 0 && given.length > 0) return noCommand(program, words, terminal);
  await write(terminal.stdout, programHelp(program, leading));
  return EXIT.ok;
}

/** How many of the words some verb begins with. */
function knownWords(program: Program, words: readonly string[]): number {
  const begins = (count: number): boolean =>
    program.commands.some(
      (command) =>
        command.words.length > count - 1 &&
        words.slice(0, count).every((word, at) => command.words[at] === word),
    );
  let count = 0;
  while (count < words.length && begins(count + 1)) count += 1;
  return count;
}

/** No verb at all, half of one, or an unknown one. */
async function noCommand(program: Program, words: readonly string[], terminal: Terminal): Promise<number> {
  if (words.length === 0) {
    await write(terminal.stderr, programHelp(program));
    return EXIT.usage;
  }
  const known = words.slice(0, knownWords(program, words));
  const unknown = words[known.length];
  if (known.length > 0 && (unknown === '--help' || unknown === '-h')) {
    await write(terminal.stdout, programHelp(program, known));
    return EXIT.ok;
  }
  if (unknown === undefined || unknown.startsWith('-')) {
    if (known.length === 0)
      throw usage(`unknown option ${unknown ?? ''}`, `'${program.name} --help' shows the verbs`);
    await write(terminal.stderr, programHelp(program, known));
    return EXIT.usage;
  }
  const candidates = program.commands
    .filter((command) => known.every((word, at) => command.words[at] === word))
    .map((command) => command.words[known.length] ?? '');
  const path = [program.name, ...known].join(' ');
  throw usage(
    `unknown verb "${[...known, unknown].join(' ')}"`,
    await nearestOr(
      unknown,
      [...new Set(candidates)],
      (name) => `did you mean '${path} ${name}'?`,
      `'${path} --help' shows the verbs`,
    ),
  );
}
