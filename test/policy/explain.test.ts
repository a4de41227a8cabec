// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import type { Explanation } from '../../src/policy/decision.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { PolicyEngine } from '../../src/policy/policy-engine.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';

const engine = new PolicyEngine({ codec: loadContract().grantSet, clock: new ManualClock() });

function explain(config: unknown, thingName: string, operation: string, resource: string): Explanation {
  engine.apply(compileDeviceGroups(config));
  const device = { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
  return engine.explain(device, operation, resource);
}

const config = {
  definitions: {
    sensors: { selectionRule: 'thingName: sensor*', policyName: 'sense' },
    admins: { selectionRule: 'thingName: admin', policyName: 'all' },
  },
  policies: {
    sense: {
      send: {
        operations: ['mqtt:publish'],
        resources: ['mqtt:topic:hum/#', 'mqtt:topic:temp/${iot:Connection.Thing.ThingName}/*'],
      },
      listen: { operations: ['mqtt:subscribe'], resources: ['mqtt:topicfilter:cmd/*'] },
    },
    all: { everything: { operations: ['*'], resources: ['*'] } },
  },
};

describe('an explanation', () => {
  it('names the statement that allows, and its resource as written', () => {
    expect(explain(config, 'sensor1', 'mqtt:publish', 'mqtt:topic:temp/sensor1/a')).toEqual({
      allowed: true,
      reason: 'ALLOWED',
      summary:
        'Allowed: statement "send" of policy "sense" allows mqtt:publish on mqtt:topic:temp/sensor1/a through group "sensors" (mqtt:topic:temp/${iot:Connection.Thing.ThingName}/*).',
      decidedBy: {
        source: 'deviceGroups',
        group: 'sensors',
        policy: 'sense',
        statement: 'send',
        effect: 'ALLOW',
        resource: 'mqtt:topic:temp/${iot:Connection.Thing.ThingName}/*',
      },
      nearest: [],
    });
  });

  it('shows the group that would have allowed and why the thing is not in it', () => {
    const { nearest, summary } = explain(config, 'sensor1', 'mqtt:publish', 'mqtt:topic:temp/sensor2/a');
    expect(summary).toContain('group "sensors"');
    expect(nearest[0]).toMatchObject({
      kind: 'group',
      group: 'admins',
      policy: 'all',
      statement: 'everything',
    });
    expect(nearest[0]?.detail).toContain('"sensor1" is not "admin"');
  });

  it('shows statements whose resource came close, and how far', () => {
    const { nearest } = explain(config, 'sensor1', 'mqtt:publish', 'mqtt:topic:temp/sensor2/a');
    expect(nearest[1]).toMatchObject({
      kind: 'resource',
      group: 'sensors',
      policy: 'sense',
      statement: 'send',
    });
    expect(nearest[1]?.detail).toContain('alike up to "mqtt:topic:temp/sensor"');
  });

  it('tells that # is no wildcard in a policy', () => {
    const { nearest } = explain(config, 'sensor1', 'mqtt:publish', 'mqtt:topic:hum/1');
    expect(nearest.some(({ detail }) => detail.includes('# is an ordinary character'))).toBe(true);
  });

  it('shows statements whose resource matches under another operation', () => {
    const { nearest } = explain(config, 'sensor1', 'mqtt:connect', 'mqtt:topicfilter:cmd/1');
    expect(nearest.find(({ kind }) => kind === 'operation')).toMatchObject({ statement: 'listen' });
  });

  it('explains delivery by what may be subscribed to', () => {
    expect(explain(config, 'sensor1', 'mqtt:receive', 'mqtt:topic:cmd').decidedBy).toMatchObject({
      statement: 'listen',
      resource: 'mqtt:topicfilter:cmd/*',
    });
    const { allowed, nearest } = explain(config, 'sensor1', 'mqtt:receive', 'mqtt:topic:cme/1');
    expect(allowed).toBe(false);
    expect(nearest.map(({ kind }) => kind)).toEqual(['group', 'resource']);
  });

  it.each([
    ['mqtt', 'mqtt:topic:a', 'operation "mqtt" is malformed'],
    ['mqtt:publish', 'mqtt:a', 'resource "mqtt:a" is malformed'],
    ['mqtt:publish', 'foo:topic:a', 'different services'],
    ['mqtt:receive', 'mqtt:topic:a/#', 'valid topic name'],
    ['mqtt:receive', 'mqtt:clientId:a', 'valid topic name'],
  ])('says what is wrong with %s on %s', (operation, resource, detail) => {
    const { nearest, allowed } = explain(config, 'sensor1', operation, resource);
    expect(allowed).toBe(false);
    expect(nearest).toHaveLength(1);
    expect(nearest[0]?.kind).toBe('request');
    expect(nearest[0]?.detail).toContain(detail);
  });

  it('says when the thing is in no group', () => {
    expect(explain({}, 'x', 'mqtt:publish', 'mqtt:topic:a').summary).toBe(
      'Denied: thing "x" is in no device group.',
    );
  });

  it('is never longer than ten near misses', () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [
        `g${i}`,
        { selectionRule: `thingName: ${i % 2 ? 'x' : 't'}`, policyName: `p${i % 4}` },
      ]),
    );
    const statement = (resource: string): unknown => ({ operations: ['m:o'], resources: [resource] });
    const near = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`s${i}`, statement(`m:t:a${i}`)]));
    const policies = { p0: near, p1: { s: statement('*') }, p2: near, p3: { s: statement('*') } };
    const { nearest } = explain({ definitions, policies }, 't', 'm:o', 'm:t:a');
    expect(nearest).toHaveLength(10);
    expect(nearest.filter(({ kind }) => kind === 'group')).toHaveLength(5);
  });

  it('agrees with the decision, always', () => {
    const text = (...parts: string[]): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...parts), { maxLength: 4 }).map((some) => some.join(''));
    const thing = '${iot:Connection.Thing.ThingName}';
    const statement = fc.record({
      operations: fc.array(fc.constantFrom('mqtt:publish', 'mqtt:subscribe', 'mqtt:*', '*', 'mqtt:receive'), {
        maxLength: 2,
      }),
      resources: fc.array(
        fc.oneof(
          text('a', '/', '*', '*', '?', thing, '😀').map((tail) => `mqtt:topic:${tail}`),
          text('a', '/', '*', '*', '+', '#', thing).map((tail) => `mqtt:topicfilter:${tail}`),
          text('*', '*', 'm', ':', 'a'),
        ),
        { maxLength: 3 },
      ),
    });
    const policy = fc.dictionary(fc.constantFrom('s', 't'), statement, { minKeys: 1, maxKeys: 2 });
    const rule = fc.constantFrom('thingName: *', 'thingName: *', 'thingName: a', 'thingName: b');
    const request = fc.tuple(
      fc.constantFrom('mqtt:publish', 'mqtt:receive', 'mqtt:subscribe', 'bad'),
      text('a', '/', '😀', '?').map((name) => `mqtt:topic:${name}`),
    );
    let allowed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(rule, policy), { maxLength: 3 }),
        request,
        (some, [operation, resource]) => {
          const explanation = explain(
            {
              definitions: Object.fromEntries(
                some.map(([selectionRule], i) => [`g${i}`, { selectionRule, policyName: `p${i}` }]),
              ),
              policies: Object.fromEntries(some.map(([, statements], i) => [`p${i}`, statements])),
            },
            'a',
            operation,
            resource,
          );
          const device = { thingName: 'a', clientId: 'a', thingType: '', attributes: {}, groups: [] };
          const decision = engine.evaluate(engine.grantsFor(device), operation, resource);
          if (decision.allowed) allowed++;
          expect(explanation.allowed).toBe(decision.allowed);
          expect(explanation.reason).toBe(decision.reason);
          expect(explanation.decidedBy !== undefined).toBe(decision.allowed);
          expect(explanation.nearest.length).toBeLessThanOrEqual(10);
        },
      ),
      runs(),
    );
    expect(allowed).toBeGreaterThan(runs().numRuns / 30);
  });
});
