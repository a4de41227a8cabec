import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const directory = join(import.meta.dirname, '../../proto/deviceauth/v1');
const FIELD = /^\s+(?:repeated |optional )?(?:map<[^>]*>|[\w.]+) (\w+) = \d+;/;

/** Fields of messages with no comment right above them. */
function undocumented(file: string): string[] {
  const lines = readFileSync(join(directory, file), 'utf8').split('\n');
  const found: string[] = [];
  let message: string | undefined;
  for (const [index, line] of lines.entries()) {
    const opened = /^(message|enum|service) (\w+)/.exec(line);
    if (opened !== null) message = opened[1] === 'message' ? opened[2] : undefined;
    const field = FIELD.exec(line)?.[1];
    if (message === undefined || field === undefined) continue;
    if (!lines[index - 1]?.trimStart().startsWith('//')) found.push(`${message}.${field}`);
  }
  return found;
}

describe.each(readdirSync(directory))('%s', (file) => {
  it('documents every field', () => {
    expect(undocumented(file)).toEqual([]);
  });
});
