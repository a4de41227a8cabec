/**
 * `certificate import`: many certificates in one stream. Reading, sending and answers run side by
 * side, no faster than the daemon takes them. Running it again is safe: what is registered is unchanged.
 */
import { stat } from 'node:fs/promises';
import type { ImportResult__Output } from '../../contract/generated/deviceauth/v1/ImportResult.ts';
import type { ImportStream } from '../admin-connection.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT, fileFailure } from '../failure.ts';
import { csvSource } from '../import-csv.ts';
import { directorySource } from '../import-directory.ts';
import type { EntryName, ImportFailure, ImportSource } from '../import-entry.ts';
import { writeWhole } from '../output-files.ts';
import type { Terminal } from '../terminal.ts';
import { printable, write } from '../terminal.ts';
import { json, plural } from '../text.ts';
import { statusOf } from './certificate.ts';

/** More failures than these are counted on the terminal, and listed with `--errors` and `--json`. */
const SHOWN_FAILURES = 100;

export async function importCertificates(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const path = args.operand(0);
  const options = { createThings: args.flag('create-things'), status: statusOf(args.text('status')) };
  const source = (await isDirectory(path))
    ? await directorySource(path, options)
    : await csvSource(path, terminal.stdin, options);
  const progress = await Progress.start(terminal, source.total);
  const run = new ImportRun(source, progress);
  const outcome = await AdminConnection.use(invocation, (daemon) =>
    run.through(daemon.importCertificates()),
  ).finally(() => {
    progress.stop();
    // A pipe that stays open must not keep the process.
    if (path === '-') terminal.stdin.destroy();
  });
  const errors = args.text('errors');
  if (errors !== undefined) {
    await writeWhole({ path: errors, content: errorsCsv(run.failures), mode: 0o644 }, true);
  }
  const failure = outcome instanceof CliFailure ? outcome : undefined;
  // A mistake found before anything was done has no summary.
  if (failure?.exitCode === EXIT.usage && run.registered + run.unchanged + run.unanswered === 0)
    throw failure;
  await report(invocation, run, errors, failure);
  if (outcome === 'interrupted') return EXIT.interrupted;
  if (failure !== undefined) return failure.exitCode;
  return run.failures.length === 0 ? EXIT.ok : EXIT.failed;
}

async function isDirectory(path: string): Promise<boolean> {
  if (path === '-') return false;
  return stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw fileFailure('read', path, error);
    },
  );
}

/** One import: what was sent and not answered yet, what failed, what was counted. */
class ImportRun {
  readonly failures: ImportFailure[] = [];
  registered = 0;
  unchanged = 0;
  /** CA certificates among the devices'. */
  leftOut = 0;
  readonly #source: ImportSource;
  readonly #progress: Progress;
  readonly #waiting = new Map<number, { readonly name: EntryName; readonly progress: number }>();
  readonly #stop = Promise.withResolvers<void>();
  #stopped = false;

  constructor(source: ImportSource, progress: Progress) {
    this.#source = source;
    this.#progress = progress;
  }

  get unanswered(): number {
    return this.#waiting.size;
  }

  /** The failure of the stream is an outcome: what was answered before it still counts. */
  async through(stream: ImportStream): Promise<'finished' | 'interrupted' | CliFailure> {
    const interrupt = (): void => this.#end();
    process.once('SIGINT', interrupt);
    const sending = this.#send(stream).catch((error: unknown) => {
      stream.cancel();
      return error;
    });
    let received: unknown;
    try {
      for await (const result of stream.results) this.#count(result);
    } catch (error) {
      received = error;
      this.#end();
    }
    const sent = await sending;
    process.off('SIGINT', interrupt);
    // Where sending failed because of the stream, it is the stream's failure, told once.
    const failure = sent ?? received;
    if (failure !== undefined && !(failure instanceof CliFailure)) throw failure;
    if (failure !== undefined) return failure;
    return this.#stopped ? 'interrupted' : 'finished';
  }

  /** No more is sent, even while the source keeps us waiting. */
  #end(): void {
    this.#stopped = true;
    this.#stop.resolve();
  }

  async #send(stream: ImportStream): Promise<undefined> {
    const entries = this.#source.entries[Symbol.asyncIterator]();
    while (!this.#stopped) {
      const next = await Promise.race([entries.next(), this.#stop.promise]);
      if (next === undefined || next.done === true) break;
      const entry = next.value;
      if (entry.kind === 'failure') {
        this.#fail(entry.failure, entry.progress);
      } else if (entry.kind === 'left-out') {
        this.leftOut += 1;
      } else {
        this.#waiting.set(entry.name.line, { name: entry.name, progress: entry.progress });
        await stream.send(entry.item);
      }
    }
    stream.finish();
  }

  #count(result: ImportResult__Output): void {
    const sent = this.#waiting.get(result.line);
    if (sent === undefined) return;
    this.#waiting.delete(result.line);
    const { errorReason: reason, errorMessage: message } = result;
    if (reason !== '') {
      const fix = FIXES[reason];
      this.#fail({ ...sent.name, reason, message, ...(fix === undefined ? {} : { fix }) }, sent.progress);
      return;
    }
    if (result.unchanged) this.unchanged += 1;
    else this.registered += 1;
    this.#show(sent.progress);
  }

  #fail(failure: ImportFailure, progress: number): void {
    this.failures.push(failure);
    this.#show(progress);
  }

  #show(progress: number): void {
    this.#progress.show(progress, this.registered + this.unchanged, this.failures.length);
  }
}

