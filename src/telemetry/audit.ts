/**
 * The audit trail: one JSON object a line for every refusal and for everything an operator
 * changed. Refusals of a device in a loop are limited, and the trail says how many were left out.
 * It goes to a file when one is named (0600, appended, opened again when it was rotated), else
 * through the log with `audit: true`; an event that cannot be written to the file goes to the log,
 * and a finding says so. No secret passes: every line is redacted.
 */
import { closeSync, constants, fchmodSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { Findings } from './findings.ts';
import { type Fields, type Logger, redactLine } from './logger.ts';
import { RefusalLimiter, type SuppressedCount } from './refusal-limiter.ts';
import type { RecordedRefusal } from './refusal-log.ts';
import { sanitize } from './sanitize.ts';

export type AuditKind =
  | 'refusal'
  | 'refusals-suppressed'
  | 'registry'
  | 'session'
  | 'configuration'
  | 'clock'
  | 'certificate'
  | 'daemon';

/** Something that was changed or done, such as `{kind: 'registry', action: 'certificate.revoked', certificateId}`. */
export interface AuditEvent {
  readonly kind: Exclude<AuditKind, 'refusal' | 'refusals-suppressed'>;
  /** `<noun>.<what happened>`. */
  readonly action: string;
  readonly correlationId?: string;
  readonly fields?: Fields;
}

export interface AuditOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly findings: Findings;
  /** Empty: to the log. */
  readonly file?: string;
}

/** Whether the file was rotated is looked at no more often than this. */
const ROTATION_CHECK_MS = 1000;
const FINDING = 'audit.file';

export class AuditLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #findings: Findings;
  readonly #limiter: RefusalLimiter;
  #file: string;
  #descriptor: number | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  constructor(options: AuditOptions) {
    this.#logger = options.logger;
    this.#clock = options.clock;
    this.#findings = options.findings;
    this.#file = options.file ?? '';
    this.#limiter = new RefusalLimiter({
      clock: options.clock,
      report: (count) => this.#reportSuppressed(count),
    });
    this.reopen();
  }

  /** How many refusals were counted instead of written. */
  get suppressed(): number {
    return this.#suppressed;
  }

  refusal(refusal: RecordedRefusal): void {
    const key = refusal.certificateId || refusal.clientId || refusal.listener;
    const { time, repeated: _, ...fields } = refusal;
    if (this.#limiter.admit(key, refusal.reason)) this.#write('refusal', fields, time);
    else this.#suppressed += 1;
  }

  record(event: AuditEvent): void {
    const { kind, action, correlationId, fields = {} } = event;
    this.#write(kind, {
      action,
      ...(correlationId === undefined ? {} : { correlationId }),
      ...clean(fields),
    });
  }

  /** The file of a new configuration. */
  setFile(file: string): void {
    if (file === this.#file) return;
    this.#file = file;
    this.reopen();
  }

  /** After rotation, or on SIGHUP. */
  reopen(): void {
    this.#closeFile();
    this.#checkedAt = this.#clock.monotonic();
    if (this.#file === '') {
      this.#findings.clear(FINDING);
      return;
    }
    try {
      this.#descriptor = openForAppending(this.#file);
      this.#findings.clear(FINDING);
    } catch (error) {
      this.#fail('cannot be opened', error);
    }
  }

  /** Writes what is counted and closes the file. */
  close(): void {
    this.#limiter.flush();
    this.#closeFile();
  }

  #reportSuppressed({ key, reason, count, since, until }: SuppressedCount): void {
    this.#write('refusals-suppressed', {
      device: key,
      lastReason: reason,
      count,
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
    });
  }

  #write(kind: AuditKind, fields: Fields, time = this.#clock.now()): void {
    if (this.#file === '' || !this.#writeToFile(kind, fields, time)) {
      this.#logger.info({ audit: true, kind, ...fields }, sentence(kind, fields));
    }
  }

  #writeToFile(kind: AuditKind, fields: Fields, time: number): boolean {
    this.#followRotation();
    if (this.#descriptor === undefined) return false;
    const line = redactLine(`${JSON.stringify({ time: new Date(time).toISOString(), kind, ...fields })}\n`);
    try {
      writeWhole(this.#descriptor, Buffer.from(line));
      this.#findings.clear(FINDING);
      return true;
    } catch (error) {
      this.#fail('cannot be written', error);
      return false;
    }
  }

  #followRotation(): void {
    const now = this.#clock.monotonic();
    if (now - this.#checkedAt < ROTATION_CHECK_MS) return;
    this.#checkedAt = now;
    if (this.#descriptor === undefined || !isSameFile(this.#descriptor, this.#file)) this.reopen();
  }

  #fail(what: string, error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    this.#findings.raise({
      severity: 'ALARM',
      code: FINDING,
      message: `The audit file ${this.#file} ${what} (${cause}); audit events go to the log until it can.`,
    });
  }

  #closeFile(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function openForAppending(file: string): number {
  const {
    O_APPEND,
    O_CREAT,
    O_WRONLY,
    O_NONBLOCK,
    O_CLOEXEC = 0,
  } = constants as typeof constants & { O_CLOEXEC?: number };
  // O_NONBLOCK: a pipe that nobody reads must not stop the daemon.
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0o600);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is not a file');
    fchmodSync(descriptor, 0o600);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

function isSameFile(descriptor: number, file: string): boolean {
  try {
    const open = fstatSync(descriptor);
    const named = statSync(file);
    return open.ino === named.ino && open.dev === named.dev;
  } catch {
    return false;
  }
}

function clean(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? sanitize(value, 1024) : value,
    ]),
  );
}

function sentence(kind: AuditKind, fields: Fields): string {
  if (kind === 'refusal') return `refused: ${String(fields['reason'])}`;
  if (kind === 'refusals-suppressed')
    return `${String(fields['count'])} more refusals were not written one by one`;
  return String(fields['action']);
}
