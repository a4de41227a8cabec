import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coreIdentityChecks, rootCaCheck } from '../../../src/cloud/doctor/core-identity.ts';
import { Doctor } from '../../../src/cloud/doctor/doctor.ts';
import { CertificateMaker, VALID_FROM, VALID_TO } from '../../support/certificates.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const core = maker.make({ subject: 'gateway' });

let directory: string;
let certificateFile: string;
let keyFile: string;
let rootFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  certificateFile = join(directory, 'core.pem');
  keyFile = join(directory, 'core.key');
  rootFile = join(directory, 'roots.pem');
  writeFileSync(certificateFile, core.pem);
  writeFileSync(keyFile, core.keyPem, { mode: 0o600 });
});
afterEach(() => rmSync(directory, { recursive: true }));

async function look(now = Date.UTC(2026, 0, 1)): Promise<Record<string, string>> {
  const clock = new ManualClock(now);
  const checks = coreIdentityChecks({ certificateFile, keyFile }, clock);
  const found: Record<string, string> = {};
  const doctor = new Doctor({ checks, clock, timeoutMs: 10_000 });
  for await (const { name, outcome, detail, remedy } of doctor.examine(new AbortController().signal)) {
    expect(detail + remedy).not.toMatch(/BEGIN|PRIVATE/);
    found[name] = `${outcome}: ${detail} ${remedy}`;
  }
  return found;
}

describe('the files of the core', () => {
  it('are well', async () => {
    expect(await look()).toEqual({
      'core.key': expect.stringMatching(/^ok: .*core\.key has a key \(EC prime256v1\)/),
      'core.certificate': expect.stringMatching(/^ok: .*CN=gateway\) is valid until 2034-12-30/),
      'core.key-fits': expect.stringMatching(/^ok/),
    });
  });

  it('are two that do not belong together', async () => {
    writeFileSync(keyFile, maker.ca('other').keyPem);
    expect((await look())['core.key-fits']).toMatch(/^failed: the key in .* is not that of .*cloud\.keyFile/);
  });

  it.each([
    ['is not there', () => rmSync(keyFile), /^failed: .*there is no such file.*cloud\.keyFile/],
    ['is empty', () => writeFileSync(keyFile, ''), /^failed: .*no private key.*PEM/],
    ['is a certificate', () => writeFileSync(keyFile, core.pem), /^failed: .*no private key/],
    ['is huge', () => writeFileSync(keyFile, 'x'.repeat(2_000_000)), /^failed: .*too large/],
    ['may be read by all', () => chmodSync(keyFile, 0o644), /^warning: .*mode 0644.*chmod 600/],
  ])('have a key that %s', async (_what, spoil, says) => {
    spoil();
    const found = await look();
    expect(found['core.key']).toMatch(says);
    if (found['core.key']?.startsWith('failed'))
      expect(found['core.key-fits']).toMatch(/^skipped: core\.key/);
  });

  it.each([
    ['has ended', VALID_TO + DAY, /^failed: .*ended on 2034-12-30/],
    ['ends soon', VALID_TO - 20 * DAY, /^warning: .*ends soon/],
    ['has not begun', VALID_FROM - DAY, /^failed: .*begins on 2025-01-01.*clock/],
  ])('have a certificate that %s', async (_what, now, says) => {
    expect((await look(now))['core.certificate']).toMatch(says);
  });

  it('have something else in the place of the certificate', async () => {
    writeFileSync(certificateFile, core.keyPem);
    expect((await look())['core.certificate']).toMatch(/^failed: .*no certificate/);
  });
});

describe('roots of the operator’s own', () => {
  const roots = async () => rootCaCheck(rootFile, new ManualClock()).look(new AbortController().signal);

  it('are named', async () => {
    writeFileSync(rootFile, `# ours\n${maker.ca('Root One').pem}\n${maker.ca('Root Two').pem}`);
    expect(await roots()).toMatchObject({
      outcome: 'ok',
      detail: expect.stringContaining('Root One; Root Two'),
    });
  });

  it('are missing, or have all ended', async () => {
    await expect(roots()).rejects.toThrow(/no such file/);
    writeFileSync(rootFile, 'nothing');
    expect(await roots()).toMatchObject({ outcome: 'failed' });
    writeFileSync(rootFile, maker.ca('Old', { notAfter: VALID_FROM + DAY }).pem);
    expect(await roots()).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('has ended') });
  });
});
