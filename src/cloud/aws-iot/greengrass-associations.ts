/** The devices associated with this core, from Greengrass's control plane, through AWS's own SDK: page by page, in one go. */
import { z } from 'zod';
import type { AssociatedDevices } from '../associations.ts';
import { answered, type Outcome } from '../outcome.ts';
import { checked, clientConfiguration, loadSdk, SdkCalls, type SdkConnectionOptions } from './sdk-calls.ts';
import { type SdkOperation, sdkFailure, unreadableAnswer } from './sdk-failure.ts';

type Sdk = typeof import('@aws-sdk/client-greengrassv2');
type Client = InstanceType<Sdk['GreengrassV2Client']>;

export interface GreengrassAssociationsOptions extends SdkConnectionOptions {
  readonly coreThingName: string;
}

const PAGE = 100;
const MOST_DEVICES = 100_000;

const LIST: SdkOperation = {
  name: 'ListClientDevicesAssociatedWithCoreDevice',
  service: 'AWS IoT Greengrass',
  permission: 'greengrass:ListClientDevicesAssociatedWithCoreDevice',
};

const LISTED = z.object({
  associatedClientDevices: z.array(z.object({ thingName: z.string().min(1).max(128) })),
  nextToken: z
    .string()
    .nullish()
    .transform((token) => token ?? ''),
});

/** Throws `SdkMissing`. `load` is for tests. */
export async function openGreengrassAssociations(
  options: GreengrassAssociationsOptions,
  load: () => Promise<Sdk> = () => import('@aws-sdk/client-greengrassv2'),
): Promise<GreengrassAssociations> {
  const sdk = await loadSdk('@aws-sdk/client-greengrassv2', load);
  return new GreengrassAssociations(sdk, options);
}

export class GreengrassAssociations implements AssociatedDevices {
  readonly #sdk: Sdk;
  readonly #client: Client;
  readonly #calls: SdkCalls;
  readonly #coreDeviceThingName: string;

  constructor(sdk: Sdk, options: GreengrassAssociationsOptions) {
    this.#sdk = sdk;
    this.#client = new sdk.GreengrassV2Client(clientConfiguration(options));
    this.#calls = new SdkCalls(this.#client, options);
    this.#coreDeviceThingName = options.coreThingName;
  }

  /**
   * A core that Greengrass does not know is `misconfigured`: nothing is forgotten for a wrong `cloud.coreThingName`. More than
   * 100,000 devices are `unexpected`.
   */
  async list(signal: AbortSignal): Promise<Outcome<ReadonlySet<string>>> {
    const names = new Set<string>();
    let nextToken = '';
    for (let pages = 0; pages * PAGE <= MOST_DEVICES * 2; pages += 1) {
      const page = await this.#page(nextToken, signal);
      if (page.kind !== 'answered') {
        if (page.errorType !== 'ResourceNotFoundException') return page;
        return sdkFailure(
          'misconfigured',
          `${LIST.service} knows no core device of this name (cloud.coreThingName)`,
        );
      }
      for (const { thingName } of page.value.associatedClientDevices) names.add(thingName);
      if (page.value.nextToken === '') return answered(names);
      if (page.value.nextToken === nextToken) return unreadableAnswer(LIST);
      if (names.size > MOST_DEVICES) break;
      nextToken = page.value.nextToken;
    }
    return sdkFailure(
      'unexpected',
      `more than ${MOST_DEVICES} devices are associated with this core, or the list has no end`,
    );
  }

  async #page(nextToken: string, signal: AbortSignal) {
    const coreDeviceThingName = this.#coreDeviceThingName;
    const input = { coreDeviceThingName, maxResults: PAGE, ...(nextToken === '' ? {} : { nextToken }) };
    return checked(
      LIST,
      LISTED,
      await this.#calls.send(LIST, signal, (how) =>
        this.#client.send(new this.#sdk.ListClientDevicesAssociatedWithCoreDeviceCommand(input), how),
      ),
    );
  }
}
