/**
 * Who the broker components are that call by the nucleus's protocol, and what each may call. Always true:
 * - A token is told once and its hash kept; what is on disk and in memory lets nobody call.
 * - A change counts when it is on disk, and is told then. One that fails has changed nothing.
 * - Whoever looks for a token compares hashes of the same length in constant time, so that how long it takes tells nothing.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closest, distance } from 'fastest-levenshtein';
import type { Clock } from '../clock.ts';
import { DaemonError } from '../errors.ts';
import {
  COMPONENT_OPERATIONS,
  type Component,
  type ComponentChange,
  type ComponentControl,
  type ComponentOperation,
  type ComponentRecord,
  type ComponentStore,
  type ComponentTokens,
  type IssuedToken,
} from './component.ts';

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/;
const MOST = 1_000;
const TOKEN_BYTES = 32;
const LONGEST_TOKEN = 128;
const ALL = '*';
/** As operations are written on the wire. */
const PREFIX = 'aws.greengrass#';
/** Another name is no misspelling. */
const NEAR = 6;

export interface ComponentsOptions {
  readonly store: ComponentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly random?: (bytes: number) => Buffer;
  /** A listener threw; the change stands. */
  readonly onFault?: (error: unknown) => void;
}

export class Components implements ComponentTokens, ComponentControl {
  readonly #options: ComponentsOptions;
  readonly #byName = new Map<string, ComponentRecord>();
  readonly #listeners = new Set<{ readonly tell: (change: ComponentChange) => void }>();
  #changing: Promise<unknown> = Promise.resolve();

  static async open(options: ComponentsOptions): Promise<Components> {
    return new Components(options, await options.store.load());
  }

  private constructor(options: ComponentsOptions, records: readonly ComponentRecord[]) {
    this.#options = options;
    for (const record of records) this.#byName.set(record.name, record);
  }

  componentOf(token: string): Component | undefined {
    if (token.length > LONGEST_TOKEN) return undefined;
    const given = tokenHash(token);
    let found: Component | undefined;
    for (const record of this.#byName.values()) {
      if (timingSafeEqual(given, record.tokenHash)) found = record;
    }
    return found;
  }

  component(name: string): Component | undefined {
    return this.#byName.get(name);
  }

  onChange(listener: (change: ComponentChange) => void): () => void {
    const entry = { tell: listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  list(): readonly Component[] {
    return [...this.#byName.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  async add(name: string, operations: readonly string[]): Promise<IssuedToken> {
    if (!NAME.test(name)) {
      throw invalid('name must be 1 to 128 characters of A-Z a-z 0-9 _ . -, the first no dot');
    }
    const allowed = readOperations(operations);
    return this.#change(async () => {
      if (this.#byName.has(name))
        throw new DaemonError('ALREADY_EXISTS', `there is a component ${name} already`);
      if (this.#byName.size >= MOST) {
        throw new DaemonError(
          'LIMIT_EXCEEDED',
          `there are ${MOST} components, which is as many as there can be`,
        );
      }
      const now = this.#options.clock.now();
      return this.#issue({ name, operations: allowed, createdAt: now });
    });
  }

  async setOperations(name: string, operations: readonly string[]): Promise<Component> {
    const allowed = readOperations(operations);
    return this.#change(async () => {
      const record = { ...this.#known(name), operations: allowed };
      await this.#put(record);
      this.#tell({ kind: 'operations', name });
      return record;
    });
  }

  async renewToken(name: string): Promise<IssuedToken> {
    return this.#change(async () => {
      const issued = await this.#issue(this.#known(name));
      this.#tell({ kind: 'token', name });
      return issued;
    });
  }

  async remove(name: string): Promise<void> {
    return this.#change(async () => {
      this.#known(name);
      await this.#options.store.remove(name);
      this.#byName.delete(name);
      this.#tell({ kind: 'removed', name });
    });
  }

  async #issue(component: Pick<Component, 'name' | 'operations' | 'createdAt'>): Promise<IssuedToken> {
    const { clock, random = randomBytes } = this.#options;
    const token = random(TOKEN_BYTES).toString('base64url');
    const { name, operations, createdAt } = component;
    const record = { name, operations, createdAt, tokenIssuedAt: clock.now(), tokenHash: tokenHash(token) };
    await this.#put(record);
    return { component: record, token };
  }

  async #put(record: ComponentRecord): Promise<void> {
    await this.#options.store.put(record);
    this.#byName.set(record.name, record);
  }

  #known(name: string): ComponentRecord {
    const known = this.#byName.get(name);
    if (known === undefined) throw new DaemonError('NOT_FOUND', `there is no component ${name}`);
    return known;
  }

  /** One after the other. */
  #change<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(task, task);
    this.#changing = done.catch(() => {});
    return done;
  }

  #tell(change: ComponentChange): void {
    for (const { tell } of [...this.#listeners]) {
      try {
        tell(change);
      } catch (error) {
        this.#options.onFault?.(error);
      }
    }
  }
}

function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

function readOperations(given: readonly string[]): ReadonlySet<ComponentOperation> {
  if (given.length === 0)
    throw invalid(`operations must name at least one of ${COMPONENT_OPERATIONS.join(', ')}`);
  if (given.includes(ALL)) {
    if (given.length > 1) throw invalid('operations must be * alone, or names');
    return new Set(COMPONENT_OPERATIONS);
  }
  const named = given.map(readOperation);
  return new Set(COMPONENT_OPERATIONS.filter((operation) => named.includes(operation)));
}

function readOperation(given: string): ComponentOperation {
  const name = given.startsWith(PREFIX) ? given.slice(PREFIX.length) : given;
  const known = COMPONENT_OPERATIONS.find((operation) => operation === name);
  if (known !== undefined) return known;
  const shown = JSON.stringify(name.slice(0, 100));
  const near = name.length < 100 ? closest(name, COMPONENT_OPERATIONS) : '';
  const hint =
    near !== '' && distance(near, name) <= NEAR
      ? `; the nearest is ${near}`
      : `; there are ${COMPONENT_OPERATIONS.join(', ')}`;
  throw invalid(`operations holds ${shown}, which is none${hint}`);
}

function invalid(message: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', message);
}
