import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import type { AwsIdentity, AwsReport, AwsTask } from './support/aws-device.ts';
import { asAwsDevice } from './support/aws-sdk.ts';
import { DaemonProcess } from './support/daemon-process.ts';
import { freePort } from './support/free-port.ts';
import { MosquittoBroker } from './support/mosquitto-broker.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { onMosquitto } from './support/scene.ts';
import { until } from './support/until.ts';

const SINK = 'sink';
/** Nobody else's, so that nobody else has its port 443. */
const OWN_HOST = '127.44.3.1';
const AWS_MS = 90_000;
/** To a process that may open it. */
const onPort443 = await canListen(OWN_HOST, 443);

/** A daemon with local discovery, whose broker's certificate comes from it. */
class Site {
  readonly daemon: DaemonProcess;
  readonly port: number;
  readonly #deviceCaPem: string;

  private constructor(daemon: DaemonProcess, port: number, deviceCaPem: string) {
    this.daemon = daemon;
    this.port = port;
    this.#deviceCaPem = deviceCaPem;
  }

  static async open(listen: readonly string[] = []): Promise<Site> {
    const port = await freePort();
    const daemon = await DaemonProcess.start({
      deviceGroups: everyThing(
        CONNECT,
        ['mqtt:publish', `mqtt:topic:${OWN}/data`],
        ['mqtt:subscribe', `mqtt:topicfilter:${OWN}/data`],
      ),
      connectivity: { hosts: ['127.0.0.1', OWN_HOST], interfaces: false },
      discovery: { listen: [`127.0.0.1:${port}`, ...listen], coreName: 'gateway' },
      certificates: { sinks: { broker: { directory: `%/${SINK}` } } },
    });
    const { certificatePem } = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
    const site = new Site(daemon, port, certificatePem);
    await until('the broker has its files', () =>
      ['server.pem', 'server.key', 'ca.pem'].every((name) => existsSync(site.file(name))),
    );
    await until('the broker knows the device CA', () =>
      readFileSync(site.file('device-cas.pem'), 'utf8').includes(certificatePem.trim()),
    );
    return site;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.stop();
  }

  /** Of those the daemon writes for its broker. */
  file(name: string): string {
    return join(this.daemon.directory, SINK, name);
  }

  async enrol(thingName: string): Promise<AwsIdentity> {
    return await this.daemon.admin.call('IssueCertificate', { thingName, createThing: true });
  }

