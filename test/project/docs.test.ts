import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'plugins/aedes/README.md',
  'plugins/emqx/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');

  it('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const missing = targets.filter((target) => !existsSync(resolve(root, dirname(document), target)));
    expect(missing).toEqual([]);
  });

  it('names test files that are there', () => {
    const named = [...text.matchAll(/\btest\/[\w/.-]+\.test\.ts\b/g)].map((match) => match[0]);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('docs/emqx.md', () => {
  it('names everything that `emqx check` can find', () => {
    const checks = join(root, 'src/cli/emqx/checks');
    const codes = readdirSync(checks).flatMap((file) =>
      [...readFileSync(join(checks, file), 'utf8').matchAll(/code: '([a-z-]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    const text = readFileSync(join(root, 'docs/emqx.md'), 'utf8');
    expect([...codes, 'exhook-tls', 'http-tls'].filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});

describe('docs/differences.md', () => {
  it('has a line for every case in which we do otherwise than the reference', () => {
    interface Entry {
      readonly id: string;
      readonly divergence?: boolean;
    }
    const cases = JSON.parse(readFileSync(join(root, 'test/conformance/cda.json'), 'utf8')) as Record<
      string,
      readonly Entry[]
    >;
    const divergent = Object.values(cases)
      .filter((section) => Array.isArray(section))
      .flatMap((section) => section.filter(({ divergence }) => divergence === true).map(({ id }) => id));
    const text = readFileSync(join(root, 'docs/differences.md'), 'utf8');
    expect(divergent.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
  });
});
