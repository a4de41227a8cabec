import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { service as health } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEVICE_AUTH_OPERATIONS } from '../../src/config/operations.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { type Caller, refusal } from './support/caller.ts';
import { RunningDaemon } from './support/daemon.ts';
import { House } from './support/rooms.ts';

const maker = new CertificateMaker();
const POLICY = {
  deviceGroups: {
    formatVersion: '2021-03-05',
    definitions: { sensors: { selectionRule: 'thingName: sensor*', policyName: 'publish' } },
    policies: { publish: { s1: { operations: ['mqtt:publish'], resources: ['mqtt:topic:a'] } } },
  },
};

let daemon: RunningDaemon;
let admin: Caller;
let broker: Caller;

beforeAll(async () => {
  daemon = await RunningDaemon.start(POLICY);
  admin = daemon.caller('admin');
  broker = daemon.caller('broker');
});
afterAll(() => daemon.stop());

const audited = (action: string): readonly string[] =>
  daemon.log.filter((line) => line.includes(`"${action}"`));

describe('the admin socket', () => {
  it('is the operator’s alone', () => {
    expect(statSync(daemon.path('admin')).mode & 0o777).toBe(0o600);
  });

  it.each(['0666', '0602', '0601'])('is never opened with mode %s', async (mode) => {
    const opened = RunningDaemon.start({ admin: { socket: join(daemon.directory, 'other.sock'), mode } });
    await expect(opened).rejects.toThrow(/mode|write/);
  });

  it('serves nothing of the brokers’, and the brokers’ sockets nothing of the operator’s', async () => {
    expect((await refusal(admin.call('GetGrantSet', { grantSetId: 'x' }))).code).toBe(12);
    expect((await refusal(broker.call('ListThings', {}))).code).toBe(12);
  });
});

describe('things', () => {
  it('are made, changed part by part, found and deleted', async () => {
    const made = await admin.call('CreateThing', {
      name: 'pump-1',
      type: 'pump',
      attributes: { floor: '2' },
      groups: ['g'],
    });
    expect(made).toMatchObject({ name: 'pump-1', type: 'pump', attributes: { floor: '2' }, groups: ['g'] });
    const changed = await admin.call('UpdateThing', {
      name: 'pump-1',
      setGroups: true,
      groups: [],
      type: 'ignored',
    });
    expect(changed).toMatchObject({ type: 'pump', attributes: { floor: '2' }, groups: [] });
    expect((await refusal(admin.call('CreateThing', { name: 'pump-1' }))).reason).toBe('ALREADY_EXISTS');
    await admin.call('DeleteThing', { name: 'pump-1' });
    expect((await refusal(admin.call('GetThing', { name: 'pump-1' }))).reason).toBe('NOT_FOUND');
    expect((await refusal(admin.call('DeleteThing', { name: 'pump-1' }))).reason).toBe('NOT_FOUND');
    for (const action of ['thing.create', 'thing.update', 'thing.delete'])
      expect(audited(action)).toHaveLength(1);
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(129)])('are not made with the name %j', async (name) => {
    expect((await refusal(admin.call('CreateThing', { name }))).reason).toBe('INVALID_ARGUMENTS');
  });

  it('are listed by prefix, page by page', async () => {
    for (let index = 0; index < 7; index += 1) await admin.call('CreateThing', { name: `list-${index}` });
    const names: string[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = await admin.call('ListThings', { prefix: 'list-', pageToken, pageSize: 3 });
      names.push(...page.things.map((thing) => thing.name));
      pageToken = page.nextPageToken;
      pages += 1;
    } while (pageToken !== '');
    expect(names).toEqual(Array.from({ length: 7 }, (_, index) => `list-${index}`));
    expect(pages).toBe(3);
    expect((await refusal(admin.call('ListThings', { pageSize: 1001 }))).reason).toBe('INVALID_ARGUMENTS');
  });
});

