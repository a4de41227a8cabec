import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DaemonProcess } from './daemon-process.ts';

let daemon: DaemonProcess;

const configured = (directory: string) => ({
  greengrassIpc: { socket: join(directory, 'ipc.sock'), mode: '0600' },
  log: { auditFile: join(directory, 'audit.log') },
});

beforeAll(async () => {
  daemon = await DaemonProcess.start(configured);
});
afterAll(() => daemon?.stop());

const TOKEN = /^SVCUID=([A-Za-z0-9_-]{43})$/m;

/** Everything below a directory, in one text. */
function contents(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}

describe('component add', () => {
  it('prints the environment of the component, the token once', async () => {
    const { stdout, code } = await daemon.ctl(['component', 'add', 'my.broker', '--operations', '*']);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT=${daemon.path('ipc.sock')}\n`,
    );
    const [, token = ''] = TOKEN.exec(stdout) ?? [];
    expect(token).not.toBe('');
    expect(JSON.stringify(await daemon.json(['component', 'list']))).not.toContain(token);
    expect(contents(join(daemon.directory, 'state'))).not.toContain(token);
    expect(daemon.read('audit.log')).not.toContain(token);
    expect(daemon.read('audit.log')).toContain('"action":"component.add"');
  });

  it('writes it to a file instead, for a shell and for systemd', async () => {
    const file = daemon.path('broker.env');
    const added = await daemon.ctl(['component', 'add', 'filed', '--operations', '*', '--env-file', file]);
    expect(added).toMatchObject({ code: 0 });
    expect(added.stdout).not.toMatch(TOKEN);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const shell = execFileSync(
      'sh',
      ['-c', `. ${file}; echo "$SVCUID $AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"`],
      { encoding: 'utf8' },
    );
    expect(shell).toMatch(new RegExp(`^[A-Za-z0-9_-]{43} ${daemon.path('ipc.sock')}\n$`));
  });

  it('replaces no file that is there, and makes no token for one', async () => {
    const file = daemon.path('taken');
    writeFileSync(file, 'mine');
    const refused = await daemon.ctl(['component', 'add', 'other', '--operations', '*', '--env-file', file]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(JSON.stringify(await daemon.json(['component', 'list']))).not.toContain('"other"');
    const forced = await daemon.ctl([
      'component',
      'add',
      'other',
      '--operations',
      '*',
      '--env-file',
      file,
      '--force',
    ]);
    expect(forced.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(TOKEN);
  });

  it.each([
    ['a directory', ''],
    ['a name that ends in a slash', 'none/'],
    ['a name that is too long', 'x'.repeat(250)],
  ])('makes no token for a file that cannot be written: %s', async (_, name) => {
    const added = await daemon.json(['component', 'add', `kept-${name.length}`, '--operations', '*']);
    const { tokenIssuedAt } = added['component'] as { tokenIssuedAt: string };
    const { code } = await daemon.ctl([
      'component',
      'renew-token',
      `kept-${name.length}`,
      '--env-file',
      `${daemon.path('state')}/${name}`,
      '--force',
    ]);
    expect(code).not.toBe(0);
    expect(await daemon.json(['component', 'list'])).toMatchObject({
      components: expect.arrayContaining([
        expect.objectContaining({ name: `kept-${name.length}`, tokenIssuedAt }),
      ]),
    });
  });

  it('refuses what is no name, no operation, or there already, and says what to do', async () => {
    const run = async (...args: string[]) => (await daemon.ctl(['component', 'add', ...args])).stderr;
    expect(await run('a b', '--operations', '*')).toContain('name must be 1 to 128 characters');
    expect(await run('a', '--operations', 'GetClientDeviceAuthTokens')).toContain(
      'the nearest is GetClientDeviceAuthToken',
    );
    expect(await run('my.broker', '--operations', '*')).toContain('component renew-token my.broker');
    expect(await run('a')).toContain('--operations');
  });
});

describe('component list, allow, renew-token and remove', () => {
  it('do what they say', async () => {
    const first = await daemon.json([
      'component',
      'add',
      'c',
      '--operations',
      'GetClientDeviceAuthToken,AuthorizeClientDeviceAction',
    ]);
    await daemon.json(['component', 'allow', 'c', '--operations', 'SubscribeToCertificateUpdates']);
    const renewed = await daemon.json(['component', 'renew-token', 'c']);
    expect(renewed['token']).not.toBe(first['token']);
    const table = await daemon.ctl(['component', 'list']);
    expect(table.stdout).toMatch(/^c +SubscribeToCertificateUpdates +0 +\d{4}-\d\d-\d\d/m);
    expect((await daemon.ctl(['component', 'remove', 'c'])).code).toBe(0);
    expect(await daemon.ctl(['component', 'remove', 'c'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('component list'),
    });
  });
});

it('Components outlive a daemon that is killed', async () => {
  const before = await daemon.json(['component', 'list']);
  await daemon.kill();
  daemon = await DaemonProcess.start(configured, daemon.directory);
  expect(await daemon.json(['component', 'list'])).toEqual(before);
});

it('Without a socket for them, whoever adds one is told', async () => {
  const bare = await DaemonProcess.start();
  const { code, stderr, stdout } = await bare.ctl(['component', 'add', 'a', '--operations', '*']);
  await bare.stop();
  expect(code).toBe(0);
  expect(stderr).toContain('greengrassIpc.socket');
  expect(stdout).toMatch(TOKEN);
  expect(stdout).not.toContain('AWS_GG');
});
