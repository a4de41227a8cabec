import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../src/cli/command.ts';
import { DEVICEAUTHCTL } from '../../src/cli/deviceauthctl.ts';

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

/** Of the command that a text beginning with these words is; undefined: it names none. */
function optionsThere(words: readonly string[]): readonly string[] | undefined {
  const command = DEVICEAUTHCTL.commands
    .filter((spec) => spec.words.every((word, index) => words[index] === word))
    .toSorted((one, other) => other.words.length - one.words.length)[0];
  return command === undefined ? undefined : Object.keys(optionsOf(command));
}

describe('commands in the documents', () => {
  it('have the options that they are given', () => {
    const wrong = documents.flatMap((document) =>
      [...readFileSync(join(root, document), 'utf8').matchAll(/\bdeviceauthctl ([a-z][^\n`|;)]*)/g)].flatMap(
        ([whole, text = '']) => {
          const there = optionsThere(text.split(/\s+/));
          const given = [...text.matchAll(/(?<=\s)--([a-z][a-z-]*)/g)].map((match) => match[1] ?? '');
          return given
            .filter((option) => there !== undefined && !there.includes(option))
            .map((option) => `${document}: ${whole} (--${option})`);
        },
      ),
    );
    expect(wrong).toEqual([]);
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
