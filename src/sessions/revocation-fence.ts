/**
 * Sees that nothing that was taken away while a session was being opened slips through. A verdict is read before
 * the session exists, and a revocation in between finds no session to end; so whoever opens one marks the time
 * before asking, and asks here, in the same tick as it issues, whether a change has crossed it since.
 *
 * Keeps a change only as long as an opening that began before it is under way.
 */
const PRUNE_ABOVE = 1_024;

/** The opening that got it; to be given back with `leave`. */
export interface FenceMark {
  at: number;
}

export class RevocationFence {
  #now = 0;
  #everythingAt = 0;
  readonly #under = new Set<FenceMark>();
  readonly #changes = new Map<string, number>();

  enter(): FenceMark {
    const mark = { at: this.#now };
    this.#under.add(mark);
    return mark;
  }

  /** Before asking again. */
  renew(mark: FenceMark): void {
    mark.at = this.#now;
  }

  leave(mark: FenceMark): void {
    this.#under.delete(mark);
    if (this.#under.size === 0) this.#changes.clear();
  }

  certificateChanged(certificateId: string): void {
    this.#record(`certificate ${certificateId}`);
  }

  thingChanged(thingName: string): void {
    this.#record(`thing ${thingName}`);
  }

  /** What was decided before counts for nobody. */
  everythingChanged(): void {
    this.#now += 1;
    this.#everythingAt = this.#now;
  }

  /** The client id counts as a thing's name: it must not be another's by now. */
  crossed(mark: FenceMark, certificateId: string, thingName: string, clientId: string): boolean {
    const latest = Math.max(
      this.#everythingAt,
      this.#changes.get(`certificate ${certificateId}`) ?? 0,
      this.#changes.get(`thing ${thingName}`) ?? 0,
      this.#changes.get(`thing ${clientId}`) ?? 0,
    );
    return latest > mark.at;
  }

  #record(key: string): void {
    this.#now += 1;
    if (this.#under.size === 0) return;
    this.#changes.set(key, this.#now);
    if (this.#changes.size > PRUNE_ABOVE && this.#now % PRUNE_ABOVE === 0) this.#prune();
  }

  #prune(): void {
    let oldest = this.#now;
    for (const mark of this.#under) oldest = Math.min(oldest, mark.at);
    for (const [key, at] of this.#changes) if (at <= oldest) this.#changes.delete(key);
  }
}
