/** Which broker the demo runs: the one that was asked for, or Mosquitto when it can be had and Aedes otherwise. */
import { AedesBroker } from './aedes-broker.ts';
import type { DemoBroker, DemoBrokerOptions } from './broker.ts';
import { MosquittoBroker } from './mosquitto-broker.ts';
import {
  type MosquittoParts,
  mosquittoParts,
  NoMosquitto,
  type Surroundings,
  shown,
} from './mosquitto-parts.ts';
import { Problem } from './problem.ts';

export const BROKERS = ['mosquitto', 'aedes'] as const;
export type BrokerName = (typeof BROKERS)[number];

export class BrokerChoice {
  readonly #asked: BrokerName | undefined;
  readonly #parts: MosquittoParts | undefined;
  /** Why it is not Mosquitto. */
  #why: string;

  private constructor(asked: BrokerName | undefined, parts: MosquittoParts | undefined, why: string) {
    this.#asked = asked;
    this.#parts = parts;
    this.#why = why;
  }

  /** Looks, and builds the plugin where that is what is missing; starts nothing. */
  static async make(asked: BrokerName | undefined, surroundings: Surroundings): Promise<BrokerChoice> {
    if (asked === 'aedes') return new BrokerChoice(asked, undefined, 'as asked');
    try {
      return new BrokerChoice(asked, await mosquittoParts(surroundings), '');
    } catch (error) {
      return new BrokerChoice(asked, undefined, reason(asked, error));
    }
  }

  /** The broker, and a line that says which it is and why. */
  async start(options: DemoBrokerOptions): Promise<{ broker: DemoBroker; line: string }> {
    if (this.#parts !== undefined) {
      try {
        const broker = await MosquittoBroker.start(options, this.#parts);
        const { binary, plugin } = this.#parts;
        const [program, object] = [binary, plugin].map((file) => shown(options.places.root, file));
        return { broker, line: `${broker.name} (${program}) with the plugin ${object}` };
      } catch (error) {
        this.#why = reason(this.#asked, error);
      }
    }
    const broker = await AedesBroker.start(options);
    return { broker, line: `${broker.name}, ${this.#why}` };
  }
}

/** Why it is Aedes instead, and what would make it Mosquitto; throws where that will not do. */
function reason(asked: BrokerName | undefined, error: unknown): string {
  if (!(error instanceof NoMosquitto)) throw error;
  if (asked === undefined) return `because ${error.message}; for Mosquitto: ${error.fix}`;
  throw new Problem(`Mosquitto cannot be had: ${error.message}.`, `For Mosquitto: ${error.fix}`);
}
