import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { DaemonProcess } from './daemon-process.ts';
import { outcomeOf, start } from './launcher.ts';

let daemon: DaemonProcess;
beforeAll(async () => {
  daemon = await DaemonProcess.start();
});
afterAll(() => daemon?.stop());

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('explain through the daemon', () => {
  const question = (thing: string, resource: string): string[] => [
    ...['explain', '--thing', thing, '--operation', 'mqtt:publish', '--resource', resource],
  ];

  it('answers from the policy in force', async () => {
    await daemon.json(['thing', 'create', 'sensor-1']);
    const allowed = await daemon.ctl([...question('sensor-1', 'mqtt:topic:data/sensor-1/t'), '--json']);
    expect(allowed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(allowed.stdout)).toMatchObject({
      allowed: true,
      decidedBy: {
        source: 'deviceGroups',
        group: 'sensors',
        policy: 'own',
        statement: 'publish',
        effect: 'ALLOW',
      },
      nearest: [],
    });
    const denied = await daemon.ctl([...question('sensor-1', 'mqtt:topic:other'), '--json']);
    expect(denied.code).toBe(1);
    expect(Object.keys(JSON.parse(denied.stdout) as object)).toEqual(['allowed', 'decidedBy', 'nearest']);
    expect(JSON.parse(denied.stdout)).toMatchObject({ decidedBy: null, nearest: [{ kind: 'resource' }] });
  });

  it('says the same as explain --config of the same file', async () => {
    for (const resource of [
      'mqtt:topic:data/sensor-1/t',
      'mqtt:topic:other',
      'mqtt:topic:',
      'other:topic:x',
    ]) {
      const asked = [...question('sensor-1', resource), '--json'];
      const [live, file] = await Promise.all([
        daemon.ctl(asked),
        daemon.ctl([...asked, '--config', daemon.configurationFile]),
      ]);
      expect(live, resource).toEqual(file);
    }
  });

  it('evaluates for a thing that is not registered, and says that it is not', async () => {
    const text = await daemon.ctl(question('sensor-new', 'mqtt:topic:data/sensor-new/t'));
    expect(text.code).toBe(0);
    expect(text.stdout + text.stderr).toContain('not a registered thing');
    const json = await daemon.ctl([...question('sensor-new', 'mqtt:topic:data/sensor-new/t'), '--json']);
    expect(json.stderr).toContain('not registered');
    expect(JSON.parse(json.stdout)).toMatchObject({ allowed: true });
  });
});

describe('sessions and refusals', () => {
  const maker = new CertificateMaker();
  const { GetClientDeviceAuthToken: method } = loadContract().deviceAuth;

  /** A broker's call; the answer is the token, or nothing for a device that is refused. */
  function connect(by: DaemonProcess, clientId: string, certificatePem: string): Promise<string | undefined> {
    const client = new Client(`unix:${by.path('broker.sock')}`, credentials.createInsecure());
    const request = { credential: { mqttCredential: { clientId, certificatePem } } };
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        (_error: ServiceError | null, answer) => {
          client.close();
          resolve(answer?.clientDeviceAuthToken);
        },
      );
    });
  }

  it('are listed with what an operator needs, and sessions are revoked by token, thing or certificate', async () => {
    const other = await DaemonProcess.start((directory) => ({
      listeners: { broker: { socket: `${directory}/broker.sock`, operations: ['broker'] } },
    }));
    const { pem, id } = maker.make({ subject: 'sensor-9' });
    const register = ['certificate', 'register', '-', '--thing', 'sensor-9', '--create-thing'];
    await other.json(register, { stdin: pem });
    const revocations = [
      (token: string) => [token.slice(0, 8)],
      () => ['--thing', 'sensor-9'],
      () => ['--certificate', id.slice(0, 10)],
    ];
    for (const filter of revocations) {
      const token = (await connect(other, 'sensor-9', pem)) ?? '';
      const tokenPrefix = token.slice(0, 8);
      expect(await other.json(['session', 'list', '--thing', 'sensor-9'])).toMatchObject({
        sessions: [
          { tokenPrefix, thingName: 'sensor-9', clientId: 'sensor-9', certificateId: id, listener: 'broker' },
        ],
      });
      const text = await other.ctl(['session', 'list']);
      expect(text.stdout).toContain(tokenPrefix);
      expect(text.stdout).not.toContain(token);
      expect(await other.json(['session', 'revoke', ...filter(token)])).toEqual({ revoked: 1 });
    }
    expect(await connect(other, 'sensor-\u001b[2J', pem)).toBeUndefined();
    const { refusals } = (await other.json(['refusals'])) as { refusals: unknown[] };
    expect(refusals).toMatchObject([{ reason: 'CLIENT_ID_INVALID', listener: 'broker' }]);
    const shown = await other.ctl(['refusals']);
    expect(shown.stdout).toContain('CLIENT_ID_INVALID');
    expect(shown.stdout).not.toContain('\u001b');
    await other.stop();
  });
});

