import { X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openssl, withFile } from '../pki/openssl.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { DaemonProcess } from './daemon-process.ts';
import { atTerminal } from './terminal-session.ts';

interface Shown {
  readonly serverCa: {
    readonly current: { readonly certificateId: string };
    readonly next: { readonly certificateId: string } | null;
    readonly switchAt: number;
    readonly retired: readonly { readonly certificateId: string; readonly forgottenAt: number }[];
    readonly problem: string;
  };
  readonly deviceCas: readonly { readonly name: string }[];
}

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await DaemonProcess.start((directory) => {
    mkdirSync(join(directory, 'tls'));
    // Something that is shown to devices: without it a CA has signed nothing, and is replaced at once.
    return { certificates: { sinks: { broker: { directory: join(directory, 'tls') } } } };
  });
  await daemon.json(['ca', 'create']);
});
afterAll(() => daemon?.stop());

const shown = async (): Promise<Shown> => (await daemon.json(['ca', 'show'])) as unknown as Shown;
const anchors = async (): Promise<string[]> =>
  (await daemon.ctl(['ca', 'show', '--pem'])).stdout.match(
    /-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/g,
  ) ?? [];

interface Listed {
  readonly name: string;
  readonly certificateId: string;
  readonly caCertificateId: string;
  readonly serialNumber: string;
}
const listed = async (): Promise<readonly Listed[]> =>
  (await daemon.json(['certificate', 'server', 'list']))['certificates'] as Listed[];

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
  }
}

describe('ca show --crl', () => {
  it('prints the CRL of the server CA, or of a device CA whose key is here', async () => {
    for (const [ca, certificate] of [
      [[], (await anchors())[0] ?? ''],
      [['default'], (await daemon.ctl(['ca', 'show', 'default', '--pem'])).stdout],
    ] as const) {
      const { stdout } = await daemon.ctl(['ca', 'show', ...ca, '--crl']);
      withFile(certificate, (file) => openssl(['crl', '-noout', '-CAfile', file], stdout));
    }
  });

  it('says that the CRL of a CA whose key is elsewhere is not here', async () => {
    const elsewhere = new CertificateMaker().ca('elsewhere').pem;
    const file = join(daemon.directory, 'elsewhere.pem');
    writeFileSync(file, elsewhere);
    await daemon.json(['ca', 'register', file, '--name', 'elsewhere']);
    const { code, stderr } = await daemon.ctl(['ca', 'show', 'elsewhere', '--crl']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no CRL of device CA elsewhere')]);
    await daemon.json(['ca', 'remove', 'elsewhere']);
  });
});

describe('certificate server', () => {
  it('lists what brokers show, and issues it anew', async () => {
    const [before] = await until(listed, ([first]) => (first?.certificateId ?? '') !== '');
    expect(before).toMatchObject({ name: 'sink/broker', hosts: expect.arrayContaining(['localhost']) });
    const text = await daemon.ctl(['certificate', 'server', 'list']);
    expect(text.stdout).toMatch(
      /^NAME +CERTIFICATE +VALID UNTIL +RENEWED +LISTENERS +KEY +HOSTS\nsink\/broker +\w{16} /,
    );
    const rotated = await daemon.json(['certificate', 'server', 'rotate', 'sink/broker']);
    const [after] = rotated['certificates'] as Listed[];
    expect(after?.certificateId).not.toBe(before?.certificateId);
    expect((await daemon.json(['certificate', 'server', 'rotate']))['certificates']).toHaveLength(1);
  });

  it('says which there are when one is misspelt', async () => {
    const { code, stderr } = await daemon.ctl(['certificate', 'server', 'rotate', 'sink/brokre']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/brokre.*\n +fix: +`deviceauthctl certificate server list`/),
    ]);
    const verb = await daemon.ctl(['certificate', 'server', 'rotat']);
    expect([verb.code, verb.stderr]).toEqual([
      2,
      expect.stringContaining("did you mean 'deviceauthctl certificate server rotate'?"),
    ]);
    expect((await daemon.ctl(['certificate', 'server'])).stderr).toContain('rotate');
    expect((await daemon.ctl(['certificate', 'server', '--help'])).stdout).toContain(
      'deviceauthctl certificate server VERB',
    );
  });
});

