/**
 * The policy room as `explain` uses it without a daemon: a `deviceGroups` document compiled once, then
 * asked. The thing is known by its name only.
 */
import { SystemClock } from '../clock.ts';
import { loadContract } from '../contract/index.ts';
import type { Explanation } from '../policy/decision.ts';
import type { Device } from '../policy/device.ts';
import { compileDeviceGroups, PolicyError } from '../policy/device-groups.ts';
import type { Decision } from '../policy/grants.ts';
import { PolicyEngine } from '../policy/policy-engine.ts';
import type { Problem } from './failure.ts';

export class CompiledPolicy {
  readonly #engine: PolicyEngine;

  constructor(engine: PolicyEngine) {
    this.#engine = engine;
  }

  /** There are no groups: everything is denied. */
  get isEmpty(): boolean {
    return this.#engine.document.groups.length === 0;
  }

  /** Operations times resources: what the memory it takes grows with. */
  get grantCount(): number {
    let count = 0;
    for (const { statements } of this.#engine.document.policies) {
      for (const { operations, resources } of statements) count += operations.length * resources.length;
    }
    return count;
  }

  decide(thingName: string, operation: string, resource: string): Decision {
    return this.#engine.evaluate(this.#engine.grantsFor(deviceNamed(thingName)), operation, resource);
  }

  explain(thingName: string, operation: string, resource: string): Explanation {
    return this.#engine.explain(deviceNamed(thingName), operation, resource);
  }
}

function deviceNamed(thingName: string): Device {
  return { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
}

export class PolicyCompiler {
  readonly #codec = loadContract().grantSet;
  readonly #clock = new SystemClock();

  /** The compiled document, or what is wrong with it. */
  compile(deviceGroups: unknown): CompiledPolicy | readonly Problem[] {
    try {
      const engine = new PolicyEngine({ codec: this.#codec, clock: this.#clock });
      engine.apply(compileDeviceGroups(deviceGroups));
      return new CompiledPolicy(engine);
    } catch (error) {
      if (error instanceof PolicyError) return error.problems;
      throw error;
    }
  }
}
