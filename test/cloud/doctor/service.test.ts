import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/cloud/doctor/check.ts';
import { Doctor } from '../../../src/cloud/doctor/doctor.ts';
import {
  credentialsCheck,
  jobCheck,
  type Probe,
  permissionChecks,
} from '../../../src/cloud/doctor/service.ts';
import { answered, type Outcome, type TroubleKind, trouble } from '../../../src/cloud/outcome.ts';
import type { JobStatus } from '../../../src/cloud/status.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const clock = new ManualClock();

async function look(checks: readonly Check[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const doctor = new Doctor({ checks, clock, timeoutMs: 10_000 });
  for await (const { name, outcome, detail, remedy } of doctor.examine(new AbortController().signal))
    found[name] = `${outcome}: ${detail} ${remedy}`.trim();
  return found;
}

const probe = (permission: string, outcome: Outcome<string>, more: Partial<Probe> = {}): Probe => ({
  permission,
  grantedBy: 'core',
  needs: [],
  ask: async () => outcome,
  ...more,
});
const NO_ROLE = trouble(
  'misconfigured',
  'Greengrass is not authorized to assume the Service Role associated with this account',
);

describe('a permission', () => {
  it('is there when what was asked about is refused, for that is an answer', async () => {
    const found = await look(
      permissionChecks([
        probe('iot:DescribeCertificate', answered('there is no such certificate'), { grantedBy: 'iam' }),
      ]),
    );
    expect(found).toEqual({ 'permission.iot:DescribeCertificate': 'ok: there is no such certificate' });
  });

  it('is missing, and the remedy says where it is given', async () => {
    const denied = trouble('misconfigured', 'denied');
    const found = await look(
      permissionChecks([
        probe('iot:DescribeCertificate', denied, { grantedBy: 'iam' }),
        probe('greengrass:GetConnectivityInfo', denied),
      ]),
    );
    expect(found['permission.iot:DescribeCertificate']).toMatch(
      /^failed: denied allow iot:DescribeCertificate in the IAM policy/,
    );
    expect(found['permission.greengrass:GetConnectivityInfo']).toMatch(
      /^failed: denied allow greengrass:GetConnectivityInfo in the AWS IoT policy of the core/,
    );
  });

  it.each<[TroubleKind, string]>([
    ['throttled', 'warning'],
    ['server-error', 'warning'],
    ['unreachable', 'failed'],
    ['unexpected', 'failed'],
  ])('that %s keeps from being told is a %s', async (kind, outcome) => {
    const found = await look(permissionChecks([probe('a:B', trouble(kind, 'what'))]));
    expect(found['permission.a:B']).toMatch(new RegExp(`^${outcome}: what .+`));
  });

  it('is not asked for without the path that AWS does not publish', async () => {
    const problem = () => 'cloud.dataPlane.paths.verifyClientDeviceIdentity is not set';
    const ask = () => expect.fail('it was asked');
    const found = await look(permissionChecks([probe('a:B', answered(''), { problem, ask })]));
    expect(found['permission.a:B']).toMatch(/^skipped: cloud\.dataPlane\.paths\.verifyClientDeviceIdentity/);
  });
});

describe('the service role', () => {
  it('is missing when any call was refused for the lack of it, which is no lack of the permission', async () => {
    const found = await look(
      permissionChecks([
        probe('greengrass:VerifyClientDeviceIdentity', NO_ROLE),
        probe('greengrass:GetConnectivityInfo', answered('2 addresses')),
      ]),
    );
    expect(found['permission.greengrass:VerifyClientDeviceIdentity']).toMatch(/^ok/);
    expect(found['service-role']).toMatch(/^failed: .*associate-service-role-to-account/);
  });

  it('is there when Greengrass answered for a certificate', async () => {
    const found = await look(
      permissionChecks([probe('greengrass:VerifyClientDeviceIoTCertificateAssociation', answered('yes'))]),
    );
    expect(found['service-role']).toMatch(/^ok/);
  });

  it('cannot be told from anything else', async () => {
    const found = await look(permissionChecks([probe('greengrass:GetConnectivityInfo', answered(''))]));
    expect(found['service-role']).toMatch(/^skipped: .*get-service-role-for-account/);
  });

  it('is nothing that aws-iot needs', async () => {
    const found = await look(permissionChecks([probe('iot:X', answered(''), { grantedBy: 'iam' })]));
    expect(Object.keys(found)).toEqual(['permission.iot:X']);
  });
});

it('credentials are told by where they come from', async () => {
  const find = async () => answered('role alias gateways, until 12:00');
  expect(await look([credentialsCheck({ needs: [], find })])).toEqual({
    credentials: 'ok: role alias gateways, until 12:00',
  });
  const none = async () => trouble('misconfigured', 'nothing gave any');
  expect((await look([credentialsCheck({ needs: [], find: none })]))['credentials']).toMatch(
    /^failed: nothing gave any .+/,
  );
});

describe('what the daemon does by itself', () => {
  const status: JobStatus = {
    name: 'certificate-authorities',
    state: 'done',
    detail: '2 CAs uploaded',
    startedAt: 0,
    succeededAt: clock.now() - 7_200_000,
    nextAt: undefined,
    failures: 0,
    lastError: '',
  };
  const say = async (job: JobStatus | undefined) => {
    const permission = 'greengrass:PutCertificateAuthorities';
    const found = await look([jobCheck('certificate-authorities', permission, () => job, clock)]);
    return found[`permission.${permission}`];
  };

  it('is told, not done', async () => {
    expect(await say(status)).toBe('ok: 2 CAs uploaded, 2 h ago');
    expect(await say({ ...status, state: 'waiting', failures: 3, lastError: 'denied' })).toMatch(
      /^failed: certificate-authorities failed 3 times in a row: denied allow greengrass:PutCert/,
    );
    expect(await say({ ...status, state: 'off', detail: 'no path' })).toBe(
      'skipped: certificate-authorities is off: no path',
    );
    expect(await say({ ...status, state: 'running', succeededAt: undefined, detail: 'first' })).toMatch(
      /^skipped/,
    );
    expect(await say(undefined)).toMatch(/^skipped: .*running daemon/);
  });
});
