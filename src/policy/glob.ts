/**
 * Does a text match a pattern? Greedy from left to right: after a star, the leftmost place where
 * the next segment fits is always good enough, because what follows a star may begin anywhere
 * later. So there is no backtracking: at worst O(text × pattern), no recursion, no allocation.
 */
import type { Pattern, Segment } from './patterns.ts';

export type Variables = ReadonlyMap<string, string>;

/** `text` from `start` on matches the whole pattern. A variable without value matches nothing. */
export function matches(pattern: Pattern, text: string, start: number, variables: Variables): boolean {
  const { segments } = pattern;
  const length = text.length;
  if (length - start < pattern.minimum) return false;
  let at = matchForward(segments[0] as Segment, text, start, variables);
  if (at < 0) return false;
  const last = segments.length - 1;
  if (last === 0) return at === length;
  const limit = matchBackward(segments[last] as Segment, text, at, variables);
  if (limit < 0) return false;
  for (let i = 1; i < last; i++) {
    at = find(segments[i] as Segment, text, at, limit, variables);
    if (at < 0) return false;
  }
  return true;
}

/** Where the segment ends when it begins at `at`, or -1. */
function matchForward(segment: Segment, text: string, at: number, variables: Variables): number {
  if (segment.text !== undefined) {
    return segment.text === '' || text.startsWith(segment.text, at) ? at + segment.text.length : -1;
  }
  const { atoms } = segment;
  let position = at;
  for (let i = 0; i < atoms.length; i++) {
    const atom = atoms[i] as (typeof atoms)[number];
    if (atom.kind === 'any') {
      if (position >= text.length) return -1;
      position += isPair(text, position) ? 2 : 1;
      continue;
    }
    const part = atom.kind === 'text' ? atom.text : variables.get(atom.name);
    if (part === undefined || !text.startsWith(part, position)) return -1;
    position += part.length;
  }
  return position;
}

/** Where the segment begins, not before `from`, when it ends with the text; or -1. */
function matchBackward(segment: Segment, text: string, from: number, variables: Variables): number {
  let position = text.length;
  if (segment.text !== undefined) {
    position -= segment.text.length;
    return position >= from && text.endsWith(segment.text) ? position : -1;
  }
  const { atoms } = segment;
  for (let i = atoms.length - 1; i >= 0; i--) {
    const atom = atoms[i] as (typeof atoms)[number];
    if (atom.kind === 'any') {
      position -= position >= 2 && isPair(text, position - 2) ? 2 : 1;
    } else {
      const part = atom.kind === 'text' ? atom.text : variables.get(atom.name);
      if (part === undefined) return -1;
      position -= part.length;
      if (position < from || !text.startsWith(part, position)) return -1;
    }
    if (position < from) return -1;
  }
  return position;
}

/** The end of the leftmost place from `at` on where the segment fits before `limit`, or -1. */
function find(segment: Segment, text: string, at: number, limit: number, variables: Variables): number {
  if (segment.text !== undefined) {
    const found = text.indexOf(segment.text, at);
    const end = found + segment.text.length;
    return found >= 0 && end <= limit ? end : -1;
  }
  for (let from = at; from + segment.minimum <= limit; from++) {
    // Never begin inside a surrogate pair: `?` is a whole code point.
    if (from > at && isPair(text, from - 1)) continue;
    const end = matchForward(segment, text, from, variables);
    if (end >= 0 && end <= limit) return end;
  }
  return -1;
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
