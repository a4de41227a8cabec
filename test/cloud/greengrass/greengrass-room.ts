/** The data plane and the verifier as the daemon composes them, before a fake AWS. */
import { SystemClock } from '../../../src/clock.ts';
import { type ConfiguredPaths, GreengrassDataPlane } from '../../../src/cloud/greengrass/data-plane.ts';
import { GreengrassVerifier } from '../../../src/cloud/greengrass/greengrass-verifier.ts';
import { dataPlaneAlpn, HttpsConnection } from '../../../src/cloud/https-connection.ts';
import { DirectRequests } from '../../support/direct-requests.ts';
import { CoreDirectory } from '../../support/fake-aws/core-directory.ts';
import { FakeAws, type FakeAwsOptions } from '../../support/fake-aws/fake-aws.ts';

export class GreengrassRoom {
  readonly aws: FakeAws;
  readonly requests = new DirectRequests();
  readonly connection: HttpsConnection;
  readonly dataPlane: GreengrassDataPlane;
  readonly verifier: GreengrassVerifier;
  readonly #core: CoreDirectory;

  private constructor(aws: FakeAws, paths: ConfiguredPaths) {
    this.aws = aws;
    this.#core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    this.connection = new HttpsConnection({
      host: 'localhost',
      port: aws.devicePort,
      alpn: dataPlaneAlpn(aws.devicePort),
      files: this.#core.files,
      proxy: undefined,
      warn: (message) => {
        throw new Error(message);
      },
    });
    const { connection, requests } = this;
    this.dataPlane = new GreengrassDataPlane({ connection, paths, clock: new SystemClock() });
    this.verifier = new GreengrassVerifier({ dataPlane: this.dataPlane, requests });
  }

  static async open(options: FakeAwsOptions = {}, paths?: ConfiguredPaths): Promise<GreengrassRoom> {
    const aws = await FakeAws.start(options);
    return new GreengrassRoom(aws, paths ?? aws.paths);
  }

  async close(): Promise<void> {
    this.connection.close();
    await this.aws.stop();
    this.#core.remove();
  }
}
