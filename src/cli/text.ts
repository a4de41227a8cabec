/**
 * Text for a person: tables that fit the terminal, lists of fields, times. Where standard output is no
 * terminal nothing is cut or wrapped, so that `grep` and `awk` see whole values on one line.
 */
import Table from 'cli-table3';
import { printable } from './terminal.ts';

const GAP = '  ';
const NARROWEST_COLUMN = 8;
const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

/** `head` is left out when empty: the further pages of one table. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
): string {
  const clean = rows.map((row) => row.map((cell) => printable(cell === '' ? '-' : cell)));
  const all = head.length === 0 ? clean : [head, ...clean];
  const natural = naturalWidths(all);
  const text = columns === undefined ? aligned(all, natural) : drawn(all, fitWidths(natural, columns));
  return `${text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** Whole cells on one line each: a hundred thousand rows into a file or a pipe take no time. */
function aligned(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(GAP)).join('\n');
}

function drawn(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  const drawing = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  for (const row of rows) {
    drawing.push(
      row.map((cell, index) => ({ content: breakInto(cell, widths[index] ?? cell.length).join('\n') })),
    );
  }
  return drawing.toString();
}

/** Names to the left, values to the right; an empty value shows as `-`, further lines of one are indented. */
export function fields(
  rows: readonly (readonly [string, string | readonly string[]])[],
  columns?: number | undefined,
): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const room = columns === undefined ? Number.POSITIVE_INFINITY : columns - width - GAP.length;
  return rows
    .map(([name, value]) => {
      const lines = typeof value === 'string' ? [value] : value.length === 0 ? [''] : value;
      const shown = lines.flatMap((line) => breakInto(printable(line === '' ? '-' : line), room));
      return `${name.padEnd(width)}${GAP}${shown.join(`\n${' '.repeat(width)}${GAP}`)}\n`;
    })
    .join('');
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  return widths;
}

/** Takes from the widest column until all fit. */
function fitWidths(widths: readonly number[], columns: number): number[] {
  const fitted = [...widths];
  const room = columns - GAP.length * (fitted.length - 1);
  for (;;) {
    const excess = fitted.reduce((sum, width) => sum + width, 0) - room;
    const widest = Math.max(...fitted);
    if (excess <= 0 || widest <= NARROWEST_COLUMN) return fitted;
    const second = Math.max(0, ...fitted.filter((width) => width < widest));
    fitted[fitted.indexOf(widest)] = Math.max(NARROWEST_COLUMN, second, widest - excess);
  }
}

/** Lines of at most `width` characters, broken at spaces where there are any. */
function breakInto(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > 0 ? space : width;
    lines.push(rest.slice(0, at));
    rest = rest.slice(space > 0 ? at + 1 : at);
  }
  return [...lines, rest];
}

/** `2026-01-31 23:59:59Z`, and nothing for 0: the contract's "there is none". */
export function time(milliseconds: number): string {
  if (milliseconds === 0) return '';
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return String(milliseconds);
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** The day alone, for lists. */
export function day(milliseconds: number): string {
  return time(milliseconds).split(' ')[0] ?? '';
}

/** Enough of a certificate id to name it: every verb takes a prefix of eight characters or more. */
export function shortId(id: string): string {
  return id.slice(0, 16);
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a=1, b=2`, sorted. */
export function pairs(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
