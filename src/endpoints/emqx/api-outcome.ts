/** What a question to EMQX's REST API came to. Only an answer that says so in EMQX's own words is `done` or `absent`. */
export type ApiOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** EMQX has no such client. */
  | { readonly kind: 'absent' }
  /** It does not take the key, or the key's role. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody is there, or nobody who could answer. */
  | { readonly kind: 'unreachable'; readonly why: string }
  /** It is there and failed at this. `definite`: asking the same again is of no use. */
  | { readonly kind: 'trouble'; readonly why: string; readonly definite: boolean }
  /** Whoever asked has gone. */
  | { readonly kind: 'aborted' };

export function done<T>(value: T): ApiOutcome<T> {
  return { kind: 'done', value };
}
