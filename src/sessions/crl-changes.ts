/**
 * An issuer's CRL is another: the sessions of certificates that it lists end. Looks at every certificate with a session
 * once for each change, in slices, and decides most of them by the name of their issuer; sessions that are being opened
 * meanwhile are decided anew.
 */
import type { Pace } from './grants-refresh.ts';
import type { IssuedAs } from './ports.ts';
import type { RevocationFence } from './revocation-fence.ts';
import type { SessionTable } from './session-table.ts';

export interface CrlChangesOptions {
  readonly table: SessionTable;
  readonly fence: RevocationFence;
  readonly pace: Pace;
  /** `why`: for the operator. */
  readonly onRevoked: (certificateId: string, why: string) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Why a certificate is revoked by its issuer; undefined: it is not. */
export type RevokedBy = (certificate: IssuedAs) => string | undefined;

export class CrlChanges {
  readonly #options: CrlChangesOptions;
  #revokedBy: RevokedBy | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: CrlChangesOptions) {
    this.#options = options;
  }

  /** Resolves when every session was looked at with the latest of them. */
  changed(revokedBy: RevokedBy): Promise<void> {
    this.#options.fence.everythingChanged();
    this.#revokedBy = revokedBy;
    this.#running ??= this.#run();
    return this.#running;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    try {
      while (this.#revokedBy !== undefined && !this.#stopped) {
        const revokedBy = this.#revokedBy;
        this.#revokedBy = undefined;
        await this.#walk(revokedBy);
      }
    } finally {
      this.#running = undefined;
    }
  }

  async #walk(revokedBy: RevokedBy): Promise<void> {
    const { pace, table } = this.#options;
    let began = pace.now();
    for (const certificate of table.certificates()) {
      this.#decide(certificate, revokedBy);
      if (pace.now() - began < pace.sliceMs) continue;
      await pace.yield();
      if (this.#stopped) return;
      began = pace.now();
    }
  }
  /** What fails for one certificate ends its sessions: it cannot be told that they may stay. The others' turn comes. */
  #decide(certificate: IssuedAs, revokedBy: RevokedBy): void {
    const { onFault, onRevoked } = this.#options;
    let why: string | undefined;
    try {
      why = revokedBy(certificate);
    } catch (error) {
      onFault('a certificate could not be held against a new CRL', error);
      why = 'it could not be held against a new CRL';
    }
    if (why !== undefined) onRevoked(certificate.id, why);
  }
}
