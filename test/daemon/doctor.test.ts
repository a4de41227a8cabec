import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/clock.ts';
import type { JobStatus } from '../../src/cloud/status.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { type DoctorParts, doctorOf } from '../../src/daemon/doctor.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { ConnectProxy } from '../support/fake-aws/connect-proxy.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';

let aws: FakeAws;
let core: CoreDirectory;
beforeEach(async () => {
  aws = await FakeAws.start();
  core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
});
afterEach(async () => {
  await aws.stop();
  core.remove();
});

const cloud = (more: object = {}) => ({
  region: 'eu-west-1',
  coreThingName: aws.core.thingName,
  ...core.files,
  proxy: { noProxy: ['*'] },
  dataPlane: { endpoint: 'localhost', port: aws.devicePort, paths: aws.paths },
  awsIot: { endpoint: aws.controlUrl },
  ...more,
});

async function examine(
  document: object,
  more: Partial<DoctorParts> = {},
): Promise<Readonly<Record<string, string>>> {
  const { effective: configuration, errors } = loadConfiguration(JSON.stringify(document));
  expect(errors).toEqual([]);
  const parts = { configuration, clock: new SystemClock(), hostName: 'gateway', environment: {}, ...more };
  const found: Record<string, string> = {};
  for await (const { name, outcome, detail, remedy } of doctorOf(parts).examine(
    new AbortController().signal,
  )) {
    expect(detail + remedy).not.toMatch(/BEGIN|PRIVATE|undefined|secret-access|hunter2/);
    found[name] = `${outcome}: ${detail} ${remedy}`.trim();
  }
  return found;
}

const notWell = (found: Readonly<Record<string, string>>): string[] =>
  Object.entries(found)
    .filter(([, what]) => !what.startsWith('ok'))
    .map(([name, what]) => `${name} ${what}`);

describe('with the verifier registry', () => {
  it('nothing needs the cloud', async () => {
    expect(await examine({})).toEqual({
      cloud: 'ok: the verifier is registry: nothing here needs the cloud',
    });
  });
});

describe('with the verifier greengrass', () => {
  const greengrass = (more: object = {}) => ({ verifier: 'greengrass', cloud: cloud(more) });
  const uploaded: JobStatus = {
    name: 'certificate-authorities',
    state: 'done',
    detail: '1 CA uploaded',
    startedAt: 0,
    succeededAt: Date.now(),
    nextAt: undefined,
    failures: 0,
    lastError: '',
  };
  const running = { uploadStatus: () => uploaded };

  it('every need is checked, and nothing is changed', async () => {
    const found = await examine(greengrass(), running);
    expect(notWell(found)).toEqual([]);
    expect(Object.keys(found)).toEqual([
      'configuration',
      ...['core.key', 'core.certificate', 'core.key-fits', 'root-ca'],
      ...['data-plane.name', 'data-plane.tcp', 'data-plane.tls', 'data-plane.identity'],
      'clock',
      'permission.greengrass:VerifyClientDeviceIdentity',
      'permission.greengrass:VerifyClientDeviceIoTCertificateAssociation',
      'permission.greengrass:GetConnectivityInfo',
      'service-role',
      'permission.greengrass:PutCertificateAuthorities',
    ]);
    expect(aws.account.uploads).toEqual([]);
    expect(aws.account.connectivity.size).toBe(0);
    await expect.poll(() => aws.openConnections, { timeout: 10_000 }).toBe(0);
  });

  it('a policy that allows too little is told, permission by permission', async () => {
    aws.account.deny('VerifyClientDeviceIdentity');
    aws.account.deny('VerifyClientDeviceIoTCertificateAssociation');
    aws.account.deny('GetConnectivityInfo');
    const found = notWell(await examine(greengrass(), running));
    expect(found).toEqual([
      expect.stringMatching(/^permission\.greengrass:VerifyClientDeviceIdentity failed: .*AWS IoT policy/),
      expect.stringMatching(
        /^permission\.greengrass:VerifyClientDeviceIoTCertificateAssociation warning: .*core's own name/,
      ),
      expect.stringMatching(/^permission\.greengrass:GetConnectivityInfo failed: .*AWS IoT policy/),
      expect.stringMatching(/^service-role skipped/),
    ]);
  });

  it('a path that confirms whatever it is asked is told, since it would let in every device', async () => {
    aws.faults.add(
      { kind: 'answer', status: 200, body: {} },
      { operation: 'VerifyClientDeviceIoTCertificateAssociation' },
    );
    const [first] = notWell(await examine(greengrass(), running));
    expect(first).toMatch(
      /^permission\.greengrass:VerifyClientDeviceIoTCertificateAssociation failed: .*nobody has/,
    );
  });

  it('a missing service role is told as that', async () => {
    aws.account.serviceRole = false;
    expect(notWell(await examine(greengrass(), running))).toEqual([
      expect.stringMatching(/^service-role failed: .*associate-service-role-to-account/),
    ]);
  });

  it('an inactive core certificate is told, and nothing is asked with it', async () => {
    aws.account.setCertificate(aws.core.certificate.id, 'INACTIVE');
    const [first, ...rest] = notWell(await examine(greengrass(), running));
    expect(first).toMatch(/^data-plane\.identity failed/);
    expect(rest).toHaveLength(5);
    for (const what of rest) expect(what).toMatch(/ skipped: /);
  });

  it('paths that are not configured are told', async () => {
    const dataPlane = { endpoint: 'localhost', port: aws.devicePort };
    const found = notWell(await examine(greengrass({ dataPlane }), running));
    expect(found[0]).toMatch(
      /^configuration failed: .*paths\.verifyClientDeviceIdentity is not set.*; cloud\.dataPlane\.paths\.verifyClientDeviceIoTCertificateAssociation is not set/,
    );
    expect(found[1]).toMatch(/^permission\.greengrass:VerifyClientDeviceIdentity skipped/);
  });

  it('a key of somebody else keeps everything from being asked', async () => {
    core.write('core.key', new CertificateMaker().make().keyPem);
    const [first, ...rest] = notWell(await examine(greengrass(), running));
    expect(first).toMatch(/^core\.key-fits failed/);
    for (const what of rest) expect(what).toMatch(/ skipped: /);
  });

  it('what only the running daemon knows is left to it', async () => {
    expect(notWell(await examine(greengrass()))).toEqual([
      expect.stringMatching(/^permission\.greengrass:PutCertificateAuthorities skipped: .*running daemon/),
    ]);
  });

  it('a proxy is used for each step, and its password is told to nobody else', async () => {
    const proxy = await ConnectProxy.start({ user: 'gateway', password: 'hunter2' });
    try {
      const well = await examine(greengrass({ proxy: { url: proxy.url } }), running);
      expect(notWell(well)).toEqual([]);
      expect(well['data-plane.tcp']).toMatch(/through the proxy http:\/\/127\.0\.0\.1:\d+$/);
      const { port } = proxy;
      const wrong = { proxy: { url: `http://gateway:hunter3@127.0.0.1:${port}` } };
      expect(notWell(await examine(greengrass(wrong), running))[0]).toMatch(
        /^data-plane\.tcp failed: .*does not accept its user and password.*cloud\.proxy\.url/,
      );
      proxy.answers = 403;
      expect(notWell(await examine(greengrass({ proxy: { url: proxy.url } }), running))[0]).toMatch(
        /^data-plane\.tcp failed: .*answered 403.*noProxy/,
      );
    } finally {
      await proxy.stop();
    }
    const environment = { HTTPS_PROXY: 'http://127.0.0.1:1' };
    expect(notWell(await examine(greengrass({ proxy: {} }), { ...running, environment }))[0]).toMatch(
      /^data-plane\.tcp failed: the proxy http:\/\/127\.0\.0\.1:1 refuses connections/,
    );
  });
});

