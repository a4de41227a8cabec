/** Lists that come in pages: text is printed page by page, JSON as one document at the end. */
import type { Invocation } from './command.ts';
import { write } from './terminal.ts';
import { json, plural, table } from './text.ts';

export const PAGE_SIZE = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

export interface Listing<T> {
  /** Of the JSON document: the contract's field. */
  readonly field: string;
  readonly noun: string;
  readonly head: readonly string[];
  readonly row: (item: T) => readonly string[];
  readonly page: (pageToken: string, pageSize: number) => Promise<Page<T>>;
}

/** Prints up to `limit` items. */
export async function printList<T>(
  { terminal, json: asJson }: Invocation,
  listing: Listing<T>,
  limit: number,
): Promise<void> {
  const kept: T[] = [];
  let count = 0;
  let token = '';
  do {
    const { items, nextPageToken } = await listing.page(token, Math.min(PAGE_SIZE, limit - count));
    if (asJson) {
      kept.push(...items);
    } else if (items.length > 0) {
      const head = count === 0 ? listing.head : [];
      await write(terminal.stdout, table(head, items.map(listing.row), terminal.columns));
    }
    count += items.length;
    token = nextPageToken;
  } while (token !== '' && count < limit);
  if (asJson) {
    await write(terminal.stdout, json({ [listing.field]: kept, nextPageToken: token }));
    return;
  }
  if (count === 0) await write(terminal.stderr, `no ${listing.noun}s\n`);
  if (token !== '')
    await write(terminal.stderr, `the first ${plural(count, listing.noun)}; there are more\n`);
}
