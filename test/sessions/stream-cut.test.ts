import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceGroupsDocument } from '../../src/policy/device-groups.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { runs } from '../support/runs.ts';
import { everyoneMay, groups, Room, StepPace } from './room.ts';
import { SimulatedPlugin } from './simulated-plugin.ts';

const DOCUMENTS: readonly DeviceGroupsDocument[] = [
  everyoneMay('x'),
  everyoneMay('x', 'y'),
  everyoneMay('OWN/z'),
  groups({ a: { rule: 'thingName: a', topics: ['x'] }, b: { rule: 'thingName: b', topics: ['y', 'OWN'] } }),
].map(compileDeviceGroups);

const client = fc.constantFrom('a', 'b', 'c', 'd');
const which = fc.nat(5);
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('open' as const), client }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), which }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('down' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('up' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'connect' as const, 'connect' as const) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revoke' as const), client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('policy' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('slice' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('capacity' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 20, 59) }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

class Simulation {
  readonly pace = new StepPace(2);
  readonly room = new Room({ pace: this.pace });
  readonly plugin = new SimulatedPlugin(this.room);
  #recomputing: Promise<void> = Promise.resolve();

  constructor() {
    Object.assign(this.room.settings, { minimumHeldSeconds: 0, maxPerClientId: 2, maxActiveAuthTokens: 6 });
  }

  async do(action: Command): Promise<void> {
    const { plugin, room } = this;
    if (action.kind === 'open') await plugin.open(action.client);
    else if (action.kind === 'answer') plugin.deliverAnswer(action.which);
    else if (action.kind === 'down') plugin.deliverDown();
    else if (action.kind === 'up') plugin.deliverUp();
    else if (action.kind === 'cut') plugin.cut();
    else if (action.kind === 'connect') plugin.connect();
    else if (action.kind === 'revoke') room.service.revoke({ thingName: action.client });
    else if (action.kind === 'slice') await this.pace.step();
    else if (action.kind === 'drop') plugin.drop(action.which);
    else if (action.kind === 'policy') {
      room.engine.apply(DOCUMENTS[action.which % DOCUMENTS.length]!);
      this.#recomputing = room.service.policyChanged();
    } else if (action.kind === 'capacity') {
      room.settings.maxActiveAuthTokens = action.which + 1;
      room.service.settingsChanged();
    } else if (action.kind === 'wait') {
      plugin.deliverAnswersBefore(room.clock.monotonic() + action.seconds * 1_000);
      room.clock.advance(action.seconds * 1_000);
      plugin.forgetOldEvents();
    }
  }

  /** Everything that is under way arrives; no stream is opened that was not. */
  async settle(): Promise<void> {
    await this.pace.finish();
    await this.#recomputing;
    while (this.plugin.deliverUp() || this.plugin.deliverDown() || this.plugin.deliverAnswer(0));
  }

  /** What the plugin takes to be true and is not. */
  errors(): string[] {
    const { plugin, room } = this;
    const errors: string[] = [];
    for (const [token, { clientId, setIds, variables }] of plugin.held) {
      const device = { thingName: clientId, clientId, thingType: '', attributes: {}, groups: [] };
      const truth = room.engine.grantsFor(device);
      if (!room.knows(token)) errors.push(`a token of ${clientId} is held that is void`);
      else if (
        JSON.stringify([setIds, [...variables]]) !== JSON.stringify([truth.setIds, [...truth.variables]])
      ) {
        errors.push(`grants of ${clientId} are out of date`);
      }
    }
    return errors;
  }
}

describe('an update stream that is cut at any moment', () => {
  it('leaves its broker with the truth as soon as it is back, and with nothing that was revoked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const simulation = new Simulation();
        for (const action of commands) await simulation.do(action);
        if (!simulation.plugin.connected) simulation.plugin.connect();
        await simulation.settle();
        expect(simulation.errors()).toEqual([]);
        // Sessions nobody holds are gone after one more snapshot.
        await simulation.do({ kind: 'wait', seconds: 59 });
        await simulation.do({ kind: 'wait', seconds: 20 });
        simulation.plugin.connect();
        await simulation.settle();
        expect(simulation.errors()).toEqual([]);
        expect(simulation.room.service.stats().active).toBe(simulation.plugin.held.size);
      }),
      runs(),
    );
  });
});
