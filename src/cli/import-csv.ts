/**
 * A CSV file as certificates to import. The header names the columns; only `certificate` must be
 * there. A row that is wrong is an entry that says so; a file that stops being CSV ends there, because
 * what follows a stray quote cannot be told apart from its contents.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { CsvError } from 'csv-parse';
import { parse } from 'csv-parse';
import { nearestOr } from './arguments.ts';
import { certificateOf, readCertificate } from './certificate-file.ts';
import { CliFailure, EXIT, fileFailure, usage } from './failure.ts';
import type { EntryName, ImportEntry, ImportOptions, ImportSource } from './import-entry.ts';
import { failed } from './import-entry.ts';
import { statusOf } from './verbs/certificate.ts';

export const COLUMNS = [
  'certificate',
  'thing',
  'type',
  'groups',
  'attributes',
  'exclusive',
  'status',
] as const;
type Column = (typeof COLUMNS)[number];
type Row = Readonly<Partial<Record<Column, string>>>;

const LARGEST_RECORD = 256 * 1024;
const FLAGS: Readonly<Record<string, boolean>> = {
  '': false,
  false: false,
  no: false,
  '0': false,
  true: true,
  yes: true,
  '1': true,
};
const STATUSES: readonly string[] = ['active', 'inactive', 'revoked', 'pending-activation'];

/** `-` is standard input. */
export async function csvSource(
  file: string,
  stdin: Readable,
  options: ImportOptions,
): Promise<ImportSource> {
  if (file === '-') return { total: 0, entries: rows(stdin, '.', options) };
  const found = await stat(file).catch((error: unknown) => {
    throw fileFailure('read', file, error);
  });
  return { total: found.size, entries: rows(createReadStream(file), dirname(file), options, file) };
}

async function* rows(
  input: Readable,
  directory: string,
  options: ImportOptions,
  file = 'standard input',
): AsyncGenerator<ImportEntry> {
  let header: readonly Column[] | undefined;
  let end = 0;
  let progress = 0;
  try {
    for await (const { fields, lastLine, bytes } of records(input)) {
      const line = lastLine - fields.join('').split('\n').length + 1;
      end = lastLine;
      progress = bytes;
      if (header === undefined) header = await columnsOf(fields, file);
      else yield await entryOf(fields, header, { line, directory, progress, options });
    }
  } catch (error) {
    if (!isCsvError(error)) throw error instanceof CliFailure ? error : fileFailure('read', file, error);
    const broken = new CliFailure(`from here on it is no CSV: ${error.message}`, {
      reason: 'INVALID_ARGUMENTS',
      exitCode: EXIT.usage,
      fix: 'quote fields that hold quotes, commas or line breaks, double quotes within; then import it again',
    });
    if (header === undefined) throw broken;
    yield failed({ line: end + 1, source: file, thing: '' }, broken, progress);
  } finally {
    input.destroy();
  }
  if (header === undefined) throw usage(`${file} is empty`, headerFix());
}

interface CsvRecord {
  readonly fields: readonly string[];
  readonly lastLine: number;
  /** Of the file, up to the end of the record. */
  readonly bytes: number;
}

/** What was parsed before an error comes out before it is thrown; the parser's own stream would drop it. */
async function* records(input: Readable): AsyncGenerator<CsvRecord> {
  const ready: CsvRecord[] = [];
  let broken: Error | undefined;
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LARGEST_RECORD,
    on_record: (fields: string[], { lines, bytes }) => {
      ready.push({ fields, lastLine: lines, bytes });
      return null;
    },
  });
  parser.on('error', (error) => {
    broken = error;
  });
  parser.resume();
  for await (const chunk of input as AsyncIterable<Buffer>) {
    await new Promise<void>((resolve) => {
      parser.write(chunk, () => resolve());
    });
    yield* ready.splice(0);
    if (broken !== undefined) throw broken;
  }
  const error = await new Promise<Error | undefined>((resolve) => {
    parser.once('error', resolve);
    parser.once('end', () => resolve(undefined));
    parser.end();
  });
  yield* ready.splice(0);
  if (error !== undefined) throw error;
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('CSV_');
}

