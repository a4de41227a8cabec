/** Lines of a stream of bytes, one at a time, as UTF-8. A line over the limit, or not UTF-8, is told apart. */
import type { Readable } from 'node:stream';

export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly wrong: string };

const NEWLINE = 0x0a;
export const LONGEST_LINE = 16 * 1024 * 1024;

/** Lines are batched by what arrived together, so that many short ones cost no turn of the loop each. */
export async function* linesOf(input: Readable, longest = LONGEST_LINE): AsyncGenerator<readonly Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (last: Buffer): Line => {
    number += 1;
    const size = length + last.length;
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    length = 0;
    if (size > longest) return { number, wrong: `longer than ${longest} bytes` };
    try {
      return { number, text: decoder.decode(bytes) };
    } catch {
      return { number, wrong: 'not UTF-8' };
    }
  };
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const lines: Line[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      lines.push(take(bytes.subarray(from, at)));
      from = at + 1;
    }
    const rest = bytes.subarray(from);
    length += rest.length;
    // What is too long is counted, not kept.
    if (length > longest) parts = [];
    else if (rest.length > 0) parts.push(rest);
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [take(Buffer.alloc(0))];
}
