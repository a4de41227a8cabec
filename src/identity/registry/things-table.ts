/** SQL of things. Within the transaction of whoever calls; the rules are the registry's. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberOf, pageOf, type Row, textOf } from './rows.ts';
import type { Page, PageRequest, Thing } from './store.ts';
import { nameless } from './validation.ts';

/** After every character a thing name may have. */
const AFTER_ALL = '\x7f';

export class ThingsTable {
  readonly #find: StatementSync;
  readonly #page: StatementSync;
  readonly #each: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT * FROM things WHERE name = ?');
    this.#page = database.prepare(
      'SELECT * FROM things WHERE name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?',
    );
    this.#each = database.prepare('SELECT * FROM things');
    this.#insert = database.prepare('INSERT INTO things VALUES (?, ?, ?, ?, ?)');
    this.#update = database.prepare(
      'UPDATE things SET type = ?, attributes = ?, thing_groups = ? WHERE name = ?',
    );
    this.#delete = database.prepare('DELETE FROM things WHERE name = ?');
    this.#count = database.prepare("SELECT value FROM counters WHERE name = 'things'");
  }

  find(name: string): Thing | undefined {
    const row = this.#find.get(name);
    return row === undefined ? undefined : read(row);
  }

  page(page: PageRequest & { readonly prefix?: string }): Page<Thing> {
    const prefix = page.prefix ?? '';
    const rows = this.#page.all(page.after ?? '', prefix, prefix + AFTER_ALL, page.size + 1);
    return pageOf(rows, page.size, read, (thing) => thing.name);
  }

  *each(): Generator<Thing> {
    for (const row of this.#each.iterate()) yield read(row);
  }

  insert(thing: Thing): void {
    this.#insert.run(thing.name, thing.type, json(thing.attributes), json(thing.groups), thing.createdAt);
  }

  update(thing: Thing): void {
    this.#update.run(thing.type, json(thing.attributes), json(thing.groups), thing.name);
  }

  delete(name: string): void {
    this.#delete.run(name);
  }

  count(): number {
    return numberOf(this.#count.get() ?? {}, 'value');
  }
}

function read(row: Row): Thing {
  const attributes = JSON.parse(textOf(row, 'attributes')) as Record<string, string>;
  return {
    name: textOf(row, 'name'),
    type: textOf(row, 'type'),
    attributes: nameless(Object.entries(attributes)),
    groups: JSON.parse(textOf(row, 'thing_groups')) as string[],
    createdAt: numberOf(row, 'created_at'),
  };
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
