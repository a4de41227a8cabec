/** Columns of a row with the type the schema gives them (the tables are STRICT). */
import type { SQLOutputValue } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

/** One page of rows, of which one more than `size` was asked for. */
export function pageOf<T>(
  rows: readonly Row[],
  size: number,
  read: (row: Row) => T,
  key: (item: T) => string,
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const items = rows.slice(0, size).map(read);
  const last = items.at(-1);
  return { items, next: rows.length > size && last !== undefined ? key(last) : undefined };
}
