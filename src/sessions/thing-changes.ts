/**
 * Fetches what changed about things that have live sessions, one after another, and lets their grants follow. A
 * thing that cannot be read is asked for again every second; until then its sessions keep what they have.
 */
import type { Clock } from '../clock.ts';
import type { GrantsRefresh } from './grants-refresh.ts';
import type { ThingsPort } from './ports.ts';
import type { SessionTable } from './session-table.ts';

const RETRY_MS = 1_000;

export interface ThingChangesOptions {
  readonly clock: Clock;
  readonly things: ThingsPort;
  readonly table: SessionTable;
  readonly refresh: GrantsRefresh;
  readonly onFault: (what: string, error: unknown) => void;
}

export class ThingChanges {
  readonly #options: ThingChangesOptions;
  readonly #pending = new Set<string>();
  #running = false;
  #stopped = false;

  constructor(options: ThingChangesOptions) {
    this.#options = options;
  }

  changed(thingName: string): void {
    if (this.#options.table.thing(thingName) === undefined) return;
    this.#pending.add(thingName);
    if (!this.#running) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#pending.clear();
  }

  async #run(): Promise<void> {
    const { clock, onFault, refresh, table, things } = this.#options;
    this.#running = true;
    for (const name of this.#pending) {
      this.#pending.delete(name);
      try {
        const properties = await things.thing(name);
        if (this.#stopped) break;
        // Changed again meanwhile: the next turn has the newer answer. A deleted thing has no sessions.
        const thing = table.thing(name);
        if (this.#pending.has(name) || thing === undefined || properties === undefined) continue;
        thing.properties = properties;
        refresh.thingChanged(thing.sessions.toArray());
      } catch (error) {
        onFault('a changed thing could not be read', error);
        clock.after(RETRY_MS, () => {
          if (!this.#stopped) this.changed(name);
        });
      }
    }
    this.#running = false;
  }
}
