/**
 * Grant sets by id, shared by all sessions. A set is kept only if the SHA-256 of its bytes is its id; each is
 * fetched at most once at a time. Equal combinations share one array, so a session costs a reference. Bounded:
 * what falls out of the cache stays alive in the sessions that use it and is fetched again for others.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { DaemonError } from '../../src/errors.ts';

const MOST_SETS = 1024;

export class GrantSetCache<Grants extends object> {
  readonly #fetch: (id: string) => Promise<Uint8Array>;
  readonly #decode: (id: string, bytes: Uint8Array) => Grants;
  readonly #sets = new LRUCache<string, Grants>({ max: MOST_SETS });
  readonly #combinations = new LRUCache<string, readonly Grants[]>({ max: MOST_SETS });
  readonly #fetching = new Map<string, Promise<Grants>>();

  constructor(fetch: (id: string) => Promise<Uint8Array>, decode: (id: string, bytes: Uint8Array) => Grants) {
    this.#fetch = fetch;
    this.#decode = decode;
  }

  /** Throws when the bytes are not the set of that id. */
  add(id: string, bytes: Uint8Array): Grants {
    const known = this.#sets.get(id);
    if (known !== undefined) return known;
    if (createHash('sha256').update(bytes).digest('hex') !== id) {
      throw new DaemonError('SERVICE_ERROR', `the bytes sent for grant set ${id} do not have that hash`);
    }
    const set = this.#decode(id, bytes);
    this.#sets.set(id, set);
    return set;
  }

  /** All of them if all are at hand, else undefined. */
  peek(ids: readonly string[]): readonly Grants[] | undefined {
    const key = ids.join();
    const known = this.#combinations.get(key);
    if (known !== undefined) return known;
    const sets: Grants[] = [];
    for (const id of ids) {
      const set = this.#sets.get(id);
      if (set === undefined) return undefined;
      sets.push(set);
    }
    this.#combinations.set(key, sets);
    return sets;
  }

  async load(ids: readonly string[]): Promise<readonly Grants[]> {
    const known = this.peek(ids);
    if (known !== undefined) return known;
    const sets = await Promise.all(ids.map((id) => this.#sets.get(id) ?? this.#fetchOnce(id)));
    this.#combinations.set(ids.join(), sets);
    return sets;
  }

  #fetchOnce(id: string): Promise<Grants> {
    const running = this.#fetching.get(id);
    if (running !== undefined) return running;
    const fetching = this.#fetch(id)
      .then((bytes) => this.add(id, bytes))
      .finally(() => this.#fetching.delete(id));
    this.#fetching.set(id, fetching);
    return fetching;
  }
}
