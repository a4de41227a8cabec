import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/cloud/doctor/check.ts';
import { trouble } from '../../src/cloud/outcome.ts';
import { CHECK, CloudHouse, STATUS } from '../endpoints/support/cloud-house.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import { collect, deviceauthctl, start } from './launcher.ts';

let house: CloudHouse;
beforeEach(async () => {
  house = await CloudHouse.open();
});
afterEach(() => house.close());

const ctl = (...args: string[]) => deviceauthctl([...args, '--socket', house.socket]);

describe('cloud status', () => {
  it('shows troubles first, then how it is, then what was asked', async () => {
    const { code, stdout, stderr } = await ctl('cloud', 'status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'TROUBLE       OPERATION            WHAT       LAST',
        'SERVER_ERROR  DescribeCertificate  it failed  2023-11-14 22:13:20Z',
        '',
        'Verifier         registry',
        'Network          down: the cloud cannot be reached, since 2023-11-14 22:13:20Z',
        'Circuit breaker  half open: one request finds out, 5 failures in a row, next try at 2023-11-14 22:13:20Z',
        'Queue            3 of 100 waiting, 1 of 1 in flight',
        '                 7 rejected for lack of room, 9 joined an identical one',
        'Rate             5 requests a second',
        '',
        'JOB                      STATE    DONE                  NEXT  WHAT',
        'certificate-authorities  waiting  2020-09-13 12:26:40Z  -     to upload 2 CAs; failed 3 times in a row: denied',
        '',
        'OPERATION            ANSWERED  TROUBLES                    RETRIES  MEAN    99 %',
        'DescribeCertificate  10        2 THROTTLED, 1 UNREACHABLE  3        250 ms  > 1 s',
        '',
      ].join('\n'),
    );
  });

  it('is one document for programs', async () => {
    const { stdout } = await ctl('cloud', 'status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      verifier: 'registry',
      queue: STATUS.queue,
      network: { state: 'NETWORK_DOWN' },
      jobs: [{ name: 'certificate-authorities', state: 'JOB_WAITING' }],
    });
  });

  it('of a daemon without a cloud is none', async () => {
    house.cloud = undefined;
    const { code, stderr } = await ctl('cloud', 'status');
    expect(code).toBe(1);
    expect(stderr).toContain('the verifier is registry, which asks no cloud');
  });
});

it('cloud refresh asks again, and shows the status', async () => {
  const { code, stdout } = await ctl('cloud', 'refresh');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Refusals are forgotten.*\n\nTROUBLE/);
  expect(house.refreshes).toBe(1);
});

describe('cloud publish-addresses', () => {
  it('shows what was published', async () => {
    const { code, stdout } = await ctl('cloud', 'publish-addresses');
    expect(code).toBe(0);
    expect(stdout).toBe('PUBLISHED  PORT  SOURCE\n10.1.2.3   8883  interfaces\n');
    const { stdout: document } = await ctl('cloud', 'publish-addresses', '--json');
    expect(JSON.parse(document)).toEqual({
      sent: [{ address: '10.1.2.3', port: 8883, source: 'interfaces' }],
    });
  });

  it('ends with 1 and the reason when it was not taken', async () => {
    const { cloud } = house;
    if (cloud === undefined) throw new Error('there is no cloud');
    house.cloud = { ...cloud, publishAddresses: async () => trouble('misconfigured', 'no service role') };
    const { code, stdout, stderr } = await ctl('cloud', 'publish-addresses');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/not published: no service role[\s\S]*deviceauthctl doctor/);
  });
});

