/**
 * How a command ends. Every way a verb can go wrong is a `CliFailure`, printed in one place; anything
 * else that is thrown is a defect and is printed with its stack.
 */

export const EXIT = {
  ok: 0,
  /** The daemon refused, or a part of the work failed. */
  failed: 1,
  /** The command line, the configuration or the input is wrong: nothing was done. */
  usage: 2,
  /** No answer from the daemon. */
  unreachable: 3,
  interrupted: 130,
} as const;

export interface Problem {
  readonly path: string;
  readonly value: unknown;
  readonly rule: string;
}

export interface FailureDetails {
  /** For programs; the daemon's ErrorReason where it is the daemon's. */
  readonly reason: string;
  readonly exitCode: number;
  /** The option, operand or field that is wrong. */
  readonly field?: string | undefined;
  /** What to do about it, as an instruction. */
  readonly fix?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** What is wrong with a document, item by item. */
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly details: FailureDetails;

  constructor(message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.details = details;
  }

  get exitCode(): number {
    return this.details.exitCode;
  }

  /** The same failure ending the process another way: `explain` knows only 0, 1 and 2. */
  withExitCode(exitCode: number): CliFailure {
    return new CliFailure(this.message, { ...this.details, exitCode });
  }

  /** The value of `error` in `--json` output. */
  toJson(): Record<string, unknown> {
    const { reason, field, fix, retryAfterMs, problems } = this.details;
    return {
      reason,
      message: this.message,
      ...(field === undefined ? {} : { field }),
      ...(fix === undefined ? {} : { fix }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(problems === undefined ? {} : { problems }),
    };
  }

  /** For a person: what, then field, problems and fix, one to a line. */
  toText(): string {
    const { field, fix, retryAfterMs, problems } = this.details;
    const lines = [this.message];
    if (field !== undefined) lines.push(`  field: ${field}`);
    for (const { path, value, rule } of problems ?? []) {
      lines.push(`  ${path === '' ? '(the whole file)' : path}: ${rule}${shownValue(value)}`);
    }
    if (retryAfterMs !== undefined) lines.push(`  retry: after ${Math.ceil(retryAfterMs / 1000)} s`);
    if (fix !== undefined) lines.push(`  fix:   ${fix}`);
    return lines.join('\n');
  }
}

const LONGEST_VALUE = 60;

/** ` (is "x")`, cut to a readable length; nothing for a value that is absent or null. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = JSON.stringify(value) ?? String(value);
  return ` (is ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text})`;
}

export function usage(message: string, fix?: string): CliFailure {
  return new CliFailure(message, { reason: 'USAGE', exitCode: EXIT.usage, fix });
}

/** A file that cannot be read or written, with the reason a person understands. */
export function fileFailure(doing: string, file: string, error: unknown): CliFailure {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN';
  const why = FILE_ERRORS[code] ?? (error instanceof Error ? error.message : String(error));
  return new CliFailure(`cannot ${doing} ${file}: ${why}`, {
    reason: 'FILE',
    exitCode: EXIT.usage,
    cause: error,
  });
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
};
