/** What the background refresh is told, and asks of other rooms. Everything is read anew at each use. */

export interface RefreshSettings {
  /** `cloud.refreshIntervalHours`; 0: nothing is asked unless an operator wants it. */
  readonly intervalHours: number;
  /** `cloud.forgetUnassociated`. */
  readonly forgetUnassociated: boolean;
  /** How many questions it may ask in a second; 0: no limit. */
  readonly questionsPerSecond: number;
  readonly clockSkewSeconds: number;
  readonly trustDurationMinutes: number;
}

/** What goes on at the verifier. */
export interface Surroundings {
  /** Questions of devices wait for their turn: the refresh asks next to none meanwhile. */
  busy(): boolean;
  /** The verifier is known to be out of reach. */
  down(): boolean;
  /** Tells each time that it is in reach again; the answer ends it. */
  onUp(listener: () => void): () => void;
}

export type AssociatedThings =
  | { readonly kind: 'answered'; readonly value: ReadonlySet<string> }
  /** One sentence for the operator. */
  | { readonly kind: 'trouble'; readonly message: string };

/** Which things belong to this core, as the cloud has it. */
export interface Associations {
  list(signal: AbortSignal): Promise<AssociatedThings>;
}

/** For operators. Times are the wall clock's, in milliseconds. */
export interface RefreshStatus {
  readonly name: 'refresh';
  /** `off`: nothing is asked by itself. `waiting`: for its turn. `done`: until `nextAt`. */
  readonly state: 'off' | 'waiting' | 'running' | 'done';
  /** One line. */
  readonly detail: string;
  /** Of the run under way or the last one; undefined: none yet. */
  readonly startedAt: number | undefined;
  readonly succeededAt: number | undefined;
  readonly nextAt: number | undefined;
  /** In a row. */
  readonly failures: number;
  /** Why the last one failed; empty when it did not. */
  readonly lastError: string;
}
