import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Entries of cda.json about what is not part of this release. Each is named here, so that none is skipped without a
 * word; the sections that are part of it have test files of their own.
 */
const LATER: Readonly<Record<string, string>> = {};

interface Entry {
  readonly id: string;
  readonly name?: string;
}

const cases = JSON.parse(readFileSync(resolve(import.meta.dirname, 'cda.json'), 'utf8')) as Record<
  string,
  readonly Entry[]
>;

describe('iot-policy.json, which comes with AWS IoT policies in the registry', () => {
  const text = readFileSync(resolve(import.meta.dirname, 'iot-policy.json'), 'utf8');
  const { cases: policies } = JSON.parse(text) as { readonly cases: readonly Entry[] };
  for (const { id } of policies) it.todo(id);
});

describe.each(Object.entries(LATER))('%s, which come with %s', (section) => {
  for (const { id, name = '' } of cases[section] ?? []) it.todo(`${id} ${name}`);
});

it('every section of the case file has its tests, or is named here', () => {
  const tested = [
    'selectionRules',
    'authorization',
    'policyValidation',
    'config',
    'sessions',
    'authentication',
    'backgroundRefresh',
    'certificates',
    'ipc',
    'metrics',
    'cloudQueue',
  ];
  const sections = Object.keys(cases).filter((name) => Array.isArray(cases[name]));
  expect(sections.toSorted()).toEqual([...tested, ...Object.keys(LATER)].toSorted());
});
