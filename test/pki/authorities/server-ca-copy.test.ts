/** Server CAs that go out to a backup and come in from one. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerCa, type ServerCaSettings } from '../../../src/pki/authorities/server-ca.ts';
import type { ExportedAuthority } from '../../../src/pki/certificates-api.ts';
import { DurableFiles } from '../../../src/pki/durable-files.ts';
import { CertificateIssuer } from '../../../src/pki/x509/certificate-issuer.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { atEveryOperation } from '../failing-files.ts';

const DAY = 86_400_000;
const OWN: ServerCaSettings = { keyType: 'EC_P256', custom: undefined, overlapDays: 30 };

describe('the server CAs of a backup', () => {
  const clock = new ManualClock();
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deviceauthd-ca-copy-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const open = (
    name: string,
    settings = OWN,
    files = new DurableFiles() as ServerCaFiles,
  ): Promise<ServerCa> =>
    ServerCa.open({
      stateDirectory: join(root, name),
      issuer: new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) }),
      clock,
      settings: () => settings,
      warn: () => {},
      files,
    });

  const sign = (ca: ServerCa) => ca.recordIssued(ca.currentId ?? '', clock.now() + 7 * DAY);

  /** One that signs, one announced, one retired. */
  async function exported(): Promise<readonly ExportedAuthority[]> {
    const ca = await open('source');
    await sign(ca);
    await ca.rotate('now');
    await sign(ca);
    await ca.rotate('announce');
    return ca.exportAuthorities();
  }

  it('come in whole or not at all, wherever the power fails', async () => {
    const copy = await exported();
    const before = await open('template');
    await sign(before);
    const seen = new Set<string | undefined>();
    await atEveryOperation(async (files) => {
      rmSync(join(root, 'target'), { recursive: true, force: true });
      cpSync(join(root, 'template'), join(root, 'target'), { recursive: true });
      const ca = await open('target', OWN, files).catch(() => undefined);
      await ca?.importAuthorities(copy, { replace: true, check: false }).catch(() => undefined);
      const after = await open('target');
      const { problem, current, next, retired } = after.state();
      expect(problem, files.done.join('\n')).toBeUndefined();
      expect(after.signer().privateKey, files.done.join('\n')).toBeDefined();
      seen.add(current?.certificateId);
      // The announced one and the retired one come with the one that signs.
      const isNew = current?.certificateId !== before.currentId;
      expect([next !== undefined, retired.length]).toEqual(isNew ? [true, 1] : [false, 0]);
      const id = await after.importAuthorities(copy, { replace: true, check: false });
      expect(after.currentId).toBe(id);
    });
    expect(seen.size).toBe(2);
  });

  it('are told of as a change, but not when they are here already, nor when it is only looked at', async () => {
    const copy = await exported();
    const ca = await open('target');
    const mine = ca.currentId;
    let told = 0;
    ca.onChange(() => {
      told += 1;
    });
    await ca.importAuthorities(copy, { replace: false, check: true });
    expect([told, ca.currentId]).toEqual([0, mine]);
    await ca.importAuthorities(copy, { replace: false, check: false });
    expect(told).toBe(1);
    await ca.importAuthorities(copy, { replace: false, check: false });
    expect(told).toBe(1);
  });

  it.each<
    readonly [what: string, change: (copy: readonly ExportedAuthority[]) => readonly ExportedAuthority[]]
  >([
    ['nobody that signs', (copy) => copy.filter(({ role }) => role !== 'current')],
    ['one twice', (copy) => [...copy, { ...copy[0]!, role: 'retired' }]],
    [
      'a key of another',
      ([one, other, ...more]) => [{ ...one!, privateKeyPem: other!.privateKeyPem }, other!, ...more],
    ],
    [
      'something that is no CA',
      ([one, ...more]) => {
        const { pem, keyPem } = new CertificateMaker().make();
        return [{ ...one!, certificatePem: pem, privateKeyPem: keyPem }, ...more];
      },
    ],
    ['no certificate', ([one, ...more]) => [{ ...one!, certificatePem: 'x' }, ...more]],
  ])('that have %s are refused', async (_what, change) => {
    const copy = change(await exported());
    const ca = await open('target');
    const before = ca.state();
    const call = ca.importAuthorities(copy, { replace: true, check: false });
    await expect(call).rejects.toMatchObject({ reason: 'INVALID_ARGUMENTS' });
    expect(ca.state()).toEqual(before);
  });

  it('of the operator’s own neither go out nor are replaced', async () => {
    const { pem, keyPem } = new CertificateMaker().ca('Plant CA', { key: 'RSA' });
    writeFileSync(join(root, 'ca.pem'), pem);
    writeFileSync(join(root, 'ca.key'), keyPem, { mode: 0o600 });
    const uri = (name: string): string => pathToFileURL(join(root, name)).href;
    const custom = {
      privateKeyUri: uri('ca.key'),
      certificateUri: uri('ca.pem'),
      certificateChainUri: undefined,
    };
    const ca = await open('target', { ...OWN, custom });
    expect(ca.state()).toMatchObject({ custom: true });
    expect(await ca.exportAuthorities()).toEqual([]);
    const call = ca.importAuthorities(await exported(), { replace: true, check: true });
    await expect(call).rejects.toMatchObject({ message: expect.stringContaining('privateKeyUri') });
  });
});

type ServerCaFiles = NonNullable<ConstructorParameters<typeof ServerCa>[0]['files']>;
