import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfigurationFile } from '../../src/config/check.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';

const directory = mkdtempSync(join(tmpdir(), 'check-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, 'c.yaml');
const check = (text: string) => {
  writeFileSync(file, text);
  const {
    text: shown,
    json,
    exitCode,
  } = checkConfigurationFile(file, { validateDeviceGroups: compileDeviceGroups });
  return {
    shown,
    exitCode,
    ...(JSON.parse(json) as { effective: object; warnings: unknown[]; errors: unknown[] }),
  };
};

describe('`config check`', () => {
  it('answers 0 with the effective values and the warnings', () => {
    const { exitCode, effective, warnings, errors, shown } = check('performance: {maxActiveAuthTokens: 0}');
    expect(exitCode).toBe(0);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      { path: 'performance.maxActiveAuthTokens', value: 0, rule: 'must be 1 to 2147483646; 1 is used' },
    ]);
    expect(effective).toHaveProperty('performance.maxActiveAuthTokens', 1);
    expect(effective).toHaveProperty('certificateAuthority.caType', 'RSA_2048');
    expect(effective).toHaveProperty('certificateAuthority.customCA', false);
    expect(shown).toContain(
      'warning: performance.maxActiveAuthTokens: must be 1 to 2147483646; 1 is used (it is 0)',
    );
    expect(shown).toContain('is good: 1 warning.');
  });

  it('answers 2 with errors, and still shows effective values, with defaults where the file is wrong', () => {
    const { exitCode, effective, errors, shown } = check('security: {clientIdRule: x, clockSkewSeconds: 7}');
    expect(exitCode).toBe(2);
    expect(errors).toMatchObject([{ path: 'security.clientIdRule', value: 'x' }]);
    expect(effective).toMatchObject({ security: { clientIdRule: 'exact', clockSkewSeconds: 7 } });
    expect(shown).toContain('cannot be used: 1 error, no warnings.');
  });

  it('answers 2 for a file that cannot be read or parsed', () => {
    expect(check('a: [').errors).toMatchObject([
      { path: '', rule: expect.stringMatching(/^line 1, column \d+: /) },
    ]);
    const missing = checkConfigurationFile(join(directory, 'none'));
    expect(missing.exitCode).toBe(2);
    expect(JSON.parse(missing.json)).toMatchObject({
      errors: [{ rule: 'the file cannot be read: there is no such file' }],
    });
  });

  it('shows no PIN of a security module', () => {
    const uri = 'pkcs11:object=ca;type=private?pin-value=4711-secret';
    const good = check(`certificateAuthority: {privateKeyUri: "${uri}", certificateUri: "file:///c"}`);
    const bad = check(
      `certificateAuthority: {privateKeyUri: ["${uri}"], certificateUri: "no scheme ${uri}"}`,
    );
    expect([good.exitCode, bad.exitCode]).toEqual([0, 2]);
    expect(JSON.stringify([good, bad])).not.toContain('4711');
  });
});
