import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeKeys } from '../../src/config/describe.ts';
import { jsonSchema, markdown } from '../../src/config/documentation.ts';
import { defaultConfiguration } from '../../src/config/load.ts';

const docs = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const keys = describeKeys();

describe('The documentation of the configuration', () => {
  it('is the one made from the schema (npm run generate)', () => {
    expect(docs('configuration.md') === markdown()).toBe(true);
    expect(docs('configuration.schema.json') === jsonSchema()).toBe(true);
  });

  it('has every key of an effective configuration, and says of each what it does', () => {
    const paths = keys.map(({ path }) => path);
    const found = Object.entries(defaultConfiguration()).flatMap(([section, value]) =>
      typeof value === 'object' && section !== 'deviceGroups' && section !== 'listeners'
        ? Object.keys(value).map((name) => `${section}.${name}`)
        : [section],
    );
    const derived = ['certificateAuthority.customCA', 'listeners'];
    const isDocumented = (path: string) =>
      paths.some((each) => each === path || each.startsWith(`${path}.`)) || derived.includes(path);
    expect(found.filter((path) => !isDocumented(path))).toEqual([]);
    for (const key of keys) {
      expect(key.facts.text.length).toBeGreaterThan(20);
      expect(key.facts.text).toMatch(/\.$/);
      expect(markdown()).toContain(`### \`${key.path}\``);
    }
  });

  it('gives every number a range, and every number of a quantity its unit', () => {
    const numbers = keys.filter(({ type }) => type === 'whole number');
    expect(numbers.length).toBeGreaterThan(15);
    for (const { path, range, facts } of numbers) {
      expect(range, path).toMatch(/^\d+ to \d+$/);
      expect(facts.unit !== undefined || path.endsWith('.port'), path).toBe(true);
    }
  });

  it('allows in the JSON Schema what the daemon takes without a word', () => {
    const schema = JSON.parse(jsonSchema()) as { properties: Record<string, { properties?: object }> };
    expect(schema.properties['performance']?.properties).toMatchObject({
      maxActiveAuthTokens: { type: 'integer', minimum: 1, maximum: 2_147_483_646, default: 2500 },
    });
    expect(schema.properties['certificateAuthority']?.properties).toMatchObject({
      caType: { type: 'array', items: { enum: ['RSA_2048', 'ECDSA_P256'] } },
    });
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['deviceGroups', 'listeners', 'ca_type']),
    );
  });
});
