import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceauthctl } from '../launcher.ts';
import { PARTS } from './configurations.ts';

const plugin = (file: string): string =>
  fileURLToPath(new URL(`../../../plugins/emqx/${file}`, import.meta.url));
const GOOD = Object.values(PARTS).join('\n');

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'emqx-check-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('deviceauthctl emqx check', () => {
  it('ends with 0 when nothing is found, and says what it has not seen', async () => {
    const { code, stdout } = await deviceauthctl(['emqx', 'check', file('good.conf', GOOD)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing found\.\n/);
    expect(stdout).toContain('EMQX_… variables');
    expect(stdout).toContain('--emqx-version');
  });

  it('ends with 0 when there are warnings alone', async () => {
    const path = file('warning.conf', `${GOOD}\nauthorization.deny_action = disconnect`);
    const { code, stdout } = await deviceauthctl(['emqx', 'check', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('0 errors, 1 warning.');
  });

  it('ends with 1 when somebody gets in, with key, value, place and remedy', async () => {
    const path = file('bad.conf', `${GOOD}\nauthorization.no_match = allow`);
    const line = GOOD.split('\n').length + 1;
    const { code, stdout } = await deviceauthctl(['emqx', 'check', path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`error: lets somebody in: authorization.no_match = allow (${path}:${line})\n`);
    expect(stdout).toContain('-> write `authorization.no_match = deny`');
  });

  it('says the same to programs', async () => {
    const path = file('bad.json.conf', `${GOOD}\nauthorization.no_match = allow`);
    const { code, stdout } = await deviceauthctl([
      'emqx',
      'check',
      path,
      '--json',
      '--emqx-version',
      '5.8.9',
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      version: '5.8.9',
      doors: ['exhook'],
      findings: [
        {
          code: 'no-match',
          severity: 'error',
          effect: 'stranger',
          key: 'authorization.no_match',
          value: 'allow',
          file: path,
        },
      ],
    });
  });

  it('has later files win over earlier ones', async () => {
    const cluster = file('cluster.hocon', 'authorization.no_match = allow');
    const good = file('emqx.conf', GOOD);
    expect(await deviceauthctl(['emqx', 'check', cluster, good])).toMatchObject({ code: 0 });
    expect(await deviceauthctl(['emqx', 'check', good, cluster])).toMatchObject({ code: 1 });
  });

  it('has the environment win over all files', async () => {
    const good = file('emqx.conf', GOOD);
    const environment = file(
      'emqx.env',
      '# EMQX\nexport EMQX_LISTENERS__TCP__DEFAULT__ENABLED="true"\nPATH=/bin\n',
    );
    const { code, stdout } = await deviceauthctl(['emqx', 'check', good, '--env-file', environment]);
    expect(code).toBe(1);
    expect(stdout).toContain(`listeners.tcp.default.enable = true`);
    expect(stdout).not.toContain('EMQX_…');
    const hardened = file(
      'hardened.env',
      'EMQX_SECURITY_PROFILE=hardened\nEMQX_LISTENERS__SSL__DEFAULT__BIND=8883',
    );
    expect((await deviceauthctl(['emqx', 'check', good, '--env-file', hardened])).stdout).toContain(
      '127.0.0.1 only',
    );
    const bare = file('bare.env', 'EMQX_LISTENERS__SSL__DEFAULT__BIND=0.0.0.0:8883');
    expect(await deviceauthctl(['emqx', 'check', good, '--env-file', bare])).toMatchObject({ code: 0 });
  });

  it.each([
    ['a map, which takes the place of the one in the file', 'EMQX_LISTENERS__TCP__DEFAULT={ bind = 1883 }'],
    ['a whole root', 'EMQX_AUTHENTICATION=[]'],
    ['a name with too many underscores', 'EMQX_AUTHORIZATION____NO_MATCH=allow'],
    [
      'names whose order is not that of the lines',
      'EMQX_LISTENERS__TCP__X__ENABLE=true\nEMQX_LISTENERS__TCP={ default.enable = false, x.enable = false }',
    ],
  ])('is not fooled by the environment: %s', async (_, variables) => {
    const environment = file('fooling.env', variables);
    const good = file('emqx.conf', GOOD);
    const { code, stdout } = await deviceauthctl(['emqx', 'check', good, '--env-file', environment]);
    expect(stdout).toContain('lets somebody in');
    expect(code).toBe(1);
  });

  it('reads included files', async () => {
    mkdirSync(join(directory, 'more'), { recursive: true });
    file('more/a.conf', 'include "b.conf"');
    file('more/b.conf', 'authorization.no_match = allow');
    const path = file('including.conf', `${GOOD}\ninclude "more/a.conf"`);
    const { code, stdout } = await deviceauthctl(['emqx', 'check', path]);
    expect(code).toBe(1);
    expect(stdout).toContain(join(directory, 'more/b.conf:1'));
  });

  it('says which included file it has not seen', async () => {
    const path = file('absent.conf', `${GOOD}\ninclude "cluster-part.hocon"`);
    const { code, stdout } = await deviceauthctl(['emqx', 'check', path]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Not seen: ${join(directory, 'cluster-part.hocon')}`);
  });

  it.each([
    ['a file that is not there', 'none.conf', undefined, 'no such file'],
    ['a mistake, with its place', 'mistake.conf', 'a = 1\nlisteners.tcp.x.bind = 0.0.0.0:1', ':2:'],
    ['a required file that is not there', 'required.conf', 'include required("none.conf")', 'none.conf'],
  ])('ends with 2 and checks nothing for %s', async (_, name, text, message) => {
    const path = text === undefined ? join(directory, name) : file(name, text);
    const { code, stdout, stderr } = await deviceauthctl(['emqx', 'check', path]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  it('ends with 2 for bytes that are no text, for a version that is none, and for a configuration without an EMQX', async () => {
    const path = join(directory, 'bytes.conf');
    writeFileSync(path, Buffer.from([0x61, 0x3d, 0xff]));
    expect(await deviceauthctl(['emqx', 'check', path])).toMatchObject({ code: 2 });
    const good = file('emqx.conf', GOOD);
    expect(await deviceauthctl(['emqx', 'check', good, '--emqx-version', 'new'])).toMatchObject({ code: 2 });
    expect(await deviceauthctl(['emqx', 'check', good, '--emqx-version', '4.4'])).toMatchObject({ code: 2 });
    const config = file('deviceauthd.yaml', '{}');
    const { code, stderr } = await deviceauthctl(['emqx', 'check', good, '--config', config]);
    expect(code).toBe(2);
    expect(stderr).toContain('has no EMQX');
  });
});

describe('plugins/emqx', () => {
  it.each([
    ['exhook', '5.4.0'],
    ['exhook', '5.8.9'],
    ['exhook', '6.2.2'],
    ['http', '5.8.0'],
    ['http', '6.2.2'],
  ])('has an %s.conf in which nothing is found, beside its deviceauthd.yaml (%s)', async (way, version) => {
    copyFileSync(plugin(`${way}.conf`), join(directory, `${way}.conf`));
    file('admin-password.conf', 'dashboard.default_password = "of the guide"');
    const config = ['--config', plugin(`${way}.deviceauthd.yaml`)];
    const conf = join(directory, `${way}.conf`);
    const profile = file('profile.env', 'EMQX_SECURITY_PROFILE=hardened');
    for (const extra of [[], ['--emqx-version', version], ['--env-file', profile]]) {
      const { code, stdout } = await deviceauthctl(['emqx', 'check', conf, ...config, ...extra]);
      expect(stdout).toMatch(/^Nothing found\.\n/);
      expect(code).toBe(0);
    }
    const checked = await deviceauthctl(['config', 'check', plugin(`${way}.deviceauthd.yaml`)]);
    expect(checked.stdout).toMatch(/is good: no warnings/);
  });

  it('is found to be what it is for another version', async () => {
    file('admin-password.conf', 'dashboard.default_password = "of the guide"');
    copyFileSync(plugin('http.conf'), join(directory, 'http.conf'));
    const { stdout } = await deviceauthctl([
      'emqx',
      'check',
      join(directory, 'http.conf'),
      '--emqx-version',
      '5.7.1',
    ]);
    expect(stdout).toContain('cannot send the certificate');
  });
});
