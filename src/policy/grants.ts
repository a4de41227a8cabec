/**
 * Grant sets: the compiled grants of one source document, as they go over the wire, and what a
 * session holds of them.
 *
 * A set is its bytes: the id is their SHA-256, and a set that was made here and one that was
 * fetched decide alike. Nothing of a set ever changes; the index for decisions is made at the
 * first use. Which statement a grant came from is not in the set (see policy-engine.ts).
 */
import { createHash } from 'node:crypto';
import type {
  GrantSet as WireGrantSet,
  GrantSet__Output as WireGrantSetOutput,
} from '../contract/generated/deviceauth/v1/GrantSet.ts';
import type { DecisionReason } from './decision.ts';
import { type DeliveryRule, FORMAT, GrantIndex, type RequestRule, type WireGrants } from './grant-index.ts';
import { parsePattern, variablesOf } from './patterns.ts';

export interface SessionGrants {
  /** Sorted. Equal combinations share one object, so `===` on the array means the same sets. */
  readonly setIds: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: DecisionReason;
}

/** One compiled rule; operation and resource are patterns of the contract's language. */
export interface Grant {
  readonly effect: 'ALLOW' | 'DENY';
  readonly operation: string;
  readonly resource: string;
}

export interface GrantSetInput {
  readonly requestRule: RequestRule;
  readonly deliveryRule: DeliveryRule;
  readonly grants: Iterable<Grant>;
}

/** The part of `Contract['grantSet']` that is needed. */
export interface GrantSetCodec {
  serialize(set: WireGrantSet): Uint8Array;
  deserialize(bytes: Buffer): WireGrantSetOutput;
}

export class GrantSetError extends Error {
  override readonly name = 'GrantSetError';
}

export class GrantSet {
  /** Lower-case hex SHA-256 of `bytes`. */
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly #wire: WireGrants;
  #index: GrantIndex | undefined;
  #variables: ReadonlySet<string> | undefined;
  #keys: ReadonlySet<string> | undefined;

  private constructor(id: string, bytes: Uint8Array, wire: WireGrants) {
    this.id = id;
    this.bytes = bytes;
    this.#wire = wire;
  }

  /** Sorts and removes duplicates. Throws `GrantSetError` for a grant that is no pattern. */
  static fromGrants(codec: GrantSetCodec, input: GrantSetInput): GrantSet {
    const grants = canonical(input.grants);
    for (const { operation, resource } of grants) {
      if (
        parsePattern(operation, 'no-variables') === undefined ||
        parsePattern(resource, 'variables') === undefined
      ) {
        throw new GrantSetError(`not a pattern: ${JSON.stringify(operation)} on ${JSON.stringify(resource)}`);
      }
    }
    const wire = { format: FORMAT, requestRule: input.requestRule, deliveryRule: input.deliveryRule, grants };
    const bytes = codec.serialize(wire);
    return new GrantSet(digest(bytes), bytes, wire);
  }

  /** From what was fetched under this id. Throws `GrantSetError` unless the bytes are what the id says. */
  static fromBytes(codec: GrantSetCodec, id: string, bytes: Uint8Array): GrantSet {
    const actual = digest(bytes);
    if (actual !== id) throw new GrantSetError(`grant set ${id}: the SHA-256 of its bytes is ${actual}`);
    try {
      return new GrantSet(id, bytes, codec.deserialize(Buffer.from(bytes)));
    } catch (cause) {
      throw new GrantSetError(`grant set ${id}: not a GrantSet`, { cause });
    }
  }

  get size(): number {
    return this.#wire.grants.length;
  }

  get index(): GrantIndex {
    this.#index ??= new GrantIndex(this.#wire);
    return this.#index;
  }

  /** Names of the variables that its resources use. */
  get variables(): ReadonlySet<string> {
    if (this.#variables === undefined) {
      const names = new Set<string>();
      for (const { resource } of this.#wire.grants) {
        if (!resource.includes('${')) continue;
        const parsed = parsePattern(resource, 'variables');
        if (parsed !== undefined) for (const name of variablesOf(parsed)) names.add(name);
      }
      this.#variables = names;
    }
    return this.#variables;
  }

  /**
   * Whether everything that these other sets together allow stays allowed when this set takes
   * part too: false only if it denies something that none of them denies.
   */
  deniesOnlyWhat(others: readonly GrantSet[]): boolean {
    const { index } = this;
    if (index.deniesEverything) return others.some((other) => other.index.deniesEverything);
    if (!index.hasDeny) return true;
    return this.#every('deny', (key) => others.some((other) => other.#has(key)));
  }

  /** Every allow of this set is an allow of one of the others as well, read by the same rules. */
  isAllowedBy(others: readonly GrantSet[]): boolean {
    if (this.index.deniesEverything) return true;
    return this.#every('allow', (key) => others.some((other) => other.#has(key)));
  }

  #every(side: 'allow' | 'deny', test: (key: string) => boolean): boolean {
    for (const key of this.#grantKeys()) {
      if (key.startsWith('ALLOW\n') === (side === 'allow') && !test(key)) return false;
    }
    return true;
  }

  #has(key: string): boolean {
    return this.#grantKeys().has(key);
  }

  #grantKeys(): ReadonlySet<string> {
    if (this.#keys === undefined) {
      const { requestRule, deliveryRule, grants } = this.#wire;
      this.#keys = new Set(
        grants.map(({ effect, operation, resource }) =>
          [effect, requestRule, deliveryRule, operation, resource].join('\n'),
        ),
      );
    }
    return this.#keys;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function canonical(grants: Iterable<Grant>): Grant[] {
  const sorted = [...grants].sort(
    (a, b) =>
      compareUtf8(a.effect, b.effect) ||
      compareUtf8(a.operation, b.operation) ||
      compareUtf8(a.resource, b.resource),
  );
  return sorted.filter((grant, i) => {
    const before = sorted[i - 1];
    return (
      before?.effect !== grant.effect ||
      before.operation !== grant.operation ||
      before.resource !== grant.resource
    );
  });
}

/** The order of the UTF-8 bytes, which is that of code points, and not of UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return place(x) - place(y);
  }
  return a.length - b.length;
}

/** Surrogates after the rest of the Basic Multilingual Plane. */
function place(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
