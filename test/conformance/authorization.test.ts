import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { PolicyEngine } from '../../src/policy/policy-engine.ts';
import { ManualClock } from '../support/manual-clock.ts';
import cases from './cda.json' with { type: 'json' };

interface Case {
  readonly id: string;
  readonly policyDocs: unknown;
  readonly session: { readonly type: string; readonly thingName?: string };
  readonly operation: string;
  readonly resource: string;
  readonly allowed?: boolean;
  readonly error?: string;
  readonly note?: string;
}

const codec = loadContract().grantSet;

describe('authorization of the reference', () => {
  for (const each of cases.authorization as readonly Case[]) {
    const title = `${each.id}: ${each.operation} on ${each.resource}${each.note === undefined ? '' : ` (${each.note})`}`;
    if (each.session.type !== 'thing') {
      it.skip(`${title}: about tokens, in sessions.test.ts`, () => {});
      continue;
    }
    it(title, () => {
      const engine = new PolicyEngine({ codec, clock: new ManualClock() });
      engine.apply(compileDeviceGroups(each.policyDocs));
      const thingName = each.session.thingName ?? '';
      const device = { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
      const decision = engine.evaluate(engine.grantsFor(device), each.operation, each.resource);
      const explanation = engine.explain(device, each.operation, each.resource);
      expect(explanation.allowed).toBe(decision.allowed);
      if (each.error !== undefined) {
        // The endpoints make INVALID_ARGUMENTS of it, where the reference has a ServiceError.
        expect(decision).toEqual({ allowed: false, reason: 'SERVICE_MISMATCH' });
        return;
      }
      expect(decision.allowed).toBe(each.allowed);
      expect(explanation.decidedBy !== undefined).toBe(each.allowed);
    });
  }

  it('leaves to the sessions only what has no thing', () => {
    const others = (cases.authorization as readonly Case[]).filter(({ session }) => session.type !== 'thing');
    expect(others.map(({ id }) => id)).toEqual(['AZ-116', 'AZ-117', 'AZ-118', 'AZ-119']);
  });
});
