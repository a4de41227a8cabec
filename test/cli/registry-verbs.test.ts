import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { DaemonProcess } from './daemon-process.ts';

let daemon: DaemonProcess;
const maker = new CertificateMaker();

beforeAll(async () => {
  daemon = await DaemonProcess.start();
  await daemon.json(['ca', 'create']);
});
afterAll(() => daemon?.stop());

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function file(name: string, content: string | Buffer): string {
  const path = daemon.path(name);
  writeFileSync(path, content);
  return path;
}

describe('thing', () => {
  it('is created, shown, changed, listed and deleted', async () => {
    const attributes = ['--attribute', 'site=north', '--attribute', 'k=a=b'];
    const created = await daemon.json([
      'thing',
      'create',
      'lamp:1',
      '--type',
      'lamp',
      ...attributes,
      '--group',
      'g1',
    ]);
    expect(created).toMatchObject({
      name: 'lamp:1',
      type: 'lamp',
      attributes: { site: 'north', k: 'a=b' },
      groups: ['g1'],
      createdAt: expect.any(Number),
      certificates: [],
    });
    await daemon.json(['thing', 'update', 'lamp:1', '--no-attributes', '--group', 'g2', '--group', 'g3']);
    expect(await daemon.json(['thing', 'show', 'lamp:1'])).toMatchObject({
      type: 'lamp',
      attributes: {},
      groups: ['g2', 'g3'],
    });
    const text = await daemon.ctl(['thing', 'list', '--prefix', 'lamp']);
    expect(text.stdout).toMatch(
      /^NAME +TYPE +GROUPS +ATTRIBUTES +CREATED\nlamp:1 +lamp +g2, g3 +- +\d{4}-\d\d-\d\d\n$/,
    );
    expect((await daemon.ctl(['thing', 'delete', 'lamp:1'])).code).toBe(0);
    expect(await daemon.json(['thing', 'list', '--prefix', 'lamp'])).toEqual({
      things: [],
      nextPageToken: '',
    });
  });

  it('that exists already is refused with what to do instead', async () => {
    await daemon.json(['thing', 'create', 'twice']);
    const { code, stdout, stderr } = await daemon.ctl(['thing', 'create', 'twice', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { reason: 'ALREADY_EXISTS', fix: expect.any(String) },
    });
    expect(stderr).toContain('thing update twice');
  });

  it('that is unknown, or whose name is no name, is refused', async () => {
    expect(await daemon.ctl(['thing', 'show', 'nobody'])).toMatchObject({ code: 1, stdout: '' });
    const bad = await daemon.ctl(['thing', 'create', 'a b']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('name');
  });

  it('with values that would move the cursor is shown without doing so', async () => {
    await daemon.json(['thing', 'create', 'cursor', '--attribute', 'k=\u001b[2J\u202e']);
    const { stdout } = await daemon.ctl(['thing', 'show', 'cursor']);
    expect(stdout).toContain('k=\\x1b[2J\\u{202e}');
    const all = await daemon.json(['thing', 'show', 'cursor']);
    expect(all['attributes']).toEqual({ k: '\u001b[2J\u202e' });
  });

  it('lists of more than a page are complete, and end at a limit', async () => {
    const rows = Array.from({ length: 1005 }, (_, index) => maker.make({ subject: `many-${index}` }).pem);
    const csv = [
      'certificate,thing',
      ...rows.map((pem, index) => `"${pem}",many-${String(index).padStart(4, '0')}`),
    ];
    const imported = await daemon.json(['certificate', 'import', '-', '--create-things'], {
      stdin: csv.join('\n'),
    });
    expect(imported).toMatchObject({ registered: 1005, failed: 0 });
    const { things } = (await daemon.json(['thing', 'list', '--prefix', 'many-'])) as {
      things: { name: string }[];
    };
    expect(things.map(({ name }) => name)).toEqual(
      Array.from({ length: 1005 }, (_, index) => `many-${String(index).padStart(4, '0')}`),
    );
    const text = await daemon.ctl(['thing', 'list', '--prefix', 'many-']);
    expect(text.stdout.trimEnd().split('\n').length).toBe(1006);
    const limited = await daemon.ctl(['thing', 'list', '--prefix', 'many-', '--limit', '3']);
    expect(limited.stdout.trimEnd().split('\n').length).toBe(4);
    expect(limited.stderr).toContain('there are more');
  });
});

describe('certificate issue', () => {
  it('writes a certificate and key that openssl accepts, for an EC and for an RSA key', async () => {
    for (const [type, bits] of [
      ['ec', 'prime256v1'],
      ['rsa', '2048 bit'],
    ] as const) {
      const thing = `issued-${type}`;
      const out = daemon.path(thing);
      const issue = ['certificate', 'issue', '--thing', thing, '--create-thing', '--key-type', type];
      const answer = await daemon.json([...issue, '--days', '30', '--out', out]);
      const [certificate, key, ca] = [`${thing}.pem`, `${thing}.key`, 'ca.pem'].map((name) =>
        join(out, name),
      ) as [string, string, string];
      expect(answer['files']).toEqual({ certificate, privateKey: key, ca });
      expect(JSON.stringify(answer)).not.toContain('PRIVATE KEY');
      expect(statSync(key).mode & 0o777).toBe(0o600);
      expect(readdirSync(out).sort()).toEqual(['ca.pem', `${thing}.key`, `${thing}.pem`].sort());
      expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', ca, certificate)).toContain('OK');
      expect(openssl('pkey', '-in', key, '-pubout')).toBe(
        openssl('x509', '-in', certificate, '-noout', '-pubkey'),
      );
      const text = openssl('x509', '-in', certificate, '-noout', '-text');
      expect(text).toContain(bits);
      expect(text).toContain(`CN = ${thing}`);
      const fingerprint =
        openssl('x509', '-in', certificate, '-noout', '-fingerprint', '-sha256').split('=')[1] ?? '';
      const shown = await daemon.json(['certificate', 'show', fingerprint.trim()]);
      expect(shown).toMatchObject({
        status: 'ACTIVE',
        things: [{ thingName: thing, exclusive: false }],
        certificatePem: readFileSync(certificate, 'utf8'),
      });
    }
  });

  it('replaces nothing that exists unless told to, and then issues nothing', async () => {
    const issue = [
      'certificate',
      'issue',
      '--thing',
      'careful',
      '--create-thing',
      '--out',
      daemon.path('careful'),
    ];
    await daemon.json(issue);
    const before = daemon.read('careful/careful.key');
    const { code, stderr } = await daemon.ctl(issue);
    expect(code).toBe(2);
    expect(stderr).toContain('careful.pem exists already');
    expect(daemon.read('careful/careful.key')).toBe(before);
    const list = await daemon.json(['certificate', 'list', '--thing', 'careful']);
    expect(list['certificates']).toHaveLength(1);
    expect((await daemon.ctl([...issue, '--force'])).code).toBe(0);
    expect(daemon.read('careful/careful.key')).not.toBe(before);
    expect(statSync(daemon.path('careful/careful.key')).mode & 0o777).toBe(0o600);
  });

  it("puts things of one CA into one directory, but not another CA's", async () => {
    const out = daemon.path('shared');
    const issue = (thing: string): string[] => [
      'certificate',
      'issue',
      '--thing',
      thing,
      '--create-thing',
      '--out',
      out,
    ];
    await daemon.json(issue('shared-1'));
    await daemon.json(issue('shared-2'));
    await daemon.json(['ca', 'create', 'second']);
    const { code, stderr } = await daemon.ctl([...issue('shared-3'), '--ca', 'second']);
    expect(code).toBe(2);
    expect(stderr).toContain('nothing was issued');
    expect((await daemon.ctl(['thing', 'show', 'shared-3'])).code).toBe(1);
    expect((await daemon.ctl(['ca', 'remove', 'second'])).code).toBe(0);
  });

  it('finds out before it issues that the directory cannot be written', async () => {
    const blocked = file('blocked', '');
    const { code } = await daemon.ctl([
      'certificate',
      'issue',
      '--thing',
      'x',
      '--create-thing',
      '--out',
      blocked,
    ]);
    expect(code).toBe(2);
    expect((await daemon.ctl(['thing', 'show', 'x'])).code).toBe(1);
  });

  it('prints one PEM text without --out, for a pipe into openssl', async () => {
    const { code, stdout } = await daemon.ctl(['certificate', 'issue', '--thing', 'piped', '--create-thing']);
    expect(code).toBe(0);
    const path = file('piped.pem', stdout);
    expect(openssl('x509', '-in', path, '-noout', '-subject')).toContain('piped');
    expect(openssl('pkey', '-in', path, '-noout', '-text')).toContain('256 bit');
  });

  it('says what is missing when the thing or the CA is unknown', async () => {
    const thing = await daemon.ctl(['certificate', 'issue', '--thing', 'absent']);
    expect(thing.code).toBe(1);
    expect(thing.stderr).toContain('--create-thing');
    const ca = await daemon.ctl(['certificate', 'issue', '--thing', 'piped', '--ca', 'absent']);
    expect(ca.code).toBe(1);
    expect(ca.stderr).toContain('absent');
  });
});

describe('certificate register and what becomes of it', () => {
  it('takes PEM beside a key, DER, and standard input, and never sends the key', async () => {
    const one = maker.make({ subject: 'reg-1' });
    const both = file('both.pem', `${one.keyPem}${one.pem}`);
    const args = ['certificate', 'register', both, '--thing', 'reg-1', '--create-thing', '--exclusive'];
    expect(await daemon.json(args)).toMatchObject({
      certificateId: one.id,
      status: 'ACTIVE',
      things: [{ thingName: 'reg-1', exclusive: true }],
    });
    const two = maker.make({ subject: 'reg-2' });
    const der = file('two.der', two.der);
    expect(await daemon.json(['certificate', 'register', der, '--status', 'inactive'])).toMatchObject({
      certificateId: two.id,
      status: 'INACTIVE',
      things: [],
    });
    const three = maker.make({ subject: 'reg-3' });
    const stdin = three.der.toString('base64');
    expect(await daemon.json(['certificate', 'register', '-'], { stdin })).toMatchObject({
      certificateId: three.id,
    });
  });

  it('refuses a file without a certificate before anything is sent', async () => {
    const key = file('only.key', maker.make().keyPem);
    const { code, stderr } = await daemon.ctl(['certificate', 'register', key]);
    expect(code).toBe(2);
    expect(stderr).toContain('private key');
    expect((await daemon.ctl(['certificate', 'register', daemon.path('none.pem')])).code).toBe(2);
    expect((await daemon.ctl(['certificate', 'register', file('large', Buffer.alloc(2_000_000))])).code).toBe(
      2,
    );
  });

  it('is deactivated, activated, attached, detached, revoked for ever, and deleted', async () => {
    const { pem, id } = maker.make({ subject: 'life' });
    await daemon.json(['certificate', 'register', file('life.pem', pem)]);
    const short = id.slice(0, 12);
    expect(await daemon.json(['certificate', 'deactivate', short])).toMatchObject({ status: 'INACTIVE' });
    expect(await daemon.json(['certificate', 'activate', short.toUpperCase()])).toMatchObject({
      status: 'ACTIVE',
    });
    await daemon.json(['thing', 'create', 'life']);
    const attached = [{ thingName: 'life', exclusive: false }];
    expect(await daemon.json(['certificate', 'attach', short, 'life'])).toMatchObject({ things: attached });
    expect(await daemon.json(['certificate', 'detach', short, 'life'])).toMatchObject({ things: [] });
    expect((await daemon.ctl(['certificate', 'detach', short, 'life'])).code).toBe(1);
    expect(await daemon.json(['certificate', 'revoke', short])).toMatchObject({ status: 'REVOKED' });
    expect((await daemon.ctl(['certificate', 'activate', short])).code).toBe(1);
    const revoked = await daemon.json(['certificate', 'list', '--status', 'revoked']);
    expect(revoked['certificates']).toMatchObject([{ certificateId: id }]);
    expect((await daemon.ctl(['certificate', 'delete', short])).code).toBe(0);
    expect((await daemon.ctl(['certificate', 'show', short])).code).toBe(1);
  });

  it('that was deleted comes back only with --revive', async () => {
    const { pem, id } = maker.make({ subject: 'revived' });
    const path = file('revived.pem', pem);
    await daemon.json(['certificate', 'register', path]);
    await daemon.json(['certificate', 'delete', id]);
    const { code, stderr } = await daemon.ctl(['certificate', 'register', path]);
    expect(code).toBe(1);
    expect(stderr).toContain('--revive');
    expect(await daemon.json(['certificate', 'register', path, '--revive'])).toMatchObject({
      status: 'ACTIVE',
    });
  });
});

describe('ca', () => {
  it('is registered from a file, shown, printed and removed', async () => {
    const ca = maker.make({ subject: 'factory', isCa: true });
    const args = ['ca', 'register', file('factory.pem', ca.pem), '--name', 'factory', '--provisioning'];
    expect(await daemon.json(args)).toMatchObject({ name: 'factory', localKey: false, provisioning: true });
    const printed = await daemon.ctl(['ca', 'show', 'factory', '--pem']);
    expect(openssl('x509', '-in', file('printed.pem', printed.stdout), '-noout', '-subject')).toContain(
      'factory',
    );
    const { deviceCas } = (await daemon.json(['ca', 'list'])) as { deviceCas: { name: string }[] };
    expect(deviceCas.map(({ name }) => name).sort()).toEqual(['default', 'factory']);
    expect((await daemon.ctl(['ca', 'remove', 'factory'])).code).toBe(0);
    expect((await daemon.ctl(['ca', 'show', 'factory'])).code).toBe(1);
  });
});
