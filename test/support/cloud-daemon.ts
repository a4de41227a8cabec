/** A whole daemon in this process whose verifier asks AWS on this host. */
import { RunningDaemon } from '../endpoints/support/daemon.ts';
import { CertificateMaker, type TestCertificate } from './certificates.ts';
import { CoreDirectory } from './fake-aws/core-directory.ts';
import { FakeAws } from './fake-aws/fake-aws.ts';

export const CLOUD_VERIFIERS = ['greengrass', 'aws-iot'] as const;
export type CloudVerifier = (typeof CLOUD_VERIFIERS)[number];

/** Everything may connect, publish to a topic of its own, and subscribe to it. */
export const OWN_TOPICS = {
  formatVersion: '2021-03-05',
  definitions: { all: { selectionRule: 'thingName: *', policyName: 'all' } },
  policies: {
    all: {
      connect: {
        operations: ['mqtt:connect'],
        resources: ['mqtt:clientId:${iot:Connection.Thing.ThingName}'],
      },
      publish: {
        operations: ['mqtt:publish'],
        resources: ['mqtt:topic:${iot:Connection.Thing.ThingName}/*'],
      },
    },
  },
};

/** Sections of the configuration, over those that the daemon needs for this cloud. */
export interface Change {
  readonly [section: string]: unknown;
  readonly cloud?: { readonly dataPlane?: object; readonly [key: string]: unknown };
}

export class CloudDaemon {
  readonly aws: FakeAws;
  readonly kind: CloudVerifier;
  readonly core: CoreDirectory;
  readonly maker = new CertificateMaker();
  readonly daemon: RunningDaemon;

  private constructor(kind: CloudVerifier, aws: FakeAws, core: CoreDirectory, daemon: RunningDaemon) {
    this.kind = kind;
    this.aws = aws;
    this.core = core;
    this.daemon = daemon;
  }

  static async start(kind: CloudVerifier, change: Change = {}): Promise<CloudDaemon> {
    const aws = await FakeAws.start();
    const core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    // As the SDK's default chain finds them first.
    process.env['AWS_ACCESS_KEY_ID'] = aws.credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = aws.credentials.secretAccessKey;
    try {
      const daemon = await RunningDaemon.start(configurationOf(kind, aws, core, change));
      return new CloudDaemon(kind, aws, core, daemon);
    } catch (error) {
      await aws.stop();
      core.remove();
      throw error;
    }
  }

  get broker() {
    return this.daemon.caller('broker');
  }

  get admin() {
    return this.daemon.caller('admin');
  }

  /** A device that AWS knows. */
  device(thingName: string): TestCertificate {
    const certificate = this.maker.make({ subject: thingName });
    this.aws.account.attach(this.aws.account.setCertificate(certificate.id), thingName);
    return certificate;
  }

  async token(clientId: string, { pem }: Pick<TestCertificate, 'pem'>): Promise<string> {
    const { clientDeviceAuthToken } = await this.broker.call('GetClientDeviceAuthToken', {
      credential: { mqttCredential: { clientId, certificatePem: pem } },
    });
    return clientDeviceAuthToken;
  }

  async mayPublish(token: string, topic: string): Promise<boolean> {
    const { isAuthorized } = await this.broker.call('AuthorizeClientDeviceAction', {
      clientDeviceAuthToken: token,
      operation: 'mqtt:publish',
      resource: `mqtt:topic:${topic}`,
    });
    return isAuthorized;
  }

  async findings(): Promise<readonly string[]> {
    const { findings } = await this.admin.call('GetStatus', {});
    return findings.map(({ code }) => code);
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    await this.aws.stop();
    this.core.remove();
    // Other suites run in this process.
    if (process.env['AWS_ACCESS_KEY_ID'] === this.aws.credentials.accessKeyId) {
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  }
}

function configurationOf(kind: CloudVerifier, aws: FakeAws, core: CoreDirectory, change: Change): object {
  const { certificateFile, keyFile, rootCaFile } = core.files;
  return {
    verifier: kind,
    deviceGroups: OWN_TOPICS,
    performance: { maxConcurrentCloudRequests: 4 },
    connectivity: { interfaces: false },
    security: { clientDeviceTrustDurationMinutes: 60, revalidateAfterSeconds: 0 },
    ...change,
    cloud: {
      region: 'eu-west-1',
      requestsPerSecond: 0,
      negativeCacheSeconds: 0,
      coreThingName: aws.core.thingName,
      rootCaFile,
      ...(kind === 'aws-iot'
        ? { awsIot: { endpoint: aws.controlUrl } }
        : {
            certificateFile,
            keyFile,
          }),
      ...change.cloud,
      dataPlane: {
        ...(kind === 'aws-iot' ? {} : { endpoint: 'localhost', port: aws.devicePort, paths: aws.paths }),
        ...change.cloud?.dataPlane,
      },
    },
  };
}
