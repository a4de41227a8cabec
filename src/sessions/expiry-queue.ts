/**
 * The certificates of live sessions by the time they expire: a binary heap, in which each certificate knows its
 * position, and one timer for the earliest. A certificate is expired when the trusted clock is past its notAfter
 * (which has the tolerated skew in it). Clocks jump, so the timer looks again every 30 s at the latest.
 */
import type { Clock } from '../clock.ts';
import type { TrustedTime } from './ports.ts';
import type { CertificateSessions } from './session.ts';

const LONGEST_WAIT_MS = 30_000;

export interface ExpiryQueueOptions {
  readonly clock: Clock;
  readonly trusted: TrustedTime;
  readonly onExpired: (certificate: CertificateSessions) => void;
}

export class ExpiryQueue {
  readonly #options: ExpiryQueueOptions;
  readonly #heap: CertificateSessions[] = [];
  #cancel: (() => void) | undefined = undefined;

  constructor(options: ExpiryQueueOptions) {
    this.#options = options;
  }

  /** Does nothing for one that is in it already. */
  add(certificate: CertificateSessions): void {
    if (certificate.queuePosition >= 0) return;
    certificate.queuePosition = this.#heap.length;
    this.#heap.push(certificate);
    this.#rise(certificate);
    if (this.#heap[0] === certificate) this.check();
  }

  remove(certificate: CertificateSessions): void {
    const hole = certificate.queuePosition;
    if (hole < 0) return;
    certificate.queuePosition = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === certificate) return;
    this.#place(last, hole);
    this.#rise(last);
    this.#sink(last);
  }

  /** Ends what has expired, and sets the timer anew. */
  check(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const { clock, trusted, onExpired } = this.#options;
    const now = trusted.now();
    for (let first = this.#heap[0]; first !== undefined && first.notAfter < now; first = this.#heap[0]) {
      this.remove(first);
      onExpired(first);
    }
    const next = this.#heap[0];
    if (next === undefined) return;
    const wait = Math.min(Math.max(0, next.notAfter - now + 1), LONGEST_WAIT_MS);
    this.#cancel = clock.after(wait, () => this.check());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #place(certificate: CertificateSessions, position: number): void {
    this.#heap[position] = certificate;
    certificate.queuePosition = position;
  }

  #rise(certificate: CertificateSessions): void {
    for (let position = certificate.queuePosition; position > 0; ) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.notAfter <= certificate.notAfter) break;
      this.#place(parent, position);
      this.#place(certificate, above);
      position = above;
    }
  }

  #sink(certificate: CertificateSessions): void {
    for (let position = certificate.queuePosition; ; ) {
      const left = this.#heap[2 * position + 1];
      const right = this.#heap[2 * position + 2];
      const child =
        right !== undefined && left !== undefined && right.notAfter < left.notAfter ? right : left;
      if (child === undefined || child.notAfter >= certificate.notAfter) break;
      const below = child.queuePosition;
      this.#place(child, position);
      this.#place(certificate, below);
      position = below;
    }
  }
}
