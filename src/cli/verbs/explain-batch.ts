/**
 * `explain --batch`: JSON lines in, JSON lines out, in order. Every line that is not blank gets exactly
 * one answer, whatever is wrong with it; only input that cannot be read ends the run early. Needs no daemon.
 */
import { createReadStream } from 'node:fs';
import { LRUCache } from 'lru-cache';
import type { Invocation } from '../command.ts';
import type { Problem } from '../failure.ts';
import { EXIT, fileFailure, shownValue } from '../failure.ts';
import type { Line } from '../lines.ts';
import { linesOf } from '../lines.ts';
import type { CompiledPolicy } from '../policy.ts';
import { PolicyCompiler } from '../policy.ts';
import { write } from '../terminal.ts';

/** What is kept compiled: documents, and bytes of them in all, roughly. */
const MOST_DOCUMENTS = 1000;
const MOST_BYTES = 128 * 1024 * 1024;
const BYTES_OF_A_GRANT = 500;

type Reason = 'INVALID_ARGUMENTS' | 'POLICY_INVALID' | 'SERVICE_ERROR';

type Answer =
  | { readonly allowed: boolean }
  | { readonly error: { readonly reason: Reason; readonly message: string } };

export async function explainBatch({ terminal }: Invocation, file: string | undefined): Promise<number> {
  const name = file === undefined || file === '-' ? 'standard input' : file;
  const input = file === undefined || file === '-' ? terminal.stdin : createReadStream(file);
  const batch = new Batch();
  try {
    for await (const lines of linesOf(input)) {
      const answers = lines.map((line) => batch.answer(line)).filter((answer) => answer !== '');
      if (answers.length > 0) await write(terminal.stdout, answers.join(''));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw fileFailure('read', name, error);
  }
  return EXIT.ok;
}

class Batch {
  readonly #compiler = new PolicyCompiler();
  readonly #compiled = new LRUCache<string, CompiledPolicy | readonly Problem[]>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_BYTES,
    sizeCalculation: (policy, text) =>
      1 + text.length + ('grantCount' in policy ? policy.grantCount * BYTES_OF_A_GRANT : 0),
  });

  /** One line with its end, or nothing for a blank line. */
  answer(line: Line): string {
    if ('wrong' in line) return answered('null', invalid(`line ${line.number} is ${line.wrong}`));
    if (line.text.trim() === '') return '';
    let request: unknown;
    try {
      request = JSON.parse(line.text);
    } catch (error) {
      const why = error instanceof Error ? error.message : '';
      return answered('null', invalid(`line ${line.number} is not JSON: ${why}`));
    }
    if (typeof request !== 'object' || request === null || Array.isArray(request)) {
      return answered('null', invalid(`line ${line.number} is not a JSON object`));
    }
    const id = idText(request as Record<string, unknown>, line.text);
    try {
      return answered(id, this.#decide(request as Record<string, unknown>));
    } catch (error) {
      if (error instanceof RangeError)
        return answered(id, invalid(`line ${line.number} is nested too deeply`));
      const message = error instanceof Error ? error.message : String(error);
      return answered(id, { error: { reason: 'SERVICE_ERROR', message } });
    }
  }

  #decide({ deviceGroups, thingName, operation, resource }: Record<string, unknown>): Answer {
    if (deviceGroups === undefined) return invalid('deviceGroups is missing');
    const texts = { thingName, operation, resource };
    for (const [field, value] of Object.entries(texts)) {
      if (value === undefined || value === null) return invalid(`${field} is missing`);
      if (typeof value !== 'string') return invalid(`${field} must be a string${shownValue(value)}`);
    }
    if (texts.thingName === '') return invalid('thingName is empty');
    const policy = this.#policy(deviceGroups);
    if (!('decide' in policy))
      return { error: { reason: 'POLICY_INVALID', message: policy.map(say).join('; ') } };
    const decision = policy.decide(String(thingName), String(operation), String(resource));
    if (decision.reason === 'SERVICE_MISMATCH') {
      return invalid('operation and resource name different services');
    }
    return { allowed: decision.allowed };
  }

  #policy(deviceGroups: unknown): CompiledPolicy | readonly Problem[] {
    const text = JSON.stringify(deviceGroups);
    let policy = this.#compiled.get(text);
    if (policy === undefined) {
      policy = this.#compiler.compile(deviceGroups);
      this.#compiled.set(text, policy);
    }
    return policy;
  }
}

function invalid(message: string): Answer {
  return { error: { reason: 'INVALID_ARGUMENTS', message } };
}

function answered(id: string, answer: Answer): string {
  return `{"id":${id},${JSON.stringify(answer).slice(1)}\n`;
}

function say({ path, value, rule }: Problem): string {
  return `${path === '' ? '' : `${path}: `}${rule}${shownValue(value)}`;
}

/** The id as it came: a number too long for a double is echoed digit by digit. */
function idText({ id }: Record<string, unknown>, line: string): string {
  if (typeof id !== 'number' || Number.isSafeInteger(id)) return JSON.stringify(id) ?? 'null';
  let source: string | undefined;
  JSON.parse(line, function keep(this: unknown, key: string, value: unknown, context?: { source?: string }) {
    if (key === 'id' && Object.is(value, id)) source = context?.source;
    return value;
  });
  return source ?? JSON.stringify(id);
}