describe('certificates', () => {
  it('are registered for a thing, found by a prefix, and end as they should', async () => {
    const { pem, id } = maker.make({ subject: 'valve-1' });
    const made = await admin.call('RegisterCertificate', {
      certificatePem: pem,
      thingName: 'valve-1',
      createThing: true,
    });
    expect(made).toMatchObject({
      certificateId: id,
      status: 'ACTIVE',
      things: [{ thingName: 'valve-1', exclusive: false }],
    });
    const found = await admin.call('GetCertificate', { certificateId: id.slice(0, 12).toUpperCase() });
    expect(found.certificatePem.trim()).toBe(pem.trim());
    const thing = await admin.call('GetThing', { name: 'valve-1' });
    expect(thing.certificates).toMatchObject([{ certificateId: id, status: 'ACTIVE' }]);
    const inactive = await admin.call('SetCertificateStatus', { certificateId: id, status: 'INACTIVE' });
    expect(inactive.status).toBe('INACTIVE');
    expect(
      (await admin.call('DetachCertificate', { certificateId: id, thingName: 'valve-1' })).things,
    ).toEqual([]);
    const attached = await admin.call('AttachCertificate', {
      certificateId: id,
      thingName: 'valve-1',
      exclusive: true,
    });
    expect(attached.things).toEqual([{ thingName: 'valve-1', exclusive: true }]);
    await admin.call('DeleteCertificate', { certificateId: id });
    expect((await refusal(admin.call('GetCertificate', { certificateId: id }))).reason).toBe('NOT_FOUND');
    const again = await refusal(admin.call('RegisterCertificate', { certificatePem: pem }));
    expect(again.reason).toBe('ALREADY_EXISTS');
    expect(
      (await admin.call('RegisterCertificate', { certificatePem: pem, revive: true })).certificateId,
    ).toBe(id);
    for (const action of ['deactivate', 'detach', 'attach', 'delete']) {
      expect(audited(`certificate.${action}`)).toHaveLength(1);
    }
  });

  it.each([
    ['RegisterCertificate', { certificatePem: '' }, 'certificate_pem is required'],
    ['RegisterCertificate', { certificatePem: 'nonsense' }, 'certificate_pem cannot be read'],
    [
      'RegisterCertificate',
      { certificatePem: maker.make().pem, createThing: true },
      'thing_name is required',
    ],
    ['RegisterCertificate', { certificatePem: maker.make().pem, status: 9 }, 'status 9'],
    ['GetCertificate', { certificateId: '1234567' }, 'at least the first 8'],
    ['GetCertificate', { certificateId: '%_%_%_%_%' }, 'at least the first 8'],
    ['SetCertificateStatus', { certificateId: 'a'.repeat(64) }, 'status must be'],
    ['AttachCertificate', { certificateId: 'a'.repeat(64) }, 'thing_name is required'],
    ['IssueCertificate', { thingName: '' }, 'thing_name is required'],
    ['IssueCertificate', { thingName: 'x', keyType: 7 }, 'key_type 7'],
    ['RevokeSessions', {}, 'one of token_prefix'],
    ['CreateDeviceCa', { name: 'No Such Name' }, '1 to 64 characters'],
    ['Explain', { thingName: 'a', operation: 'b' }, 'resource is required'],
    ['ListRefusals', { limit: 1001 }, 'limit'],
  ] as const)('%s with %j is INVALID_ARGUMENTS', async (name, request, message) => {
    const error = await refusal(admin.call(name, request as never));
    expect(error).toMatchObject({ reason: 'INVALID_ARGUMENTS', message: expect.stringContaining(message) });
  });

  it('are issued by a device CA of ours, which lists without its key', async () => {
    const ca = await admin.call('CreateDeviceCa', { provisioning: false });
    expect(ca).toMatchObject({ name: 'default', localKey: true, key: expect.stringContaining('EC') });
    expect(ca.notAfter).toBeGreaterThan(ca.notBefore);
    const issued = await admin.call('IssueCertificate', { thingName: 'sensor-9', createThing: true });
    expect(issued.privateKeyPem).toContain('BEGIN PRIVATE KEY');
    expect(issued.certificate).toMatchObject({ status: 'ACTIVE', things: [{ thingName: 'sensor-9' }] });
    expect(issued.caCertificatePem).toBe(ca.certificatePem);
    const { deviceCas } = await admin.call('ListDeviceCas', {});
    expect(deviceCas.map(({ name }) => name)).toEqual(['default']);
    expect(JSON.stringify(deviceCas)).not.toContain('PRIVATE KEY');
    expect(daemon.log.join('\n')).not.toContain('PRIVATE KEY');
    await admin.call('RegisterDeviceCa', { name: 'factory', certificatePem: maker.ca('factory').pem });
    await admin.call('RemoveDeviceCa', { name: 'factory' });
    expect((await refusal(admin.call('RemoveDeviceCa', { name: 'factory' }))).reason).toBe('NOT_FOUND');
    const missing = await refusal(admin.call('IssueCertificate', { thingName: 'nobody' }));
    expect(missing.reason).toBe('NOT_FOUND');
  });

  it('are imported in bulk: a result for each, in order, whatever becomes of the others', async () => {
    const certificates = Array.from({ length: 250 }, (_, index) => maker.make({ subject: `bulk-${index}` }));
    const stream = admin.stream('ImportCertificates');
    certificates.forEach(({ pem }, index) => {
      const certificatePem = index % 50 === 7 ? 'nonsense' : pem;
      stream.send({
        line: index + 1,
        certificate: { certificatePem, thingName: `bulk-${index}`, createThing: true },
        thingType: 'bulk',
        thingAttributes: { row: String(index) },
      });
    });
    stream.send({ line: 251 });
    stream.send({
      line: 252,
      certificate: { certificatePem: certificates[0]?.pem ?? '', thingName: 'bulk-0' },
    });
    stream.call.end();
    expect(await stream.ended).toBeUndefined();
    expect(stream.received.map(({ line }) => line)).toEqual(
      Array.from({ length: 252 }, (_, index) => index + 1),
    );
    const bad = stream.received.filter(({ errorReason }) => errorReason !== '');
    expect(bad.map(({ line }) => line)).toEqual([8, 58, 108, 158, 208, 251]);
    expect(bad.every(({ errorReason }) => errorReason === 'INVALID_ARGUMENTS')).toBe(true);
    expect(stream.received.at(-1)).toMatchObject({ unchanged: true, certificateId: certificates[0]?.id });
    const thing = await admin.call('GetThing', { name: 'bulk-3' });
    expect(thing).toMatchObject({ type: 'bulk', attributes: { row: '3' } });
    expect(thing.certificates).toHaveLength(1);
  });
});

