/** Help made from the table of verbs, so that it cannot say anything else than the parser does. */
import type { CommandSpec, OptionSpec, Program } from './command.ts';
import { optionsOf } from './command.ts';

const WIDTH = 80;

/** Breaks text at spaces; continuation lines are indented. */
export function wrap(text: string, indent: number, width = WIDTH): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width - indent) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** Two columns; the right one wraps. A wide left one gets a line of its own. */
function definitions(rows: readonly (readonly [string, string])[], widest = 26): string {
  const left = Math.min(widest, Math.max(...rows.map(([term]) => term.length))) + 2;
  return rows
    .map(([term, meaning]) => {
      const head = `  ${term.padEnd(left)}`;
      const gap = term.length > left - 2 ? `\n${' '.repeat(left + 2)}` : '';
      return `${gap === '' ? head : `  ${term}`}${gap}${wrap(meaning, left + 2)}`;
    })
    .join('\n');
}

function optionTerm(name: string, option: OptionSpec): string {
  const long = option.short === undefined ? `--${name}` : `-${option.short}, --${name}`;
  return option.type === 'boolean' ? long : `${long} ${option.value ?? 'VALUE'}`;
}

function synopsis(program: Program, command: CommandSpec): string {
  const parts = [program.name, ...command.words];
  for (const { name, required, repeats } of command.operands ?? []) {
    const shown = repeats === true ? `${name}...` : name;
    parts.push(required ? shown : `[${shown}]`);
  }
  for (const [name, option] of Object.entries(command.options ?? {})) {
    if (option.required === true) parts.push(optionTerm(name, option));
  }
  parts.push('[options]');
  return parts.join(' ');
}

export function commandHelp(program: Program, command: CommandSpec): string {
  const sections = [`${command.summary}.`, `Usage: ${synopsis(program, command)}`];
  if (command.details !== undefined) sections.push(wrap(command.details, 0));
  if (command.operands !== undefined && command.operands.length > 0) {
    sections.push(
      `Operands:\n${definitions(command.operands.map(({ name, describe }) => [name, describe]))}`,
    );
  }
  const options = Object.entries(optionsOf(command)).map(([name, option]): [string, string] => [
    optionTerm(name, option),
    `${option.describe}${option.choices === undefined ? '' : ` [${option.choices.join('|')}]`}${
      option.multiple === true ? '; may be repeated' : ''
    }`,
  ]);
  sections.push(`Options:\n${definitions(options)}`);
  sections.push(`Example:\n  ${command.example}`);
  return `${sections.join('\n\n')}\n`;
}

/** The verbs that begin with the given words. */
export function programHelp(program: Program, words: readonly string[] = []): string {
  const commands = program.commands.filter((command) =>
    words.every((word, index) => command.words[index] === word),
  );
  const name = [program.name, ...words].join(' ');
  const verbs = commands.map(({ words: all, summary }): [string, string] => [
    all.slice(words.length).join(' '),
    summary,
  ]);
  const sections = [
    ...(words.length === 0 ? [`${program.summary}.`] : []),
    `Usage: ${name} ${words.length === 0 && program.defaultVerb !== undefined ? '[VERB]' : 'VERB'} [options]`,
    `Verbs:\n${definitions(verbs)}`,
    `'${name} VERB --help' shows the options of a verb and an example.`,
    ...(words.length === 0 && program.notes !== undefined ? [program.notes] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}
