/** The sinks of the configuration: begun, ended and begun anew as it changes. */
import { FileSink, type FileSinkParts, type FileSinkSettings } from './file-sink.ts';

export interface FileSinksParts extends Omit<FileSinkParts, 'onProblem'> {
  /** Undefined: all is well again, or the sink is gone. */
  readonly onProblem: (sink: string, problem: string | undefined) => void;
}

export class FileSinks {
  readonly #parts: FileSinksParts;
  readonly #running = new Map<string, { readonly settings: string; readonly sink: FileSink }>();
  #changes: Promise<void> = Promise.resolve();

  constructor(parts: FileSinksParts) {
    this.#parts = parts;
  }

  /** Resolves when those that are no longer as configured have ended. */
  apply(sinks: Readonly<Record<string, FileSinkSettings>>): Promise<void> {
    const applied = this.#changes.then(() => this.#apply(sinks));
    // One that fails does not keep the next from being tried.
    this.#changes = applied.catch(() => undefined);
    return applied;
  }

  stop(): Promise<void> {
    return this.apply({});
  }

  async #apply(sinks: Readonly<Record<string, FileSinkSettings>>): Promise<void> {
    for (const [name, { settings, sink }] of this.#running) {
      const wanted = sinks[name];
      if (wanted !== undefined && JSON.stringify(wanted) === settings) continue;
      this.#running.delete(name);
      await sink.stop();
      this.#parts.onProblem(name, undefined);
    }
    for (const [name, settings] of Object.entries(sinks)) {
      if (this.#running.has(name)) continue;
      const { onProblem, ...parts } = this.#parts;
      const sink = new FileSink(name, settings, {
        ...parts,
        onProblem: (problem) => onProblem(name, problem),
      });
      this.#running.set(name, { settings: JSON.stringify(settings), sink });
    }
  }
}
