/** One certificate to import, as its source names it, or why it cannot be sent. */
import type { ImportItem } from '../contract/generated/deviceauth/v1/ImportItem.ts';
import type { CliFailure } from './failure.ts';

export interface EntryName {
  /** Of the CSV file, or the number of the file in a directory; unique within one import. */
  readonly line: number;
  /** The file of the certificate, or `inline`. */
  readonly source: string;
  readonly thing: string;
}

export interface ImportFailure extends EntryName {
  readonly reason: string;
  readonly message: string;
  readonly fix?: string;
}

export type ImportEntry =
  | { readonly kind: 'item'; readonly name: EntryName; readonly item: ImportItem; readonly progress: number }
  | { readonly kind: 'failure'; readonly failure: ImportFailure; readonly progress: number }
  /** Not meant to be imported. */
  | { readonly kind: 'left-out'; readonly progress: number };

/** Things to import, in order; `progress` of the last entry reaches `total`, 0 where that is unknown. */
export interface ImportSource {
  readonly total: number;
  readonly entries: AsyncIterable<ImportEntry>;
}

export interface ImportOptions {
  readonly createThings: boolean;
  readonly status: ImportItemStatus;
}

type ImportItemStatus = NonNullable<NonNullable<ImportItem['certificate']>['status']>;

/** `fix` is for failures that have none of their own. */
export function failed(name: EntryName, error: CliFailure, progress: number, fix?: string): ImportEntry {
  const { reason, fix: own = fix } = error.details;
  const failure = { ...name, reason, message: error.message, ...(own === undefined ? {} : { fix: own }) };
  return { kind: 'failure', failure, progress };
}
