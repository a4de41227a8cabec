/** The little that this room asks of a logger; pino's satisfies it. Never a PEM, a key or a token. */
export interface IdentityLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
