import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsOf } from '../../src/cli/command.ts';
import { DEVICEAUTHCTL } from '../../src/cli/deviceauthctl.ts';
import { deviceauthctl, outcomeOf, start } from './launcher.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('help', () => {
  it('lists every verb within 80 columns', async () => {
    const { code, stdout } = await deviceauthctl(['--help']);
    expect(code).toBe(0);
    for (const { words } of DEVICEAUTHCTL.commands) expect(stdout).toContain(`  ${words.join(' ')} `);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows the options of a verb and an example, however it is asked for', async () => {
    const asked = await Promise.all([
      deviceauthctl(['certificate', 'issue', '--help']),
      deviceauthctl(['certificate', 'issue', '-h']),
      deviceauthctl(['help', 'certificate', 'issue']),
      deviceauthctl(['--help', 'certificate', 'issue']),
    ]);
    for (const { code, stdout, stderr } of asked) {
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toBe(asked[0]?.stdout);
      expect(stdout).toContain('--create-thing');
      expect(stdout).toContain('Example:\n  deviceauthctl certificate issue ');
    }
  });

  it('has an example for every verb that the parser would take', async () => {
    for (const command of DEVICEAUTHCTL.commands) {
      expect(command.example.startsWith(`deviceauthctl ${command.words.join(' ')}`)).toBe(true);
      const options = optionsOf(command);
      for (const [, name] of command.example.matchAll(/ --([a-z-]+)/g))
        expect(options).toHaveProperty([name ?? '']);
    }
  });

  it('is shown for the verbs of a noun', async () => {
    const { code, stderr } = await deviceauthctl(['thing']);
    expect(code).toBe(2);
    expect(stderr).toContain('update');
    expect((await deviceauthctl(['thing', '--help'])).code).toBe(0);
  });

  it('is shown by deviceauthd too, whose verb may be left out', async () => {
    const bare = await outcomeOf(start('deviceauthd', ['--help']));
    expect(bare.code).toBe(0);
    expect(bare.stdout).toContain('serve');
    const missing = join(directory, 'none.yaml');
    const implied = await outcomeOf(start('deviceauthd', ['--config', missing]));
    expect(implied.code).toBe(2);
    expect(implied.stderr).toContain(missing);
  });
});

describe('a mistake on the command line', () => {
  const mistakes: readonly (readonly [readonly string[], string, string])[] = [
    [['thing', 'craete', 'a'], 'unknown verb "thing craete"', "did you mean 'deviceauthctl thing create'?"],
    [['certificat', 'list'], 'unknown verb "certificat"', "did you mean 'deviceauthctl certificate'?"],
    [['thing', 'create', 'a', '--tpye', 'x'], 'unknown option --tpye', 'did you mean --type?'],
    [['thing', 'create', 'a', '--zzzzzzzz'], 'unknown option --zzzzzzzz', '--help'],
    [['thing', 'create', 'a', '--constructor'], 'unknown option --constructor', '--help'],
    [['thing', 'create'], 'THING is missing', '--help'],
    [['thing', 'create', 'a', 'b'], 'unexpected operand "b"', '--help'],
    [['thing', 'create', 'a', '--type'], '--type needs a value', ''],
    [['thing', 'create', 'a', '--type', '--group'], '--type needs a value', '--type=--group'],
    [['thing', 'create', 'a', '--type', 'x', '--type', 'y'], '--type is given twice', ''],
    [['thing', 'create', 'a', '--attribute', 'novalue'], '--attribute must be KEY=VALUE', ''],
    [
      ['thing', 'create', 'a', '--attribute', 'k=1', '--attribute', 'k=2'],
      '--attribute k is given twice',
      '',
    ],
    [['thing', 'update', 'a'], 'nothing to change', '--attribute'],
    [['thing', 'list', '--limit', '0'], '--limit must be a whole number', ''],
    [['certificate', 'issue'], '--thing THING is missing', ''],
    [['certificate', 'issue', '--thing', '../x'], 'is no thing name', ''],
    [['certificate', 'issue', '--thing', 'a', '--key-type', 'dsa'], '--key-type must be one of ec, rsa', ''],
    [['certificate', 'revoke', 'xyz'], '"xyz" is no certificate id', 'first eight'],
    [['session', 'revoke'], 'which sessions?', '--thing'],
    [['status', '--json=yes'], '--json takes no value', ''],
    [['explain', '--thing', 'a'], '--operation is missing', ''],
    [['explain', '--batch', '--rule', 'x'], 'contradict each other', ''],
  ];
  for (const [args, message, fix] of mistakes) {
    it(`${args.join(' ')}: ${message}`, async () => {
      const { code, stdout, stderr } = await deviceauthctl(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(message);
      expect(stderr).toContain(fix);
    });
  }

  it('is one JSON document too where JSON was asked for', async () => {
    const { code, stdout } = await deviceauthctl(['thing', 'show', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { reason: 'USAGE' } });
  });
});

describe('a daemon that is not reachable', () => {
  it('is told with the socket and how to start it', async () => {
    const socket = join(directory, 'none.sock');
    const { code, stdout, stderr } = await deviceauthctl(['status', '--json', '--socket', socket]);
    expect(code).toBe(3);
    expect(stderr).toContain(socket);
    expect(stderr).toContain('deviceauthd serve');
    expect(JSON.parse(stdout)).toMatchObject({ error: { reason: 'DAEMON_UNREACHABLE' } });
  });

  it('is looked for where the environment says, and the option comes first', async () => {
    const env = { DEVICEAUTHD_ADMIN_SOCKET: join(directory, 'from-environment.sock') };
    expect((await deviceauthctl(['status'], { env })).stderr).toContain('from-environment.sock');
    const { stderr } = await deviceauthctl(['--socket', join(directory, 'option.sock'), 'status'], { env });
    expect(stderr).toContain('option.sock');
  });

  it('is told from a file that is no socket, and from a path that is too long', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(await deviceauthctl(['status', '--socket', file])).toMatchObject({ code: 3 });
    const long = await deviceauthctl(['status', '--socket', `/tmp/${'x'.repeat(120)}`]);
    expect(long.code).toBe(3);
    expect(long.stderr).toContain('107 bytes');
  });

  it('ends with 2, not with the 1 that means denied, for explain', async () => {
    const question = ['--thing', 'a', '--operation', 'mqtt:publish', '--resource', 'mqtt:topic:x'];
    const socket = join(directory, 'none.sock');
    expect(await deviceauthctl(['explain', ...question, '--socket', socket])).toMatchObject({ code: 2 });
  });

  it('is given up on when it accepts the connection and never answers', async () => {
    const path = join(directory, 'mute.sock');
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    const { code, stderr } = await deviceauthctl(['status', '--socket', path, '--timeout', '1']);
    server.close();
    expect(code).toBe(3);
    expect(stderr).toContain(path);
  });
});

describe('docs/deviceauthctl.md', () => {
  it('tells of every verb and every option of its own', () => {
    const text = readFileSync(new URL('../../docs/deviceauthctl.md', import.meta.url), 'utf8');
    for (const { words, options = {} } of DEVICEAUTHCTL.commands) {
      expect(text).toContain(words.join(' '));
      for (const option of Object.keys(options)) expect(text, words.join(' ')).toContain(`--${option}`);
    }
  });
});
