/**
 * Structured logs: one JSON object a line. Every line passes the redaction on its way out, so no
 * PEM, token or password is written wherever it was hidden (message, nested field, error stack).
 * The level is shared by a logger and all its children and may be changed while running.
 */
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Clock } from '../clock.ts';
import { SystemClock } from '../clock.ts';
import { redactText, redactValue } from './redact.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Fields = Readonly<Record<string, unknown>>;

interface LogMethod {
  (fields: Fields, message: string): void;
  (message: string): void;
}

export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** For what is costly to put together. */
  enabled(level: LogLevel): boolean;
  /** A logger whose lines all carry these fields, such as `correlationId`. */
  child(fields: Fields): Logger;
}

/** The logger of the whole process. */
export interface RootLogger extends Logger {
  setLevel(level: LogLevel): void;
  readonly level: LogLevel;
  /** Writes what is still buffered, at once. For the end of the process. */
  flush(): void;
}

export interface LoggerOptions {
  readonly level?: LogLevel;
  /** Where lines go, each with its newline; the default is standard output, buffered and never blocking. */
  readonly write?: (line: string) => void;
  readonly clock?: Clock;
}

/** At most this much may wait for a slow reader of standard output; what is more is dropped. */
const MAX_BUFFERED = 16 * 1024 * 1024;

/** Sixteen hex digits; not a UUID, so that no redaction takes it for a token. */
export function newCorrelationId(): string {
  return randomBytes(8).toString('hex');
}

export function createLogger(options: LoggerOptions = {}): RootLogger {
  const clock = options.clock ?? new SystemClock();
  const output = options.write === undefined ? standardOutput() : { write: options.write, flush: () => {} };
  const logger = pino(
    {
      level: 'trace',
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
    },
    { write: (line: string) => output.write(redactLine(line)) },
  );
  const gate = new LevelGate(options.level ?? 'info');
  return Object.assign(new GatedLogger(logger, gate), { flush: () => output.flush() });
}

/** Redacts one serialized line: as text when nothing in it looks secret, otherwise value by value. */
export function redactLine(line: string): string {
  if (!MAY_HOLD_SECRET.test(line)) return line;
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`;
  } catch {
    return `${JSON.stringify({ level: 'error', msg: redactText(line) })}\n`;
  }
}

const MAY_HOLD_SECRET =
  /-----|[A-Za-z0-9+/]{60}|[0-9a-f]{8}-[0-9a-f]{4}-4|:\/\/|pass(?:word|phrase|wd)|secret|private_?key|pin|authorization|tokens?"|"Buffer"/i;

function standardOutput(): { write(line: string): void; flush(): void } {
  const stream = pino.destination({ dest: 1, sync: false, maxLength: MAX_BUFFERED });
  // A closed pipe must not end the daemon.
  stream.on('error', () => {});
  return {
    write: (line) => {
      stream.write(line);
    },
    flush: () => {
      try {
        stream.flushSync();
      } catch {
        // Nobody reads standard output any more.
      }
    },
  };
}

class LevelGate {
  level: LogLevel;

  constructor(level: LogLevel) {
    this.level = level;
  }

  opens(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.level);
  }
}

class GatedLogger implements Omit<RootLogger, 'flush'> {
  readonly #pino: pino.Logger;
  readonly #gate: LevelGate;
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;

  constructor(logger: pino.Logger, gate: LevelGate) {
    this.#pino = logger;
    this.#gate = gate;
    this.trace = this.#method('trace');
    this.debug = this.#method('debug');
    this.info = this.#method('info');
    this.warn = this.#method('warn');
    this.error = this.#method('error');
    this.fatal = this.#method('fatal');
  }

  get level(): LogLevel {
    return this.#gate.level;
  }

  setLevel(level: LogLevel): void {
    this.#gate.level = level;
  }

  enabled(level: LogLevel): boolean {
    return level !== 'silent' && this.#gate.opens(level);
  }

  child(fields: Fields): Logger {
    return new GatedLogger(this.#pino.child(fields), this.#gate);
  }

  #method(level: Exclude<LogLevel, 'silent'>): LogMethod {
    return (first: Fields | string, message?: string): void => {
      if (!this.#gate.opens(level)) return;
      if (typeof first === 'string') this.#pino[level](first);
      else this.#pino[level](first, message);
    };
  }
}
