import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import { compileDeviceGroups, grantsOf, PolicyError } from '../../src/policy/device-groups.ts';
import { GrantSet } from '../../src/policy/grants.ts';
import cases from './cda.json' with { type: 'json' };

interface Case {
  readonly id: string;
  readonly resource: string;
  readonly valid: boolean;
  readonly variables?: readonly string[];
  readonly note?: string;
}

const codec = loadContract().grantSet;

function groupsWith(resource: string): unknown {
  return {
    formatVersion: '2021-03-05',
    definitions: { g: { selectionRule: 'thingName: *', policyName: 'p' } },
    policies: { p: { s: { operations: ['mqtt:publish'], resources: [resource] } } },
  };
}

describe('policy validation of the reference', () => {
  for (const each of cases.policyValidation as readonly Case[]) {
    it(`${each.id}: ${each.resource}${each.note === undefined ? '' : ` (${each.note})`}`, () => {
      if (!each.valid) {
        expect(() => compileDeviceGroups(groupsWith(each.resource))).toThrow(PolicyError);
        return;
      }
      const [policy] = compileDeviceGroups(groupsWith(each.resource)).policies;
      if (policy === undefined) throw new Error('the policy is used');
      const set = GrantSet.fromGrants(codec, {
        requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
        deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
        grants: grantsOf(policy),
      });
      expect([...set.variables].map((name) => `\${${name}}`)).toEqual(each.variables);
    });
  }
});