describe('ca show without a name', () => {
  it('shows the server CA, then the device CAs as `ca list` does', async () => {
    const { stdout } = await daemon.ctl(['ca', 'show']);
    const [server = '', devices = ''] = stdout.split('\n\n');
    expect(server).toMatch(/^Server CA +[0-9a-f]{64}\n +signs\n +RSA 2048, valid 20.* to 20/);
    expect(devices).toBe(`Device CAs\n${(await daemon.ctl(['ca', 'list'])).stdout}`);
    expect((await shown()).deviceCas).toMatchObject([{ name: 'default' }]);
  });

  it('with a name shows that device CA', async () => {
    expect((await daemon.ctl(['ca', 'show', 'default'])).stdout).toMatch(/^Device CA +default\n/);
  });

  it('with --pem prints what devices must trust, and nothing else', async () => {
    const [pem, ...more] = await anchors();
    expect(more).toEqual([]);
    expect(new X509Certificate(pem!).subject).toContain('CN=Greengrass Core CA');
  });
});

describe('ca rotate', () => {
  it('announces a new CA, says when it signs and what devices must do, and prints both for them', async () => {
    const before = await shown();
    const { code, stdout } = await daemon.ctl(['ca', 'rotate']);
    expect(code).toBe(0);
    const { serverCa } = await shown();
    expect(serverCa.current).toEqual(before.serverCa.current);
    expect(serverCa.switchAt - Date.now()).toBeGreaterThan(29 * 86_400_000);
    expect(stdout).toMatch(/Announced +[0-9a-f]{64}\n +signs from 20/);
    expect(stdout).toContain(`CA ${serverCa.next?.certificateId.slice(0, 16)} is announced`);
    expect(stdout).toContain('every device must trust both');
    expect(await anchors()).toHaveLength(2);
  });

  it('announces one at a time', async () => {
    const { code, stderr } = await daemon.ctl(['ca', 'rotate']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/announced already[\s\S]*fix: .*--now.*--cancel/),
    ]);
  });

  it('--cancel drops what is announced, and there is nothing to drop afterwards', async () => {
    expect((await daemon.ctl(['ca', 'rotate', '--cancel'])).stdout).toContain(
      'the current one goes on signing',
    );
    expect((await shown()).serverCa.next).toBeNull();
    const again = await daemon.ctl(['ca', 'rotate', '--cancel']);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no new server CA is announced')]);
  });

  it('--now asks a person first, and does nothing without a yes', async () => {
    const before = await shown();
    const socket = { DEVICEAUTHD_ADMIN_SOCKET: daemon.socket };
    const no = await atTerminal(['ca', 'rotate', '--now'], [[/Type yes to go on: /, 'y\r']], socket);
    expect([no.code, no.screen]).toEqual([1, expect.stringContaining('nothing was changed')]);
    const nobody = await daemon.ctl(['ca', 'rotate', '--now']);
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await shown()).toEqual(before);
    const yes = await atTerminal(['ca', 'rotate', '--now'], [[/Type yes to go on: /, 'yes\r']], socket);
    expect([yes.code, yes.screen]).toEqual([0, expect.stringContaining('signs from now on')]);
    const { serverCa } = await shown();
    expect(serverCa.retired).toMatchObject([{ certificateId: before.serverCa.current.certificateId }]);
    expect(serverCa.retired[0]?.forgottenAt).toBeGreaterThan(Date.now());
    const signed = await until(
      listed,
      ([first]) => first?.caCertificateId === serverCa.current.certificateId,
    );
    expect(signed).toHaveLength(1);
  });

  it('--now --yes asks nobody; --now and --cancel exclude each other', async () => {
    expect((await daemon.ctl(['ca', 'rotate', '--now', '--yes'])).code).toBe(0);
    expect((await shown()).serverCa.retired).toHaveLength(2);
    expect((await daemon.ctl(['ca', 'rotate', '--now', '--cancel'])).code).toBe(2);
  });
});