describe('the running daemon', () => {
  it('shows its sessions, ends those asked for, and its refusals with their reasons', async () => {
    const device = maker.make({ subject: 'sensor-1' });
    await admin.call('RegisterCertificate', {
      certificatePem: device.pem,
      thingName: 'sensor-1',
      createThing: true,
    });
    const credential = { mqttCredential: { clientId: 'sensor-1', certificatePem: device.pem } };
    const { clientDeviceAuthToken } = await broker.call('GetClientDeviceAuthToken', { credential });
    const { sessions, total } = await admin.call('ListSessions', { thingName: 'sensor-1' });
    expect(total).toBe(1);
    expect(sessions).toMatchObject([
      { thingName: 'sensor-1', listener: 'broker', tokenPrefix: clientDeviceAuthToken.slice(0, 8) },
    ]);
    expect(JSON.stringify(sessions)).not.toContain(clientDeviceAuthToken);
    const { revoked } = await admin.call('RevokeSessions', {
      tokenPrefix: clientDeviceAuthToken.slice(0, 8),
    });
    expect(revoked).toBe(1);
    const action = { clientDeviceAuthToken, operation: 'mqtt:publish', resource: 'mqtt:topic:a' };
    expect((await refusal(broker.call('AuthorizeClientDeviceAction', action))).reason).toBe(
      'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
    );
    const wrong = { mqttCredential: { clientId: 'sensor-2', certificatePem: device.pem } };
    await refusal(broker.call('GetClientDeviceAuthToken', { credential: wrong, correlationId: 'attempt 7' }));
    const { refusals } = await admin.call('ListRefusals', { limit: 1 });
    expect(refusals).toMatchObject([
      { clientId: 'sensor-2', correlationId: 'attempt 7', listener: 'broker' },
    ]);
  });

  it('tells the operator of every kind of refusal, whoever was refused', async () => {
    const device = maker.make({ subject: 'sensor-7' });
    await admin.call('RegisterCertificate', {
      certificatePem: device.pem,
      thingName: 'sensor-7',
      createThing: true,
    });
    const credential = { mqttCredential: { clientId: 'sensor-7', certificatePem: device.pem } };
    const { clientDeviceAuthToken } = await broker.call('GetClientDeviceAuthToken', { credential });
    const stranger = maker.make({ subject: 'stranger' });
    const certificate = { clientDeviceCertificate: stranger.pem };
    await broker.call('VerifyClientDeviceIdentity', { credential: certificate });
    const action = { clientDeviceAuthToken, operation: 'mqtt:publish', resource: 'mqtt:topic:secret' };
    expect((await broker.call('AuthorizeClientDeviceAction', action)).isAuthorized).toBe(false);
    const other = { ...action, clientDeviceAuthToken: 'another' };
    const stream = broker.stream('AuthorizeClientDeviceActions').send({ requests: [other] });
    await stream.next();
    stream.call.end();
    await refusal(daemon.caller('closed').call('AuthorizeClientDeviceAction', action));
    const { refusals } = await admin.call('ListRefusals', { limit: 4 });
    expect(refusals).toMatchObject([
      { listener: 'closed', operation: 'AuthorizeClientDeviceAction', reason: 'UNAUTHORIZED' },
      { operation: 'AuthorizeClientDeviceActions', reason: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN' },
      {
        operation: 'AuthorizeClientDeviceAction',
        reason: 'IMPLICIT_DENY',
        message: 'sensor-7 may not mqtt:publish on mqtt:topic:secret',
        clientId: 'sensor-7',
        certificateId: device.id,
        repeatedCount: 1,
      },
      {
        operation: 'VerifyClientDeviceIdentity',
        reason: expect.stringMatching(/^(CERTIFICATE|ISSUER)_UNKNOWN$/),
        certificateId: stranger.id,
      },
    ]);
    for (const { reason } of refusals) expect(audited(reason).length).toBeGreaterThan(0);
  });

  it('ends the stream of a broker that opened another one', async () => {
    const hello = { hello: { brokerInstanceId: 'one-broker', epoch: '', caller: 'test' } };
    const first = broker.stream('SubscribeToSessionUpdates').send(hello);
    first.send({ held: { clientDeviceAuthTokens: [], last: true } });
    await first.next();
    const second = broker.stream('SubscribeToSessionUpdates').send(hello);
    expect(await first.ended).toBeUndefined();
    second.call.end();
    expect(await second.ended).toBeUndefined();
  });

  it('explains a decision, for a thing that is not registered too', async () => {
    const request = { operation: 'mqtt:publish', resource: 'mqtt:topic:a' };
    const allowed = await admin.call('Explain', { ...request, thingName: 'sensor-x' });
    expect(allowed.allowed).toBe(true);
    expect(allowed.decidedBy).toMatchObject({
      source: 'deviceGroups',
      group: 'sensors',
      policy: 'publish',
      effect: 'ALLOW',
    });
    expect(allowed.summary).toContain('sensor-x is not a registered thing');
    const denied = await admin.call('Explain', { ...request, thingName: 'pump' });
    expect(denied.allowed).toBe(false);
    expect(denied.decidedBy).toBeNull();
    expect(denied.nearest.length).toBeGreaterThan(0);
  });

  it('tells its status, configuration and clock, and does as it is told', async () => {
    const status = await admin.call('GetStatus', {});
    expect(status.listeners.map(({ name, operations }) => [name, operations.length])).toEqual([
      ['broker', DEVICE_AUTH_OPERATIONS.length],
      ['closed', 0],
    ]);
    expect(status.listeners[0]?.address).toBe(`unix:${daemon.path('broker')}`);
    expect(status.processId).toBe(process.pid);
    expect(status.sessions?.limit).toBeGreaterThan(0);
    expect(status.registry?.certificates).toBeGreaterThanOrEqual(0);
    expect(status.verifier).toBe('registry');
    const configuration = await admin.call('GetConfiguration', {});
    expect(JSON.parse(configuration.effectiveJson)).toMatchObject({ verifier: 'registry' });
    expect((await admin.call('ReloadConfiguration', {})).errors).toEqual([]);
    const { clock } = await admin.call('AcceptClock', {});
    expect(clock?.suspect).toBe(false);
    expect(audited('clock.accept')).toHaveLength(1);
  });
});

describe('health checking and reflection', () => {
  const root = loadPackageDefinition({ 'grpc.health.v1.Health': health }) as unknown as {
    grpc: { health: { v1: { Health: new (target: string, channel: object) => HealthClient } } };
  };
  interface HealthClient {
    check(request: object, callback: (error: Error | null, answer: { status: string }) => void): void;
    watch(request: object): { on(event: string, listener: (answer: { status: string }) => void): void };
    close(): void;
  }
  const clientOf = (path: string) =>
    new root.grpc.health.v1.Health(`unix:${path}`, credentials.createInsecure());

  it.each(['', 'deviceauth.v1.DeviceAuth', 'deviceauth.v1.Admin'])(
    'says that %j is serving',
    async (service) => {
      const client = clientOf(daemon.path('admin'));
      const answer = await new Promise<{ status: string }>((resolve, reject) =>
        client.check({ service }, (error, value) => (error === null ? resolve(value) : reject(error))),
      );
      client.close();
      expect(answer.status).toBe('SERVING');
    },
  );

  it('says NOT_SERVING to a watcher when the daemon stops', async () => {
    const own = await RunningDaemon.start();
    const client = clientOf(own.path('admin'));
    const statuses: string[] = [];
    const watching = client.watch({ service: '' });
    watching.on('data', ({ status }) => statuses.push(status));
    watching.on('error', () => {});
    await vi.waitFor(() => expect(statuses).toEqual(['SERVING']));
    await own.stop();
    client.close();
    expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
  });

  /** What reflection answers to a message of one field, which has a short text. */
  async function reflected(field: number, text: string): Promise<string> {
    const client = new Client(`unix:${daemon.path('admin')}`, credentials.createInsecure());
    const same = (value: Buffer): Buffer => value;
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const call = client.makeBidiStreamRequest(path, same, same, new Metadata(), {});
    const answer = new Promise<Buffer>((resolve, reject) => {
      call.on('data', resolve);
      call.on('error', reject);
    });
    call.write(Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)]));
    const bytes = await answer;
    call.end();
    client.close();
    return bytes.toString('latin1');
  }

  it('describes its services to tools', async () => {
    // list_services
    expect(await reflected(7, '*')).toContain('deviceauth.v1.Admin');
  });

  it.each([
    ['deviceauth.v1.Session', 'thingName'],
    ['deviceauth.v1.DeviceAuth', 'GetClientDeviceAuthToken'],
    ['emqx.exhook.v2.HookProvider', 'OnClientAuthenticate'],
    ['emqx.exhook.v3.HookProvider', 'OnClientAuthenticate'],
    ['google.rpc.ErrorInfo', 'domain'],
    ['google.rpc.Status', 'details'],
  ])('describes the file of %s, with %s', async (symbol, part) => {
    // file_containing_symbol
    expect(await reflected(4, symbol)).toContain(part);
  });

  it('are not on the brokers’ sockets', async () => {
    const house = await House.open();
    const client = clientOf(house.path());
    const code = await new Promise((resolve) =>
      client.check({ service: '' }, (error) =>
        resolve(error !== null && 'code' in error ? error.code : undefined),
      ),
    );
    expect(code).toBe(12);
    client.close();
    await house.close();
  });
});
