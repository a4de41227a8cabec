import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DaemonProcess } from '../e2e/support/daemon-process.ts';
import { NotifyReceiver } from './support/notify-receiver.ts';
import { allowedCalls, SYSTEMD, values } from './support/unit-file.ts';

const SOURCE = fileURLToPath(new URL('support/under-filter.c', import.meta.url));
const SERVICE = join(SYSTEMD, 'deviceauthd.service');
const NO_NETWORK = join(SYSTEMD, 'deviceauthd.service.d/no-network.conf');
const FAMILIES: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 };

let directory = '';
let underFilter = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  underFilter = join(directory, 'under-filter');
  execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', underFilter, SOURCE, '-lseccomp']);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The command that runs another one under the filters of a unit. */
function filters(files: readonly string[]): readonly string[] {
  const families = values(files, 'RestrictAddressFamilies').flatMap((line) => line.split(' '));
  const numbers = families.map((name) => FAMILIES[name] ?? Number.NaN);
  expect(numbers.every(Number.isInteger), families.join(' ')).toBe(true);
  return [underFilter, allowedCalls(files).join(' '), numbers.join(' ')];
}

describe.each([
  ['the unit', [SERVICE], { metrics: { listen: '127.0.0.1:0' }, discovery: { listen: ['127.0.0.1:0'] } }],
  [
    'the unit without network',
    [SERVICE, NO_NETWORK],
    { metrics: { listen: '' }, connectivity: { hosts: ['gw'], interfaces: false } },
  ],
] as const)('under the system call filters of %s', (_, files, network) => {
  it('the daemon does all it does', async () => {
    const receiver = await NotifyReceiver.open(join(directory, `notify-${files.length}`));
    // A broker's group, which it must be allowed to give its socket to.
    const group = `${process.getgroups?.()[0] ?? process.getgid?.()}`;
    const run = join(directory, `${files.length}.sock`);
    const daemon = await DaemonProcess.start(
      {
        ...network,
        listeners: { broker: { socket: run, mode: '0660', group, operations: ['broker'] } },
      },
      {
        before: filters(files),
        environment: { NOTIFY_SOCKET: receiver.address, WATCHDOG_USEC: '900000' },
      },
    );
    try {
      expect(readFileSync(`/proc/${daemon.processId}/status`, 'utf8')).toMatch(/^Seccomp:\s2$/m);
      await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      const issued = await daemon.admin.call('IssueCertificate', { thingName: 'sensor', createThing: true });
      expect(issued.certificatePem).toContain('BEGIN CERTIFICATE');
      await receiver.heard('READY=1');
      const told = receiver.count('READY=1');
      daemon.signal('SIGHUP');
      // That it reloads may be over before it could be told.
      await receiver.heard('READY=1', told);
      await receiver.heard('WATCHDOG=1');
      expect((await daemon.admin.call('GetStatus', {})).findings).toEqual([]);
      await daemon.kill('SIGTERM');
      await receiver.heard('STOPPING=1');
    } finally {
      await daemon.stop();
      await receiver.close();
    }
  });
});

it('without netlink the daemon says that it cannot see the addresses of the interfaces, and what to do', async () => {
  const before = filters([SERVICE, NO_NETWORK]);
  const daemon = await DaemonProcess.start({ metrics: { listen: '' } }, { before });
  try {
    const { findings } = await daemon.admin.call('GetStatus', {});
    expect(findings).toMatchObject([
      {
        severity: 'WARNING',
        code: 'connectivity.addresses',
        message: expect.stringContaining('connectivity.interfaces: false'),
      },
    ]);
  } finally {
    await daemon.stop();
  }
});

describe('the system call filters of the unit', () => {
  const perl = (files: readonly string[], code: string): string => {
    const [command = '', ...args] = filters(files);
    return spawnSync(command, [...args, 'perl', '-MSocket', '-e', code], { encoding: 'utf8' }).stdout;
  };
  const socket = (family: number): string => `print socket(my $s, ${family}, SOCK_DGRAM, 0) ? 'made' : $!+0`;

  it('keep from it what it does not need: other users, other sockets, and a way around the filters', () => {
    const allowed = allowedCalls([SERVICE]);
    expect(allowed).toContain('fchownat');
    for (const name of ['setuid', 'setgroups', 'mount', 'ptrace', 'bpf', 'io_uring_setup'])
      expect(allowed).not.toContain(name);
    expect(perl([SERVICE], '$< = 1; print $!+0')).toBe(`${constants.errno.EPERM}`);
    expect(perl([SERVICE], socket(17))).toBe(`${constants.errno.EAFNOSUPPORT}`);
    expect(perl([SERVICE], socket(2))).toBe('made');
  });

  it('leave it Unix sockets only without network', () => {
    for (const family of [2, 16])
      expect(perl([SERVICE, NO_NETWORK], socket(family))).toBe(`${constants.errno.EAFNOSUPPORT}`);
    expect(perl([SERVICE, NO_NETWORK], socket(1))).toBe('made');
  });
});
