import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { RELEASE } from '../../src/release.ts';

it('the release constants agree with package.json, and are not of the future', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  expect(RELEASE.version).toBe(version);
  expect(RELEASE.date).toBeLessThan(Date.now());
});
