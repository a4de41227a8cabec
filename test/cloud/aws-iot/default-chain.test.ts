import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openIotControlPlane } from '../../../src/cloud/aws-iot/iot-control-plane.ts';
import { ConnectProxy } from '../../support/fake-aws/connect-proxy.ts';
import { IotRoom } from './iot-room.ts';

const SCRIPT = fileURLToPath(new URL('./ask-in-a-process.ts', import.meta.url));

let room: IotRoom;
let directory: string;

beforeEach(async () => {
  room = await IotRoom.open();
  directory = mkdtempSync(join(tmpdir(), 'deviceauthd-aws-'));
});
afterEach(async () => {
  await room.close();
  rmSync(directory, { recursive: true });
});

/** Asks in a process that has this environment, and nothing of ours. */
async function ask(
  environment: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | undefined>> = {},
) {
  const { id: certificateId } = room.activeDevice();
  const { rootCaPem, controlUrl: endpoint } = room.aws;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [SCRIPT, JSON.stringify({ rootCaPem, endpoint, certificateId, ...change })],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: directory,
        AWS_EC2_METADATA_DISABLED: 'true',
        NODE_NO_WARNINGS: '1',
        ...environment,
      },
    },
  );
  return {
    ...(JSON.parse(stdout) as {
      first: unknown;
      outcome: unknown;
      loadedAtStart: boolean;
      loaded: boolean;
    }),
    stdout,
    stderr,
  };
}

describe("With the SDK's default chain", () => {
  it('the credentials of the environment count', async () => {
    const { accessKeyId, secretAccessKey } = room.aws.credentials;
    const { outcome, stderr } = await ask({
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    expect(outcome).toMatchObject({ kind: 'answered', value: { status: 'ACTIVE' } });
    expect(stderr).toBe('');
  });

  it('a region or an endpoint of the environment does not count', async () => {
    const proxy = await ConnectProxy.start();
    proxy.answers = 403;
    await ask(
      {
        AWS_ACCESS_KEY_ID: 'AKIA',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: room.aws.controlUrl,
        AWS_ENDPOINT_URL_IOT: room.aws.controlUrl,
      },
      { endpoint: undefined, proxy: proxy.url },
    );
    expect(proxy.connections).toMatchObject([{ target: 'iot.eu-west-1.amazonaws.com:443' }]);
    await proxy.stop();
  });

  it('those of the shared file count', async () => {
    const file = join(directory, 'credentials');
    writeFileSync(file, profile(room.aws.credentials));
    const { outcome } = await ask({ AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'line' });
    expect(outcome).toMatchObject({ kind: 'answered' });
  });

  it('replaced ones count as soon as the old ones are refused', async () => {
    const file = join(directory, 'credentials');
    writeFileSync(file, profile({ accessKeyId: 'AKIAOLD', secretAccessKey: 'old' }));
    const { first, outcome } = await ask(
      { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'line' },
      { file, text: profile(room.aws.credentials) },
    );
    expect(first).toMatchObject({ trouble: 'misconfigured', errorType: 'UnrecognizedClientException' });
    expect(outcome).toMatchObject({ kind: 'answered' });
  });

  it('a host that has none is misconfigured, and nothing is asked', async () => {
    const { outcome } = await ask({});
    expect(outcome).toMatchObject({
      kind: 'trouble',
      trouble: 'misconfigured',
      message: expect.stringMatching(/no AWS credentials.*cloud\.awsIot\.credentials/),
    });
    expect(room.aws.requests.count()).toBe(0);
  });

  it('what a helper program says goes into no message', async () => {
    const config = join(directory, 'config');
    writeFileSync(
      config,
      '[default]\ncredential_process = /bin/sh -c "echo sesame; echo sesame >&2; exit 1"\n',
    );
    const { outcome, stdout, stderr } = await ask({ AWS_CONFIG_FILE: config });
    expect(outcome).toMatchObject({ trouble: 'misconfigured' });
    expect(stdout + stderr).not.toContain('sesame');
  });

  it('the SDK is loaded by those who configured it only', async () => {
    expect(await ask({})).toMatchObject({ loadedAtStart: false, loaded: true });
  });
});

describe('How often the SDK asks', () => {
  it('is for the daemon to say, whatever mode of retrying the environment names', async () => {
    vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '5');
    await room.reopen();
    room.aws.faults.add({ kind: 'throttle' }, { times: 6 });
    const { id } = room.activeDevice();
    const within = AbortSignal.timeout(5_000);
    const kinds: string[] = [];
    for (let times = 0; times < 10; times += 1) {
      const outcome = await room.controlPlane.describeCertificate(id, within);
      kinds.push(outcome.kind === 'trouble' ? outcome.trouble : outcome.kind);
    }
    vi.unstubAllEnvs();
    expect(kinds).toEqual([...new Array(6).fill('throttled'), ...new Array(4).fill('answered')]);
    expect(room.aws.requests.count()).toBe(10);
  });
});

describe('An installation without the SDK', () => {
  it('says so in so many words', async () => {
    const cause = new Error('Cannot find package');
    const opened = openIotControlPlane(room.sdkOptions(), () => Promise.reject(cause));
    await expect(opened).rejects.toMatchObject({
      name: 'SdkMissing',
      message: expect.stringContaining('@aws-sdk/client-iot cannot be loaded'),
      cause,
    });
  });

  it('is not what an address without https is', async () => {
    const opened = openIotControlPlane({ ...room.sdkOptions(), endpoint: 'http://localhost:1' });
    await expect(opened).rejects.toThrow(/https/);
  });
});

function profile({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }): string {
  return `[line]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}