describe('doctor', () => {
  const checks: readonly CheckResult[] = [
    CHECK,
    { name: 'clock', outcome: 'warning', detail: 'a minute off', remedy: 'set\u001b[2J it' },
    { name: 'data-plane.tls', outcome: 'failed', detail: 'no TLS', remedy: 'look at the proxy' },
    { name: 'service-role', outcome: 'skipped', detail: 'nobody told', remedy: '' },
  ];
  const shows = (results: readonly CheckResult[]): void => {
    house.examine = async function* () {
      yield* results;
    };
  };

  it('has a line for each check, the remedy below it, and ends with 1 when anything failed', async () => {
    shows(checks);
    expect(await ctl('doctor')).toEqual({
      code: 1,
      stderr: '',
      stdout: [
        'ok       core.key: it is there',
        'warning  clock: a minute off',
        '         -> set\\x1b[2J it',
        'failed   data-plane.tls: no TLS',
        '         -> look at the proxy',
        'skipped  service-role: nobody told',
        '',
        '4 checks: 1 failed, 1 warning, 1 skipped.',
        '',
      ].join('\n'),
    });
  });

  it('ends with 0 when nothing failed', async () => {
    shows(checks.filter(({ outcome }) => outcome !== 'failed'));
    expect((await ctl('doctor')).code).toBe(0);
    const { stdout } = await ctl('doctor', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      checks: [{ name: 'core.key', outcome: 'ok' }, { name: 'clock' }, { name: 'service-role' }],
    });
  });

  it('shows each as it is done, and ends with the caller', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    house.examine = async function* (signal) {
      yield CHECK;
      await new Promise<void>((end) => signal.addEventListener('abort', () => end()));
      resolve();
    };
    const child = start('deviceauthctl', ['doctor', '--socket', house.socket]);
    const outcome = collect(child);
    await new Promise((first) => child.stdout?.once('data', first));
    child.kill('SIGINT');
    expect((await outcome).code).toBe(130);
    await promise;
  });

  it('does not wait for ever for a daemon that hangs', async () => {
    house.examine = async function* (signal) {
      yield CHECK;
      await new Promise<void>((end) => signal.addEventListener('abort', () => end()));
    };
    const { code, stderr } = await ctl('doctor', '--timeout', '1');
    expect(code).toBe(3);
    expect(stderr).toContain('no answer within 1 s');
  });

  it('says how to look without a daemon where there is none', async () => {
    const { code, stderr } = await deviceauthctl([
      'doctor',
      '--socket',
      join(house.directory, 'nobody.sock'),
    ]);
    expect(code).toBe(3);
    expect(stderr).toContain('deviceauthctl doctor --config FILE');
  });
});

describe('doctor --config', () => {
  let aws: FakeAws;
  let core: CoreDirectory;
  beforeAll(async () => {
    aws = await FakeAws.start();
    core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
  });
  afterAll(async () => {
    await aws.stop();
    core.remove();
  });

  const look = (document: object) => {
    const file = join(house.directory, 'deviceauthd.json');
    writeFileSync(file, JSON.stringify(document));
    return deviceauthctl(['doctor', '--config', file, '--json']);
  };

  it('looks by itself, with the same checks', async () => {
    const cloud = {
      ...{ region: 'eu-west-1', coreThingName: aws.core.thingName, proxy: { noProxy: ['*'] } },
      ...core.files,
      dataPlane: { endpoint: 'localhost', port: aws.devicePort, paths: aws.paths },
    };
    const well = await look({ verifier: 'greengrass', cloud });
    expect(well).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(well.stdout)).toMatchObject({
      ok: true,
      checks: expect.arrayContaining([
        { name: 'data-plane.identity', outcome: 'ok', detail: expect.any(String), remedy: '' },
        { name: 'service-role', outcome: 'ok', detail: expect.any(String), remedy: '' },
      ]),
    });
    const unwell = await look({ verifier: 'greengrass', cloud: { ...cloud, keyFile: '/nowhere' } });
    expect(unwell.code).toBe(1);
  });

  it('ends with 0 for a verifier that needs no cloud', async () => {
    const { code, stdout } = await look({});
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      checks: [{ name: 'cloud', detail: 'the verifier is registry: nothing here needs the cloud' }],
    });
  });

  it('ends with 2 for a file that cannot be used', async () => {
    const { code, stdout } = await look({ verifier: 'greengrass' });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { reason: 'CONFIGURATION_INVALID', problems: expect.arrayContaining([expect.any(Object)]) },
    });
  });
});