describe('status and the verbs beside it', () => {
  it('shows the findings first', async () => {
    const { stdout } = await daemon.ctl(['status']);
    expect(stdout).toMatch(/^(No findings\.|FINDING )/);
    expect(await daemon.json(['status'])).toMatchObject({
      configurationFile: daemon.configurationFile,
      verifier: 'registry',
      findings: expect.any(Array),
      sessions: { active: 0, limit: 2500 },
      clock: { suspect: false },
    });
  });

  it('shows by which addresses devices may reach this host', async () => {
    daemon.configure({ connectivity: { hosts: ['gw.example'], interfaces: false, port: 8884 } });
    await daemon.ctl(['config', 'reload']);
    expect(await daemon.json(['status'])).toMatchObject({
      hostAddresses: [{ address: 'gw.example', port: 8884, source: 'configuration' }],
    });
    expect((await daemon.ctl(['status'])).stdout).toMatch(
      /HOST ADDRESS +PORT +SOURCE\s+gw\.example +8884 +configuration/,
    );
    daemon.configure({});
    await daemon.ctl(['config', 'reload']);
  });

  it('lists no sessions and no refusals of a daemon nobody has called', async () => {
    expect(await daemon.json(['session', 'list'])).toMatchObject({ sessions: [] });
    expect(await daemon.json(['session', 'revoke', '--thing', 'sensor-1'])).toEqual({ revoked: 0 });
    expect(await daemon.json(['refusals', '--limit', '5'])).toEqual({ refusals: [] });
    expect((await daemon.ctl(['refusals'])).stderr).toContain('no refusals');
  });

  it('shows and accepts the clock', async () => {
    expect(await daemon.json(['clock', 'show'])).toMatchObject({ clock: { suspect: false } });
    expect(await daemon.json(['clock', 'accept'])).toMatchObject({ clock: { suspect: false } });
  });

  it('shows the configuration in force as JSON and as YAML', async () => {
    const answer = await daemon.json(['config', 'show']);
    expect(answer).toMatchObject({ effective: { admin: { socket: daemon.socket } }, errors: [] });
    expect((await daemon.ctl(['config', 'show'])).stdout).toContain(`socket: ${daemon.socket}`);
  });

  it('reloads the configuration, and ends with 2 while the file is bad', async () => {
    daemon.configure({ performance: { maxActiveAuthTokens: 17 } });
    expect((await daemon.ctl(['config', 'reload'])).code).toBe(0);
    expect(await daemon.json(['status'])).toMatchObject({ sessions: { limit: 17 } });
    daemon.configure({ deviceGroups: { formatVersion: 'x' } });
    const { code, stdout } = await daemon.ctl(['config', 'reload', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      effective: { performance: { maxActiveAuthTokens: 17 } },
      errors: [{ path: 'deviceGroups.formatVersion', value: 'x', rule: expect.any(String) }],
    });
    daemon.configure({});
    expect((await daemon.ctl(['config', 'reload'])).code).toBe(0);
  });
});

describe('deviceauthd serve', () => {
  it('ends with 2 and every problem when the configuration cannot be used', async () => {
    const path = daemon.path('bad.yaml');
    writeFileSync(path, 'deviceGroups: { formatVersion: x }\nlisteners: 7\n');
    const { code, stderr } = await outcomeOf(start('deviceauthd', ['serve', '--config', path]));
    expect(code).toBe(2);
    expect(stderr).toContain('deviceGroups.formatVersion');
    expect(stderr).toContain('listeners');
  });

  it('ends with 1 and one sentence when another daemon has the socket', async () => {
    const second = [
      'serve',
      '--config',
      daemon.configurationFile,
      '--state-directory',
      daemon.path('second'),
    ];
    const { code, stderr } = await outcomeOf(start('deviceauthd', second));
    expect(code).toBe(1);
    expect(stderr).toContain(daemon.socket);
    expect(stderr).not.toContain('    at ');
    expect((await daemon.ctl(['status'])).code).toBe(0);
  });

  it('reads the configuration again at SIGHUP', async () => {
    daemon.configure({ performance: { maxActiveAuthTokens: 23 } });
    daemon.signal('SIGHUP');
    for (;;) {
      const { sessions } = (await daemon.json(['status'])) as { sessions: { limit: number } };
      if (sessions.limit === 23) break;
    }
  });

  it('logs at start what the configuration was warned of, and counts what status finds', async () => {
    const port = await freePort();
    const other = await DaemonProcess.start(() => ({
      performance: { maxActiveAuthToken: 5 },
      listeners: {
        loop: { host: '127.0.0.1', port: 0, insecureLoopback: true, operations: ['broker'] },
      },
      metrics: { listen: `127.0.0.1:${port}` },
    }));
    expect(await other.json(['status'])).toMatchObject({
      findings: [{ severity: 'WARNING', code: 'listener.insecure-loopback' }],
    });
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    expect(metrics).toContain('deviceauthd_findings{severity="WARNING"} 1');
    await other.stop();
    expect((await other.outcome).stdout).toContain(
      'the nearest known name is performance.maxActiveAuthTokens',
    );
  });

  it('stops at SIGTERM with 0 and takes its socket away', async () => {
    const other = await DaemonProcess.start();
    other.signal('SIGTERM');
    expect((await other.outcome).code).toBe(0);
    expect(await other.ctl(['status'])).toMatchObject({ code: 3 });
    await other.stop();
  });
});

describe("a broker's socket", () => {
  it('does not offer the admin service, which is told from a daemon that is away', async () => {
    const other = await DaemonProcess.start((directory) => ({
      listeners: { broker: { socket: `${directory}/broker.sock`, operations: ['broker'] } },
    }));
    const { code, stderr } = await other.ctl(['status', '--socket', other.path('broker.sock')]);
    expect(code).toBe(1);
    expect(stderr).toContain('admin socket');
    await other.stop();
  });
});