const FIXES: Readonly<Record<string, string>> = {
  NOT_FOUND: 'create the thing first, or import with --create-things',
};

/** A bar on a terminal, nothing elsewhere. Never goes back: answers and local failures interleave. */
class Progress {
  readonly #bar: ProgressBar | undefined;
  #furthest = 0;

  private constructor(bar: ProgressBar | undefined) {
    this.#bar = bar;
  }

  static async start(terminal: Terminal, total: number): Promise<Progress> {
    if (!terminal.errorIsTerminal || total === 0) return new Progress(undefined);
    const { default: library } = await import('cli-progress');
    const format = '{bar} {percentage}%  {done} done, {failed} failed  {eta_formatted} left';
    const bar = new library.SingleBar(
      { format, stream: process.stderr, hideCursor: true },
      library.Presets.rect,
    );
    bar.start(total, 0, { done: 0, failed: 0 });
    return new Progress(bar);
  }

  show(progress: number, done: number, failed: number): void {
    this.#furthest = Math.max(this.#furthest, progress);
    this.#bar?.update(this.#furthest, { done, failed });
  }

  stop(): void {
    this.#bar?.stop();
  }
}

interface ProgressBar {
  update(value: number, payload: object): void;
  stop(): void;
}

async function report(
  { terminal, json: asJson }: Invocation,
  run: ImportRun,
  errors: string | undefined,
  failure: CliFailure | undefined,
): Promise<void> {
  const { registered, unchanged, leftOut, unanswered, failures } = run;
  const sorted = failures.toSorted((a, b) => a.line - b.line);
  for (const { line, source, thing, reason, message, fix } of sorted.slice(0, SHOWN_FAILURES)) {
    const where = thing === '' ? source : `${source}, thing ${thing}`;
    const text = `line ${line} (${where}): ${reason}: ${message}`;
    await write(
      terminal.stderr,
      `${printable(text)}\n${fix === undefined ? '' : `  fix:   ${printable(fix)}\n`}`,
    );
  }
  if (sorted.length > SHOWN_FAILURES) {
    const where = errors === undefined ? '--errors FILE lists them all' : `all are in ${errors}`;
    await write(terminal.stderr, `and ${plural(sorted.length - SHOWN_FAILURES, 'more failure')}; ${where}\n`);
  }
  if (failure !== undefined) await write(terminal.stderr, `${printable(failure.message)}\n`);
  if (asJson) {
    const counts = { registered, unchanged, failed: failures.length, leftOut, unanswered };
    const error = failure === undefined ? {} : { error: failure.toJson() };
    await write(terminal.stdout, json({ ...counts, failures: sorted, ...error }));
    return;
  }
  const parts = [
    `${plural(registered, 'certificate')} registered`,
    `${unchanged} unchanged`,
    `${failures.length} failed`,
  ];
  if (leftOut > 0)
    parts.push(`${plural(leftOut, 'CA certificate')} left out (name self-signed ones in a CSV file)`);
  if (unanswered > 0) parts.push(`${unanswered} sent but not answered (importing them again is safe)`);
  await write(terminal.stdout, `${parts.join(', ')}\n`);
}

function errorsCsv(failures: readonly ImportFailure[]): string {
  const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = failures
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, source, thing, reason, message, fix }) => [
      String(line),
      source,
      thing,
      reason,
      message,
      fix ?? '',
    ]);
  return [['line', 'source', 'thing', 'reason', 'message', 'fix'], ...rows]
    .map((row) => `${row.map(quote).join(',')}\n`)
    .join('');
}
