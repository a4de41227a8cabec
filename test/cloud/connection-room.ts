/** Connections to a fake AWS under the name of a real host. */
import { HttpsConnection, type HttpsConnectionOptions } from '../../src/cloud/https-connection.ts';
import type { ServiceRequest } from '../../src/cloud/service-connection.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws, type FakeAwsOptions } from '../support/fake-aws/fake-aws.ts';

export const HOST = 'greengrass-ats.iot.eu-west-1.amazonaws.com';

/** How long to poll for what needs no time but the machine's. */
export const SOON = { timeout: 10_000 };

export class ConnectionRoom {
  readonly aws: FakeAws;
  readonly core: CoreDirectory;
  readonly #address: string;
  readonly #open: HttpsConnection[] = [];

  private constructor(aws: FakeAws, address: string) {
    this.aws = aws;
    this.core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    this.#address = address;
  }

  static async open(options: FakeAwsOptions = {}): Promise<ConnectionRoom> {
    const aws = await FakeAws.start({ hosts: [HOST], ...options });
    return new ConnectionRoom(aws, options.address ?? '127.0.0.1');
  }

  connection(options: Partial<HttpsConnectionOptions> = {}): HttpsConnection {
    const made = new HttpsConnection({
      host: HOST,
      port: this.aws.devicePort,
      alpn: undefined,
      files: this.core.files,
      proxy: undefined,
      warn: (message) => {
        throw new Error(message);
      },
      lookup: (_host, _options, callback) => callback(null, [{ address: this.#address, family: 4 }]),
      ...options,
    });
    this.#open.push(made);
    return made;
  }

  async close(): Promise<void> {
    for (const each of this.#open) each.close();
    await this.aws.stop();
    this.core.remove();
  }
}

export function ask(given: Partial<ServiceRequest> = {}): ServiceRequest {
  const path = '/greengrass/things/MyCore/connectivityInfo';
  return { method: 'GET', path, signal: AbortSignal.timeout(10_000), ...given };
}
