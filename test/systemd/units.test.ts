import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfigurationFile } from '../../src/config/check.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { SYSTEMD, values } from './support/unit-file.ts';

const SERVICE = join(SYSTEMD, 'deviceauthd.service');
const SOCKET = join(SYSTEMD, 'deviceauthd-mosquitto.socket');
const DISCOVERY = join(SYSTEMD, 'deviceauthd-discovery.socket');
const DROP_INS = ['no-network.conf', 'loopback-only.conf'];

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'units-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** As an operator installs them. */
function install(dropIns: readonly string[]): void {
  for (const file of [SERVICE, SOCKET, DISCOVERY]) cpSync(file, join(directory, file.slice(SYSTEMD.length)));
  for (const name of dropIns)
    cpSync(join(SYSTEMD, 'deviceauthd.service.d', name), join(directory, 'deviceauthd.service.d', name));
}

function analyze(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { cwd: directory, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

describe.each([[[]], ...DROP_INS.map((name) => [[name]])])('the service with drop-ins %j', (dropIns) => {
  it('is exposed no more than 1.6 of 10, as systemd counts', () => {
    install(dropIns);
    const { status, output } = analyze(
      'security',
      '--offline=yes',
      '--threshold=16',
      './deviceauthd.service',
    );
    expect(output).toContain('Overall exposure level');
    expect({ status, output }).toEqual({ status: 0, output });
  });

  it('and its sockets are without a mistake', () => {
    install(dropIns);
    // Which program there is, is the machine's business.
    const unit = join(directory, 'deviceauthd.service');
    writeFileSync(unit, readFileSync(unit, 'utf8').replace('=/usr/bin/deviceauthd ', '=/bin/true '));
    const sockets = ['./deviceauthd-mosquitto.socket', './deviceauthd-discovery.socket'];
    expect(analyze('verify', './deviceauthd.service', ...sockets)).toEqual({ status: 0, output: '' });
  });
});

describe('a mistake in a unit', () => {
  it('is found by these tests', () => {
    install([]);
    const unit = join(directory, 'deviceauthd.service');
    writeFileSync(
      unit,
      `${readFileSync(unit, 'utf8')}\n[Service]\nProtectSystem=no\nProtectEverything=yes\n`,
    );
    expect(analyze('security', '--offline=yes', '--threshold=16', './deviceauthd.service').status).not.toBe(
      0,
    );
    expect(analyze('verify', './deviceauthd.service').output).toContain('ProtectEverything');
  });
});

describe('the service', () => {
  it('holds up no start of Mosquitto, which needs it in no way', () => {
    expect(values([SERVICE, SOCKET], 'Before')).toEqual([]);
    const all = [SERVICE, SOCKET].map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(all).not.toMatch(/^(RequiredBy|Requires|Requisite|BindsTo|PartOf|Conflicts)=/m);
  });

  it('is tried again for ever, so that its sockets are never given up', () => {
    expect(values([SERVICE], 'Restart')).toEqual(['always']);
    expect(values([SERVICE], 'StartLimitIntervalSec')).toEqual(['0']);
  });

  it('hears its daemon’s messages, which a child sends', () => {
    expect(values([SERVICE], 'Type')).toEqual(['notify']);
    expect(values([SERVICE], 'NotifyAccess')).toEqual(['all']);
  });

  it('starts with the example configuration, whose listener the socket is', () => {
    const file = join(SYSTEMD, 'deviceauthd.yaml');
    const { exitCode, json } = checkConfigurationFile(file, { validateDeviceGroups: compileDeviceGroups });
    expect(exitCode).toBe(0);
    const { effective } = JSON.parse(json) as {
      readonly effective: {
        readonly listeners: Record<string, { socket: string; mode: string; group: string }>;
      };
    };
    const [name = ''] = values([SOCKET], 'FileDescriptorName');
    const { socket, mode, group } = effective.listeners[name] ?? {};
    expect([socket]).toEqual(values([SOCKET], 'ListenStream'));
    expect([mode]).toEqual(values([SOCKET], 'SocketMode'));
    expect([group]).toEqual(values([SOCKET], 'SocketGroup'));
  });
});

describe('the fragments for systemd-sysusers and systemd-tmpfiles', () => {
  const run = (command: string, ...args: readonly string[]): void => {
    execFileSync(command, [`--root=${directory}`, ...args], { stdio: 'pipe' });
  };

  function makeUsers(): void {
    mkdirSync(join(directory, 'etc/sysusers.d'), { recursive: true });
    cpSync(join(SYSTEMD, 'deviceauthd.sysusers.conf'), join(directory, 'etc/sysusers.d/deviceauthd.conf'));
    run('systemd-sysusers');
  }

  it('make a user of its own that may give its socket to the broker’s group, and nothing else', () => {
    makeUsers();
    const [user = ''] = readFileSync(join(directory, 'etc/passwd'), 'utf8').trim().split('\n');
    expect(user).toMatch(/^deviceauthd:x:\d+:\d+:[^:]*:\/var\/lib\/deviceauthd:\/usr\/sbin\/nologin$/);
    const groups = readFileSync(join(directory, 'etc/group'), 'utf8').trim().split('\n').sort();
    expect(groups.map((line) => line.replace(/\d+/, 'N'))).toEqual([
      'deviceauthd:x:N:',
      'mosquitto:x:N:deviceauthd',
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'make its directories, closed to others where keys and policies are',
    () => {
      makeUsers();
      mkdirSync(join(directory, 'etc/tmpfiles.d'));
      cpSync(join(SYSTEMD, 'deviceauthd.tmpfiles.conf'), join(directory, 'etc/tmpfiles.d/deviceauthd.conf'));
      run('systemd-tmpfiles', '--create', 'deviceauthd.conf');
      const [uid, gid] = readFileSync(join(directory, 'etc/passwd'), 'utf8')
        .split(':')
        .slice(2, 4)
        .map(Number);
      const found = ['run/deviceauthd', 'var/lib/deviceauthd', 'etc/deviceauthd'].map((path) => {
        const made = statSync(join(directory, path));
        return [path, (made.mode & 0o7777).toString(8), made.uid, made.gid];
      });
      expect(found).toEqual([
        ['run/deviceauthd', '755', uid, gid],
        ['var/lib/deviceauthd', '700', uid, gid],
        ['etc/deviceauthd', '750', 0, gid],
      ]);
    },
  );
});
