import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller } from '../endpoints/support/caller.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { type Configuration, DaemonProcess } from './daemon-process.ts';
import { atTerminal } from './terminal-session.ts';

const PASSPHRASE = 'correct horse battery';
const env = { DEVICEAUTHD_PASSPHRASE: PASSPHRASE };

const withBroker = (directory: string): Configuration => ({
  listeners: { broker: { socket: join(directory, 'broker.sock'), mode: '0600', operations: ['broker'] } },
});

async function connects(daemon: DaemonProcess, thing: string, certificatePem: string): Promise<boolean> {
  const caller = new Caller(`unix:${daemon.path('broker.sock')}`);
  try {
    const mqttCredential = { clientId: thing, certificatePem };
    await caller.call('GetClientDeviceAuthToken', { credential: { mqttCredential } });
    return true;
  } catch {
    return false;
  } finally {
    caller.close();
  }
}

async function things(daemon: DaemonProcess): Promise<number> {
  const { registry } = (await daemon.json(['status'])) as { registry: { things: number } };
  return registry.things;
}

describe('copies of CAs and registry', () => {
  let here: DaemonProcess;
  const certificates = new Map<string, string>();

  beforeAll(async () => {
    here = await DaemonProcess.start(withBroker);
    await here.json(['ca', 'create', '--provisioning']);
    for (const thing of ['lamp', 'pump', 'lost']) {
      const issued = await here.json(['certificate', 'issue', '--thing', thing, '--create-thing']);
      certificates.set(thing, String(issued['certificatePem']));
    }
    const { certificate } = (await here.json(['certificate', 'issue', '--thing', 'lost'])) as {
      certificate: { certificateId: string };
    };
    await here.json(['certificate', 'revoke', certificate.certificateId]);
    for (const verb of ['ca', 'registry']) {
      const { code, stderr } = await here.ctl([verb, 'export', here.path(`${verb}.copy`)], { env });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/[\d,]+ bytes; without the passphrase/)]);
    }
  });
  afterAll(() => here?.stop());

  it('are files for their owner alone, with nothing to read in them, and nothing else beside them', () => {
    for (const verb of ['ca', 'registry']) {
      expect(statSync(here.path(`${verb}.copy`)).mode & 0o777).toBe(0o600);
      const content = readFileSync(here.path(`${verb}.copy`), 'latin1');
      expect(content.slice(0, 16)).toBe('deviceauthd-copy');
      expect(content).not.toMatch(/BEGIN|lamp|private/i);
    }
    expect(readdirSync(here.directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('make a new daemon one that the same devices can use, whose CA signs as before', async () => {
    const there = await DaemonProcess.start(withBroker);
    try {
      expect(await connects(there, 'lamp', certificates.get('lamp')!)).toBe(false);
      const registry = await there.ctl(['registry', 'import', here.path('registry.copy')], { env });
      expect(registry.stdout).toMatch(/^3 things, 4 certificates, 1 device CA: imported from the copy of 20/);
      const cas = await there.json(['ca', 'import', here.path('ca.copy')], { env });
      const serverCa = (await here.json(['ca', 'show'])) as {
        serverCa: { current: { certificateId: string } };
      };
      expect(cas).toMatchObject({ deviceCas: 1, serverCaId: serverCa.serverCa.current.certificateId });
      for (const thing of ['lamp', 'pump'])
        expect(await connects(there, thing, certificates.get(thing)!)).toBe(true);
      const issued = await there.json(['certificate', 'issue', '--thing', 'new', '--create-thing']);
      const ca = (await here.ctl(['ca', 'show', 'default', '--pem'])).stdout;
      const signed = new X509Certificate(String(issued['certificatePem']));
      expect(signed.verify(new X509Certificate(ca).publicKey)).toBe(true);
      const anchors = await there.ctl(['ca', 'show', '--pem']);
      expect(anchors.stdout).toBe((await here.ctl(['ca', 'show', '--pem'])).stdout);
    } finally {
      await there.stop();
    }
  });

  it('go through pipes', async () => {
    const there = await DaemonProcess.start();
    try {
      const child = here.spawn(['registry', 'export', '-'], { env });
      const pieces: Buffer[] = [];
      child.stdin?.end();
      for await (const piece of child.stdout!) pieces.push(piece as Buffer);
      const { code } = await there.ctl(['registry', 'import', '-'], { env, stdin: Buffer.concat(pieces) });
      expect([code, await things(there)]).toEqual([0, 3]);
    } finally {
      await there.stop();
    }
  });

  it('are refused by name where something is different, and replace it only when told', async () => {
    const there = await DaemonProcess.start(withBroker);
    try {
      await there.json(['ca', 'create', '--provisioning']);
      const mine = await there.json(['certificate', 'issue', '--thing', 'mine', '--create-thing']);
      await there.json(['thing', 'create', 'lamp', '--type', 'other']);
      expect(await connects(there, 'mine', String(mine['certificatePem']))).toBe(true);
      const refused = await there.ctl(['registry', 'import', here.path('registry.copy')], { env });
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(/device CA default .* thing lamp has/s),
      ]);
      expect(refused.stderr).toMatch(/fix: +--replace/);
      expect(await things(there)).toBe(2);
      await there.json(['registry', 'import', here.path('registry.copy'), '--replace'], { env });
      expect((await there.json(['session', 'list']))['sessions']).toEqual([]);
      expect(await connects(there, 'mine', String(mine['certificatePem']))).toBe(false);
      expect(await connects(there, 'lamp', certificates.get('lamp')!)).toBe(true);
    } finally {
      await there.stop();
    }
  });

  it('never replace a file that is there, unless told', async () => {
    const file = here.path('mine.txt');
    writeFileSync(file, 'mine');
    const refused = await here.ctl(['registry', 'export', file], { env });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('exists already')]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await here.ctl(['registry', 'export', file, '--force'], { env })).code).toBe(0);
    expect(readFileSync(file, 'latin1').startsWith('deviceauthd-copy')).toBe(true);
  });

  it('that cannot be made or taken leave nothing behind', async () => {
    const short = await here.ctl(['ca', 'export', here.path('short')], {
      env: { DEVICEAUTHD_PASSPHRASE: 'short' },
    });
    expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('at least 12 characters')]);
    const none = await here.ctl(['ca', 'export', here.path('none')]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--passphrase-file')]);
    const nowhere = await here.ctl(['ca', 'export', here.path('no/such')], { env });
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('no such file or directory')]);
    for (const name of ['short', 'none']) expect(existsSync(here.path(name))).toBe(false);
    const wrong = await here.ctl(['ca', 'import', here.path('ca.copy')], {
      env: { DEVICEAUTHD_PASSPHRASE: 'another passphrase' },
    });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('the passphrase is wrong')]);
    writeFileSync(here.path('cut'), readFileSync(here.path('registry.copy')).subarray(0, 300));
    const cut = await here.ctl(['registry', 'import', here.path('cut')], { env });
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringMatching(/damaged|cut short/)]);
    expect((await here.ctl(['ca', 'import', here.path('missing')], { env })).code).toBe(2);
  });

  it('take their passphrase from a file, and warn when others may read that', async () => {
    writeFileSync(here.path('passphrase'), `${PASSPHRASE}\nnot this\n`, { mode: 0o644 });
    const args = ['ca', 'export', here.path('by-file'), '--passphrase-file', here.path('passphrase')];
    const exported = await here.ctl(args);
    expect([exported.code, exported.stderr]).toEqual([
      0,
      expect.stringContaining('warning: others may read'),
    ]);
    expect((await here.ctl(['ca', 'import', here.path('by-file')], { env })).code).toBe(0);
  });

  it('ask a person for the passphrase twice, and do not show it', async () => {
    const socket = { DEVICEAUTHD_ADMIN_SOCKET: here.socket };
    const typed = `${PASSPHRASE}\r`;
    const made = await atTerminal(
      ['ca', 'export', here.path('typed')],
      [
        [/Passphrase: /, `x\x7f${typed}`],
        [/The same again: /, typed],
      ],
      socket,
    );
    expect([made.code, made.screen]).toEqual([0, expect.not.stringContaining('horse')]);
    const other = await atTerminal(
      ['ca', 'export', here.path('mistyped')],
      [
        [/Passphrase: /, typed],
        [/The same again: /, 'something else\r'],
      ],
      socket,
    );
    expect([other.code, other.screen]).toEqual([2, expect.stringContaining('not the same')]);
    expect(existsSync(here.path('mistyped'))).toBe(false);
    const taken = await atTerminal(['ca', 'import', here.path('typed')], [[/Passphrase: /, typed]], socket);
    expect([taken.code, taken.screen]).toEqual([0, expect.stringContaining('imported from the copy')]);
    const stopped = await atTerminal(
      ['ca', 'export', here.path('stopped')],
      [[/Passphrase: /, '\x03']],
      socket,
    );
    expect(stopped.code).toBe(130);
  });

  it('are in the log and the audit as facts of a file', async () => {
    await here.ctl(['registry', 'export', here.path('audited')], { env });
    const { stdout } = await stopAndRead();
    const lines = stdout.split('\n').filter((line) => line.includes('"backup.'));
    expect(
      lines.some((line) =>
        /"action":"backup.export","correlationId":"\w+","parts":"registry","bytes":\d+,"whole":true/.test(
          line,
        ),
      ),
    ).toBe(true);
    expect(stdout).not.toMatch(/correct horse|PRIVATE KEY/);
  });

  async function stopAndRead() {
    const { outcome } = here;
    await here.stop();
    return outcome;
  }
});

