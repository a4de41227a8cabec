/**
 * The command line, taken apart: strictly, so that a misspelt option never passes for an operand, and
 * with the nearest known name when something is unknown.
 */
import { parseArgs } from 'node:util';
import type { CommandSpec, OptionSpec } from './command.ts';
import { optionsOf } from './command.ts';
import { usage } from './failure.ts';

export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #operands: readonly string[];

  constructor(values: Readonly<Record<string, unknown>>, operands: readonly string[]) {
    this.#values = values;
    this.#operands = operands;
  }

  has(option: string): boolean {
    return this.#values[option] !== undefined;
  }

  flag(option: string): boolean {
    return this.#values[option] === true;
  }

  text(option: string): string | undefined {
    const value = this.#values[option];
    return typeof value === 'string' ? value : undefined;
  }

  /** The value of an option that the table says is required. */
  required(option: string): string {
    return this.text(option) ?? '';
  }

  texts(option: string): readonly string[] {
    const value = this.#values[option];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** A whole number within bounds; anything else is a usage error. */
  count(option: string, least: number, most: number): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) {
      throw usage(`--${option} must be a whole number from ${least} to ${most} (is "${text}")`);
    }
    return number;
  }

  /** `key=value` options as a map. A key given twice is a mistake somebody would like to hear of. */
  pairs(option: string): Record<string, string> | undefined {
    if (!this.has(option)) return undefined;
    const pairs = new Map<string, string>();
    for (const text of this.texts(option)) {
      const at = text.indexOf('=');
      if (at < 1) throw usage(`--${option} must be KEY=VALUE (is "${text}")`);
      const key = text.slice(0, at);
      if (pairs.has(key)) throw usage(`--${option} ${key} is given twice`);
      pairs.set(key, text.slice(at + 1));
    }
    return Object.fromEntries(pairs);
  }

  operand(index: number): string {
    return this.#operands[index] ?? '';
  }

  /** All of them, for a verb whose last operand repeats. */
  operands(): readonly string[] {
    return this.#operands;
  }

  optionalOperand(index: number): string | undefined {
    return this.#operands[index];
  }
}

/** Takes apart what follows the verb. Rejects with a usage error; `--help` is left to the caller. */
export async function parseArguments(
  program: string,
  command: CommandSpec,
  rest: readonly string[],
): Promise<Arguments> {
  const options = optionsOf(command);
  const help = `'${program} ${command.words.join(' ')} --help' shows the options`;
  const { values, positionals, tokens } = parseArgs({
    args: [...rest],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, multiple, short }]) => [
        name,
        { type, multiple: multiple === true, ...(short === undefined ? {} : { short }) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined || !Object.hasOwn(options, token.name)) {
      throw usage(
        `unknown option ${token.rawName}`,
        await nearestOr(token.name, Object.keys(options), (name) => `did you mean --${name}?`, help),
      );
    }
    checkValue(token.rawName, option, token.value, token.inlineValue === true);
    if (seen.has(token.name) && option.multiple !== true && option.type === 'string') {
      throw usage(`${token.rawName} is given twice`);
    }
    seen.add(token.name);
  }
  const operands = command.operands ?? [];
  const surplus = operands.at(-1)?.repeats === true ? undefined : positionals[operands.length];
  if (surplus !== undefined) throw usage(`unexpected operand "${surplus}"`, help);
  if (values['help'] !== true) {
    const missing = operands.find(({ required }, index) => required && positionals[index] === undefined);
    if (missing !== undefined) throw usage(`${missing.name} is missing: ${missing.describe}`, help);
    for (const [name, option] of Object.entries(options)) {
      if (option.required === true && values[name] === undefined) {
        throw usage(`--${name} ${option.value ?? ''} is missing: ${option.describe}`, help);
      }
    }
  }
  return new Arguments(values, positionals);
}

function checkValue(rawName: string, option: OptionSpec, value: string | undefined, inline: boolean): void {
  if (option.type === 'boolean') {
    if (value !== undefined) throw usage(`${rawName} takes no value (is "${value}")`);
    return;
  }
  if (value === undefined) throw usage(`${rawName} needs a value: ${option.value ?? 'VALUE'}`);
  if (!inline && value.length > 1 && value.startsWith('-')) {
    throw usage(`${rawName} needs a value`, `if the value is "${value}", write ${rawName}=${value}`);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) {
    throw usage(`${rawName} must be one of ${option.choices.join(', ')} (is "${value}")`);
  }
}

/** The suggestion made of the nearest candidate, or `otherwise` when nothing is near. */
export async function nearestOr(
  word: string,
  candidates: readonly string[],
  suggestion: (nearest: string) => string,
  otherwise: string,
): Promise<string> {
  // Loaded only for a mistake.
  const levenshtein = await import('fastest-levenshtein');
  const nearest = levenshtein.default.closest(word, candidates);
  if (nearest === undefined) return otherwise;
  const tolerated = Math.max(2, Math.floor(nearest.length / 3));
  const near = levenshtein.default.distance(word, nearest) <= tolerated || nearest.startsWith(word);
  return near ? suggestion(nearest) : otherwise;
}
