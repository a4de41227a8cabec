import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

describe('a release', () => {
  let directory = '';

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-release-'));
    // What `npm run package` does, elsewhere than in dist/ so that tests can run side by side.
    const build = spawnSync(
      'sh',
      ['scripts/node', '--tool', 'tsc', '-p', 'tsconfig.build.json', '--outDir', join(directory, 'dist')],
      { cwd: root, encoding: 'utf8' },
    );
    expect(build.stdout).toBe('');
    expect(build.status).toBe(0);
    for (const part of ['bin', 'scripts', 'proto', 'package.json', 'node_modules']) {
      symlinkSync(join(root, part), join(directory, part));
    }
  }, 120_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('is compiled JavaScript that runs by itself', () => {
    const main = join(directory, 'dist/src/main.js');
    const run = spawnSync('sh', [join(root, 'scripts/node'), main, 'deviceauthctl', '--version'], {
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/\d+\.\d+\.\d+/);
  });

  it('holds the Aedes package with its types', () => {
    expect(existsSync(join(directory, 'dist/plugins/aedes/index.js'))).toBe(true);
    expect(existsSync(join(directory, 'dist/plugins/aedes/index.d.ts'))).toBe(true);
  });

  it('holds the units, with their drop-ins, and what they point to', () => {
    const pack = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const [{ files }] = JSON.parse(pack.stdout) as [{ readonly files: readonly { readonly path: string }[] }];
    const held = files.map(({ path }) => path);
    const units = readdirSync(join(root, 'systemd'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    expect(units.length).toBeGreaterThan(5);
    for (const file of [...units, 'docs/systemd.md', 'bin/deviceauthd', 'scripts/find-node.sh'])
      expect(held).toContain(file);
  });

  it('holds no TypeScript import specifiers', () => {
    const scan = spawnSync(
      'grep',
      ['-rlE', "from '\\.[^']*\\.ts'", join(directory, 'dist'), '--include=*.js'],
      {
        encoding: 'utf8',
      },
    );
    expect(scan.stdout).toBe('');
    expect(readdirSync(join(directory, 'dist')).length).toBeGreaterThan(0);
  });
});