  /** A Mosquitto whose TLS files are the daemon's; discovery tells of its port from now on. */
  async addBroker(release: Parameters<typeof MosquittoBroker.prepare>[0]): Promise<MosquittoBroker> {
    const broker = await MosquittoBroker.prepare(release, {
      socket: this.daemon.brokerSocket,
      deviceCas: [this.#deviceCaPem],
      ...(release.series === '2.0' ? { pluginOptions: { blocking_wait_ms: '1000' } } : {}),
    });
    const own = readFileSync(broker.configurationFile, 'utf8');
    const shared = own.replace(
      /^(cafile|certfile|keyfile) .*\/([^/]+)$/gm,
      (_, key: string, name: string) => `${key} ${this.file(name)}`,
    );
    expect(shared.match(new RegExp(`/${SINK}/`, 'g'))).toHaveLength(3);
    writeFileSync(broker.configurationFile, shared);
    this.daemon.configure({
      connectivity: { hosts: ['127.0.0.1', OWN_HOST], interfaces: false, port: broker.port },
    });
    await until('the port is told', async () => {
      const { hostAddresses } = await this.daemon.admin.call('GetStatus', {});
      return hostAddresses.every(({ port }) => port === broker.port);
    });
    await broker.run();
    await broker.inStep();
    return broker;
  }

  /** What discovery shows of itself. */
  async certificate(): Promise<{ readonly serial: string; readonly names: readonly string[] }> {
    const socket = connectTls({ host: '127.0.0.1', port: this.port, ca: readFileSync(this.file('ca.pem')) });
    await once(socket, 'secureConnect');
    const { serialNumber: serial, subjectaltname = '' } = socket.getPeerCertificate();
    socket.destroy();
    return { serial, names: subjectaltname.split(', ') };
  }

  /** What AWS's client finds. */
  discover(thingName: string, identity: AwsIdentity, more: Partial<AwsTask> = {}): Promise<AwsReport> {
    const { certificatePem, privateKeyPem } = identity;
    const caPem = readFileSync(this.file('ca.pem'), 'utf8');
    return asAwsDevice({
      thingName,
      host: '127.0.0.1',
      port: this.port,
      caPem,
      certificatePem,
      privateKeyPem,
      ...more,
    });
  }
}

onMosquitto(
  'a device with AWS’s SDK that knows nothing but the CA and where to ask',
  ({ release }) => {
    let site: Site;
    let broker: MosquittoBroker;
    beforeAll(async () => {
      site = await Site.open();
      broker = await site.addBroker(release);
    });
    afterAll(async () => {
      await broker?.stop();
      await site?.daemon.stop();
    });

    it.each([
      ['3.1.1', 4],
      ['5', 5],
    ] as const)(
      'finds the broker, connects to it over MQTT %s with exactly what it was told, publishes and is delivered to',
      async (_, mqtt) => {
        const thingName = `aws-${mqtt}`;
        const identity = await site.enrol(thingName);
        const payload = `${Math.random()}`;
        const connect = { mqtt, topic: `${thingName}/data`, payload };
        const report = await site.discover(thingName, identity, { connect });
        const caPem = readFileSync(site.file('ca.pem'), 'utf8');
        expect(report).toEqual({
          groups: [
            {
              id: 'greengrassV2-coreDevice-gateway',
              cores: [
                {
                  thingArn: 'arn:aws:iot:local:000000000000:thing/gateway',
                  connectivity: [
                    { host: '127.0.0.1', port: broker.port },
                    { host: OWN_HOST, port: broker.port },
                  ],
                },
              ],
              caPems: [caPem],
            },
          ],
          received: payload,
        });
      },
      AWS_MS,
    );
  },
  'one',
);

describe('AWS’s client of discovery', () => {
  let site: Site;
  let identity: AwsIdentity;
  beforeAll(async () => {
    site = await Site.open(onPort443 ? [`${OWN_HOST}:443`] : []);
    identity = await site.enrol('pump');
    await site.enrol('valve');
  });
  afterAll(() => site?.daemon.stop());

  it.skipIf(!onPort443)(
    'comes to port 443 by itself',
    async () => {
      const { certificatePem, privateKeyPem } = identity;
      const caPem = readFileSync(site.file('ca.pem'), 'utf8');
      const report = await asAwsDevice({
        thingName: 'pump',
        host: OWN_HOST,
        caPem,
        certificatePem,
        privateKeyPem,
      });
      expect(report.groups).toMatchObject([{ cores: [{ connectivity: [{ host: '127.0.0.1' }, {}] }] }]);
    },
    AWS_MS,
  );

  it.each([
    ['another thing’s name', 'valve', 403],
    ['the name of no thing', 'nobody', 403],
    ['an empty name', '', 403],
    ['a name with a path in it', 'pump/../pump', 403],
    ['a name with a query', 'pump?x', 403],
    ['a name beyond ASCII', 'bür😀', 400],
    ['half an escape', 'pump%', 400],
  ])(
    'lives through a refusal, and tells its status: %s',
    async (_, thingName, refused) => {
      expect(await site.discover(thingName, identity)).toEqual({ refused });
    },
    AWS_MS,
  );

  it(
    'lives through the refusal of a certificate that nobody registered, and the operator sees why',
    async () => {
      const { pem, keyPem } = new CertificateMaker().make({ subject: 'pump' });
      const stranger = { certificatePem: pem, privateKeyPem: keyPem };
      expect(await site.discover('pump', stranger)).toEqual({ refused: 403 });
      const { refusals } = await site.daemon.admin.call('ListRefusals', { limit: 1 });
      expect(refusals).toMatchObject([
        { operation: 'Discover', reason: 'ISSUER_UNKNOWN', listener: 'discovery', clientId: 'pump' },
      ]);
    },
    AWS_MS,
  );

  it(
    'lives through connections that are closed before TLS, and through what comes after',
    async () => {
      site.daemon.configure({ discovery: { listen: [`127.0.0.1:${site.port}`], requestsPerSecond: 1 } });
      await until('too many come', async () => {
        const answers = await Promise.all([1, 2, 3].map(() => site.discover('pump', identity)));
        return answers.some(({ error }) => error !== undefined);
      });
      site.daemon.configure({ discovery: { listen: [`127.0.0.1:${site.port}`] } });
      await until('all are answered again', async () => (await site.discover('pump', identity)).groups);
    },
    AWS_MS,
  );

  it(
    'brings a device of a provisioning CA into the registry, as its first connection would',
    async () => {
      const maker = new CertificateMaker();
      const ca = maker.ca('factory');
      await site.daemon.admin.call('RegisterDeviceCa', {
        name: 'factory',
        certificatePem: ca.pem,
        provisioning: true,
      });
      const made = maker.make({ subject: 'new', issuer: ca, purpose: 'client' });
      const device = { certificatePem: made.pem, privateKeyPem: made.keyPem };
      expect(await site.discover('pump', device)).toEqual({ refused: 403 });
      expect(await site.discover('new', device)).toHaveProperty('groups');
      const registered = await site.daemon.admin.call('GetCertificate', { certificateId: made.id });
      expect(registered).toMatchObject({ status: 'ACTIVE', things: [{ thingName: 'new' }] });
    },
    AWS_MS,
  );

  it(
    'is told 404 where there is no address',
    async () => {
      await using bare = await Site.open();
      const own = await bare.enrol('pump');
      bare.daemon.configure({ connectivity: { hosts: [], interfaces: false } });
      await until('the operator is warned', async () => {
        const { findings } = await bare.daemon.admin.call('GetStatus', {});
        return findings.some(({ code }) => code === 'discovery.no-address');
      });
      // The certificate is for `localhost` still.
      expect(await bare.discover('pump', own, { host: 'localhost' })).toEqual({ refused: 404 });
    },
    AWS_MS,
  );

  it(
    'trusts nobody but the CA it was given',
    async () => {
      const caPem = new CertificateMaker().ca('somebody else').pem;
      const { error } = await site.discover('pump', identity, { caPem });
      expect(error).toMatch(/TLS|tls/);
    },
    AWS_MS,
  );

  it('finds a new address in the certificate at once, the same certificate after a restart, and one without the address when that is gone', async () => {
    const hosts = ['127.0.0.1', OWN_HOST];
    const others = Object.values(networkInterfaces())
      .flatMap((all = []) => all)
      .filter(
        ({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('169.254.'),
      )
      .map(({ address }) => `IP Address:${address}`);
    site.daemon.configure({
      connectivity: { hosts: [...hosts, 'gw.example'], excludeInterfaces: [], interfaces: true },
    });
    const added = await until('it is there', async () => {
      const shown = await site.certificate();
      return shown.names.includes('DNS:gw.example') ? shown : undefined;
    });
    expect(added.names).toEqual(expect.arrayContaining(['DNS:localhost', 'IP Address:127.0.0.1', ...others]));
    await site.daemon.kill('SIGTERM');
    await site.daemon.restart();
    expect(await until('discovery answers', () => site.certificate())).toEqual(added);
    site.daemon.configure({ connectivity: { hosts, interfaces: false } });
    await until('it is gone', async () => {
      const { names } = await site.certificate();
      return !names.some((name) => name === 'DNS:gw.example' || others.includes(name));
    });
  });

  it('is seen by the operator: ports, addresses, and answers by their status', async () => {
    const { listeners, hostAddresses } = await site.daemon.admin.call('GetStatus', {});
    expect(listeners.filter(({ name }) => name === 'discovery')[0]).toMatchObject({
      address: `tcp:127.0.0.1:${site.port}`,
      operations: ['Discover'],
    });
    expect(hostAddresses).toEqual([
      { address: '127.0.0.1', port: 8883, source: 'configuration' },
      { address: OWN_HOST, port: 8883, source: 'configuration' },
    ]);
  });
});

describe('a new CA that is announced', () => {
  it(
    'is told to devices that discover, after the one that still signs',
    async () => {
      await using site = await Site.open();
      const identity = await site.enrol('pump');
      const [before] = (await site.discover('pump', identity)).groups ?? [];
      site.daemon.configure({ certificateAuthority: { caType: ['ECDSA_P256'] } });
      const caPems = await until('there are two', async () => {
        const [now] = (await site.discover('pump', identity)).groups ?? [];
        return now?.caPems.length === 2 ? now.caPems : undefined;
      });
      expect(caPems[0]).toBe(before?.caPems[0]);
      const { certificatePem, privateKeyPem } = identity;
      const host = '127.0.0.1';
      const trusting = { thingName: 'pump', host, port: site.port, certificatePem, privateKeyPem };
      // A device that trusts what it was told connects as before.
      const { groups } = await asAwsDevice({ ...trusting, caPem: caPems.join('\n') });
      expect(groups).toHaveLength(1);
    },
    AWS_MS,
  );
});

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}
