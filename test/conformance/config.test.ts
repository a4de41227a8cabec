/** The reference's configuration cases (CF-…), through the loader and policy's own check of device groups. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';

interface Case {
  readonly id: string;
  readonly key: string;
  readonly value: unknown;
  readonly effective: unknown;
  readonly note?: string;
}

const file = new URL('./cda.json', import.meta.url);
const { config: cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly config: readonly Case[] };
const load = (document: unknown, previous?: ReturnType<typeof loadConfiguration>['effective']) =>
  loadConfiguration(JSON.stringify(document), { previous, validateDeviceGroups: compileDeviceGroups });

function nested(key: string, value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = key.split('.');
  return { [first]: rest.length === 0 ? value : nested(rest.join('.'), value) };
}

function at(holder: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], holder as unknown);
}

/** A running configuration in which nothing is as it is by default. */
const running = load({
  performance: { maxActiveAuthTokens: 7, cloudRequestQueueSize: 77, maxConcurrentCloudRequests: 3 },
  security: { clientDeviceTrustDurationMinutes: 9 },
  metrics: { aggregatePeriodSeconds: 11 },
  certificateAuthority: { caType: ['ECDSA_P256'] },
  deviceGroups: {
    definitions: { all: { selectionRule: 'thingName: *', policyName: 'p' } },
    policies: { p: { s: { operations: ['mqtt:connect'], resources: ['*'] } } },
  },
}).effective;

describe.each(cases)('$id $key = $value gives $effective', ({ key, value, effective, note }) => {
  const document = nested(key, value);
  const first = load(document);
  const reloaded = load(document, running);

  if (typeof effective === 'number') {
    it('takes the value at a first load and at a reload', () => {
      expect(first.errors).toEqual([]);
      expect(at(first.effective, key)).toBe(effective);
      expect(at(reloaded.effective, key)).toBe(effective);
    });
    it('warns exactly when another value than the one written is used', () => {
      expect(first.warnings.map(({ path }) => path)).toEqual(
        value === null || value === effective ? [] : [key],
      );
    });
  } else if (effective === 'RSA_2048' || effective === 'ECDSA_P256') {
    it('decides the type of the CA', () => {
      expect(first.errors).toEqual([]);
      expect(first.effective.certificateAuthority.caType).toBe(effective);
      expect(reloaded.effective.certificateAuthority.caType).toBe(effective);
    });
    it('warns of a second type and of the deprecated name', () => {
      const isWorthWarning = note !== undefined;
      expect(first.warnings.map(({ path }) => path)).toEqual(isWorthWarning ? [key] : []);
    });
  } else if (typeof effective === 'string' && effective.startsWith('unchanged')) {
    it('keeps the running value on a reload, and takes the default at a first load', () => {
      expect(first.errors).toEqual([]);
      expect(at(first.effective, key)).toBe(at(load({}).effective, key));
      expect(at(reloaded.effective, key)).toBe(at(running, key));
      expect(at(reloaded.effective, key)).not.toBe(at(load({}).effective, key));
      expect(reloaded.warnings.map(({ path }) => path)).toEqual([key]);
    });
  } else if (typeof effective === 'string' && effective.startsWith('service error')) {
    it('is an error, and a reload changes nothing', () => {
      expect(first.errors.length).toBeGreaterThan(0);
      expect(first.errors[0]?.path.startsWith(key.split('.')[0]!)).toBe(true);
      expect(reloaded.errors).toEqual(first.errors);
      expect(reloaded.effective).toBe(running);
    });
  } else if (typeof effective === 'object') {
    it('is not a custom CA', () => {
      expect(first.errors).toEqual([]);
      expect(first.effective.certificateAuthority).toMatchObject(effective as object);
    });
  } else {
    it('is an empty policy, under which nothing is allowed', () => {
      expect(effective).toContain('empty configuration');
      expect(first.errors).toEqual([]);
      expect(reloaded.effective.deviceGroups).toEqual(value);
      expect(first.warnings.length).toBe(Object.keys(value as object).length);
    });
  }
});
