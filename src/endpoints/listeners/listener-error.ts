/** A listener that cannot be opened: says which, where, why, and what to do. The daemon does not start without it. */
export class ListenerError extends Error {
  override readonly name = 'ListenerError';
  readonly listener: string;

  constructor(listener: string, message: string, cause?: unknown) {
    super(`listener "${listener}": ${message}`, cause === undefined ? undefined : { cause });
    this.listener = listener;
  }
}