describe('with the verifier aws-iot', () => {
  // Given to the SDK's default chain, which reads them in this process.
  beforeEach(() => {
    process.env['AWS_ACCESS_KEY_ID'] = aws.credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = aws.credentials.secretAccessKey;
  });
  afterEach(() => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  });
  const awsIot = (more: object = {}) => ({
    verifier: 'aws-iot',
    cloud: {
      ...{ region: 'eu-west-1', rootCaFile: core.files.rootCaFile, proxy: { noProxy: ['*'] } },
      awsIot: { endpoint: aws.controlUrl },
      ...more,
    },
  });
  const knownCertificateId = async () => aws.core.certificate.id;

  it('every need is checked, and the core is none of them', async () => {
    const found = await examine(awsIot(), { knownCertificateId });
    expect(notWell(found)).toEqual([]);
    expect(Object.keys(found)).toEqual([
      'configuration',
      'root-ca',
      ...['aws-iot.name', 'aws-iot.tcp', 'aws-iot.tls'],
      'clock',
      'permission.iot:DescribeCertificate',
      'permission.iot:ListPrincipalThings',
      'permission.iot:ListPrincipalThingsV2',
    ]);
  });

  it('permissions that are missing are told; the one that may be missing is a warning', async () => {
    aws.account.deny('ListPrincipalThings');
    aws.account.deny('ListPrincipalThingsV2');
    aws.account.deny('DescribeThing');
    const any = { ...awsIot(), security: { clientIdRule: 'any' } };
    expect(notWell(await examine(any, { knownCertificateId }))).toEqual([
      expect.stringMatching(/^permission\.iot:ListPrincipalThings failed: .*IAM policy/),
      expect.stringMatching(/^permission\.iot:ListPrincipalThingsV2 warning: .*exclusive/),
      expect.stringMatching(/^permission\.iot:DescribeThing failed/),
    ]);
  });

  it('what needs a certificate is not asked where none is known, and says so', async () => {
    const found = await examine(awsIot());
    expect(found['permission.iot:ListPrincipalThings']).toMatch(/^skipped: no certificate of the account/);
  });

  it('credentials that are not there are told', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'hunter2';
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIANOBODY';
    const [first] = notWell(await examine(awsIot(), { knownCertificateId }));
    expect(first).toMatch(/^permission\.iot:DescribeCertificate failed: /);
  });

  it('a role alias is asked for its credentials', async () => {
    // The provider is on its own port here, so it is not reached; what it says is in the tests of its own.
    const role = {
      ...core.files,
      awsIot: {
        ...{ endpoint: aws.controlUrl, credentials: 'role-alias', roleAlias: 'gateways' },
        credentialEndpoint: 'provider.invalid',
      },
    };
    const found = await examine(awsIot(role));
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining(['core.key-fits', 'credential-provider.identity', 'credentials']),
    );
    expect(found['credential-provider.name']).toMatch(/^failed/);
    expect(found['credentials']).toMatch(/^skipped/);
    expect(found['permission.iot:DescribeCertificate']).toMatch(/^skipped: credentials has to be right/);
  });

  it('it may be a core as well', async () => {
    const both = {
      verifier: 'aws-iot',
      cloud: cloud({ dataPlane: { ...cloud().dataPlane, enabled: true } }),
    };
    const found = await examine(both);
    expect(notWell(found)).toEqual([
      expect.stringMatching(/^service-role skipped/),
      expect.stringMatching(/^permission\.greengrass:PutCertificateAuthorities skipped/),
    ]);
    expect(found['permission.iot:ListPrincipalThings']).toMatch(/is attached to 1 thing$/);
  });
});
