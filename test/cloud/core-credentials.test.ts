import { X509Certificate } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AMAZON_ROOTS, amazonRoots } from '../../src/cloud/amazon-roots.ts';
import { type CoreFiles, readCoreCredentials } from '../../src/cloud/core-credentials.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';

const maker = new CertificateMaker();
const root = maker.ca('Root');
const core = maker.make({ subject: 'MyCore' });

let directory: CoreDirectory;
const warnings: string[] = [];

beforeEach(() => {
  warnings.length = 0;
  directory = new CoreDirectory(core, root.pem);
});

afterEach(() => directory.remove());

const read = (files: Partial<CoreFiles> = {}) =>
  readCoreCredentials({ ...directory.files, ...files }, (message) => warnings.push(message));

describe("Amazon's roots", () => {
  it('come with this Node, all of them, and nothing else does', () => {
    const names = amazonRoots().map((pem) => new X509Certificate(pem).subject.split('CN=').at(-1));
    expect(names.toSorted()).toEqual([...AMAZON_ROOTS.values()].toSorted());
    expect(names).toHaveLength(5);
  });

  it('are what counts, where no others are given', () => {
    expect(read({ rootCaFile: undefined }).rootCaPems).toEqual(amazonRoots());
    expect(read().rootCaPems).toEqual([root.pem.trim()]);
  });
});

describe("the core's files", () => {
  it('are a certificate, by its id and its end, and its key', () => {
    expect(read()).toMatchObject({ certificateId: core.id, notAfter: Date.UTC(2034, 11, 30) });
    expect(warnings).toEqual([]);
  });

  it('may have intermediates and text around', () => {
    directory.write('core.pem', `Subject: me\n${core.pem}${root.pem}`);
    expect(read().certificateId).toBe(core.id);
  });

  it.each([
    [
      'cloud.certificateFile',
      { certificateFile: '/nowhere/core.pem' },
      '/nowhere/core.pem cannot be read: ENOENT',
    ],
    ['cloud.keyFile', { keyFile: '/nowhere/core.key' }, 'cannot be read: ENOENT'],
    ['cloud.rootCaFile', { rootCaFile: '/' }, 'cannot be read: EISDIR'],
  ])('that cannot be read are named by their key: %s', (key, files, reason) => {
    expect(() => read(files)).toThrow(
      expect.objectContaining({ name: 'CoreFileError', key, message: expect.stringContaining(reason) }),
    );
  });

  const other = new CertificateMaker().make({ key: 'RSA' });
  it.each([
    ['cloud.certificateFile', 'core.pem', 'not a certificate', 'holds no PEM certificate'],
    ['cloud.certificateFile', 'core.pem', core.pem.replace('MII', 'AAA'), 'cannot be parsed'],
    ['cloud.certificateFile', 'core.pem', 'x'.repeat(2 ** 20 + 1), 'larger than'],
    ['cloud.keyFile', 'core.key', core.pem, 'holds no PEM private key'],
    ['cloud.keyFile', 'core.key', other.keyPem, 'is not the key of the certificate'],
    [
      'cloud.keyFile',
      'core.key',
      core.keys.privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
      'is encrypted',
    ],
    ['cloud.rootCaFile', 'root.pem', '', 'holds no PEM certificate'],
    // Half of a chain, as a file has it that is being copied.
    ['cloud.certificateFile', 'core.pem', core.pem + root.pem.slice(0, 200), 'cannot be used for TLS'],
  ])('that cannot be used are named by their key, and not shown: %s (%#)', (key, name, content, reason) => {
    directory.write(name, content);
    expect(() => read()).toThrow(expect.objectContaining({ key, message: expect.stringContaining(reason) }));
    expect(() => read()).not.toThrow(/BEGIN/);
  });

  it.each([0o604, 0o640, 0o620])('are warned about when others may read or write the key (%o)', (mode) => {
    chmodSync(directory.files.keyFile, mode);
    read();
    expect(warnings).toEqual([expect.stringMatching(/^cloud\.keyFile: .* its mode is 06\d\d/)]);
  });
});
