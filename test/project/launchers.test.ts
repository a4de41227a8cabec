import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const made: string[] = [];

/** A checkout without node_modules, so without the pinned Node. */
function bareCheckout(): string {
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-launcher-'));
  made.push(directory);
  for (const part of ['bin', 'scripts', 'src', 'proto', 'package.json']) {
    cpSync(join(root, part), join(directory, part), { recursive: true });
  }
  return directory;
}

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A PATH with a shell and its tools but no Node. */
function pathWithoutNode(): string {
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-path-'));
  made.push(directory);
  for (const tool of ['sh', 'readlink', 'dirname', 'uname', 'id', 'cat']) {
    const found = ['/bin', '/usr/bin'].map((place) => join(place, tool));
    const target = found.find((file) => spawnSync('test', ['-x', file]).status === 0);
    if (target !== undefined) symlinkSync(target, join(directory, tool));
  }
  return directory;
}

describe('bin/deviceauthd and bin/deviceauthctl', () => {
  it('run with the pinned Node, whatever Node the machine has', () => {
    const { stdout, status } = spawnSync(join(root, 'bin/deviceauthctl'), ['--version'], {
      encoding: 'utf8',
      env: { PATH: pathWithoutNode() },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
  });

  it('run through a symbolic link, as npm install -g makes', () => {
    const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-link-'));
    made.push(directory);
    symlinkSync(join(root, 'bin/deviceauthctl'), join(directory, 'deviceauthctl'));
    expect(spawnSync(join(directory, 'deviceauthctl'), ['--version']).status).toBe(0);
  });

  it('say so when there is no Node 24 or later, and how to get one', () => {
    const { stderr, status } = spawnSync(join(bareCheckout(), 'bin/deviceauthd'), [], {
      encoding: 'utf8',
      env: { PATH: pathWithoutNode() },
    });
    expect(status).toBe(69);
    expect(stderr).toContain('no Node.js 24 or later found');
    expect(stderr).toMatch(/npm ci|PATH/);
  });

  it('do not use an older Node of the machine', () => {
    const path = pathWithoutNode();
    const old = join(path, 'node');
    mkdirSync(path, { recursive: true });
    spawnSync('sh', ['-c', `printf '#!/bin/sh\\necho 20\\n' >${old}; chmod +x ${old}`]);
    const { stderr, status } = spawnSync(join(bareCheckout(), 'bin/deviceauthd'), [], {
      encoding: 'utf8',
      env: { PATH: path },
    });
    expect(status).toBe(69);
    expect(stderr).toContain('no Node.js 24 or later found');
  });
});