function headerFix(): string {
  return `the first line names the columns: ${COLUMNS.join(',')}; only the first must be there`;
}

async function columnsOf(record: readonly string[], file: string): Promise<readonly Column[]> {
  const columns: Column[] = [];
  for (const text of record) {
    const name = COLUMNS.find((column) => column === text.toLowerCase());
    if (name === undefined) {
      if (record.length === 1 && text.includes(';'))
        throw usage(`${file}: columns are separated by commas`, headerFix());
      throw usage(
        `${file}: unknown column "${text}"`,
        await nearestOr(text, COLUMNS, (column) => `did you mean "${column}"?`, headerFix()),
      );
    }
    if (columns.includes(name)) throw usage(`${file}: the column "${name}" is there twice`);
    columns.push(name);
  }
  if (!columns.includes('certificate')) throw usage(`${file}: there is no column "certificate"`, headerFix());
  return columns;
}

interface Place {
  readonly line: number;
  readonly directory: string;
  readonly progress: number;
  readonly options: ImportOptions;
}

async function entryOf(
  record: readonly string[],
  header: readonly Column[],
  place: Place,
): Promise<ImportEntry> {
  const row: Row = Object.fromEntries(header.map((column, index) => [column, record[index] ?? '']));
  const { line, directory, progress, options } = place;
  const text = row.certificate ?? '';
  const inline = isInline(text);
  const name: EntryName = { line, source: inline ? 'inline' : text, thing: row.thing ?? '' };
  try {
    if (record.length > header.length) {
      throw wrong(
        `it has ${record.length} fields, the header ${header.length}`,
        'quote fields that hold a comma',
      );
    }
    if (text === '') throw wrong('the certificate is missing', 'give a file name, or the PEM in quotes');
    const certificatePem = inline
      ? certificateOf(Buffer.from(text), 'the certificate column')
      : await readCertificate(resolve(directory, text));
    const item = {
      line,
      certificate: {
        certificatePem,
        status: status(row.status ?? '') ?? options.status,
        thingName: name.thing,
        exclusive: flag(row.exclusive ?? ''),
        createThing: options.createThings && name.thing !== '',
        revive: false,
      },
      thingType: row.type ?? '',
      thingAttributes: attributes(row.attributes ?? ''),
      thingGroups: parts(row.groups ?? ''),
    };
    return { kind: 'item', name, item, progress };
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return failed(name, error, progress, 'file names are relative to the CSV file');
  }
}

/** PEM, or base64 of DER: both are longer than any file name. */
function isInline(text: string): boolean {
  return text.includes('-----BEGIN') || (text.length > 255 && /^MII[A-Za-z0-9+/=\s]+$/.test(text));
}

function parts(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function attributes(text: string): Record<string, string> {
  const pairs = parts(text).map((part): [string, string] => {
    const at = part.indexOf('=');
    if (at < 1) throw wrong(`attributes: "${part}" is not KEY=VALUE`, 'write them as key=value;key=value');
    return [part.slice(0, at), part.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function flag(text: string): boolean {
  const value = FLAGS[text.toLowerCase()];
  if (value === undefined)
    throw wrong(`exclusive: "${text}" is neither true nor false`, 'write true or false');
  return value;
}

function status(text: string): ImportOptions['status'] | undefined {
  if (text === '') return undefined;
  const name = text.toLowerCase().replaceAll('_', '-');
  if (!STATUSES.includes(name)) throw wrong(`status: "${text}" is unknown`, `one of ${STATUSES.join(', ')}`);
  return statusOf(name);
}

function wrong(message: string, fix: string): CliFailure {
  return new CliFailure(message, { reason: 'INVALID_ARGUMENTS', exitCode: EXIT.failed, fix });
}