describe('an import that is killed', () => {
  const maker = new CertificateMaker();
  const DEVICES = 200;

  it('leaves the registry as it was, or as in the file', async () => {
    const here = await DaemonProcess.start();
    let there = await DaemonProcess.start();
    try {
      const ca = maker.ca('factory');
      const rows = Array.from({ length: DEVICES }, (_, index) => {
        const { der } = maker.make({ subject: `device-${index}`, issuer: ca });
        return `${der.toString('base64')},device-${index}`;
      });
      writeFileSync(here.path('devices.csv'), ['certificate,thing', ...rows].join('\n'));
      await here.json(['certificate', 'import', here.path('devices.csv'), '--create-things']);
      await here.ctl(['registry', 'export', here.path('copy')], { env });
      await there.json(['thing', 'create', 'mine']);
      const seen = new Set<number>();
      for (let round = 0; round < 8 && !seen.has(DEVICES); round += 1) {
        const importing = there.ctl(['registry', 'import', here.path('copy'), '--replace'], { env });
        // From before it begins to after its end, later each time.
        await after(100 + round * 150);
        await there.kill();
        await importing;
        there = await DaemonProcess.start(undefined, there.directory);
        const found = await things(there);
        seen.add(found);
        expect([1, DEVICES]).toContain(found);
        expect(readdirSync(there.path('state')).filter((name) => name.includes('import-'))).toEqual([]);
      }
      expect(seen.has(1)).toBe(true);
    } finally {
      await here.stop();
      await there.stop();
    }
  }, 120_000);
});
