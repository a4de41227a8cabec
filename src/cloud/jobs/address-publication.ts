/**
 * Tells Greengrass by which addresses devices reach this host, when the operator asks for it: in the place of the reference's IP
 * detector, which does so by itself. Always true: only what this host knows of itself is sent, never what came from the cloud;
 * and it takes the place of all that was there.
 */
import type { Clock } from '../../clock.ts';
import {
  CONFIGURATION,
  type HostAddress,
  type HostAddresses,
  INTERFACES,
} from '../../connectivity/host-addresses.ts';
import type { NetworkState } from '../network-state.ts';
import { answered, type Outcome, type Trouble, trouble } from '../outcome.ts';
import { sentence } from '../sentence.ts';
import type { CoreDataPlane } from './ports.ts';
import { tellNetwork } from './repeated-attempts.ts';

export interface AddressPublicationOptions {
  readonly dataPlane: Pick<CoreDataPlane, 'updateConnectivityInfo'>;
  readonly addresses: Pick<HostAddresses, 'current'>;
  readonly coreThingName: string;
  readonly clock: Clock;
  readonly network: Pick<NetworkState, 'reached' | 'unreachable'>;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs: () => number;
}

const OWN: readonly string[] = [CONFIGURATION, INTERFACES];

export class AddressPublication {
  readonly #options: AddressPublicationOptions;

  constructor(options: AddressPublicationOptions) {
    this.#options = options;
  }

  /** One try; the answer is what was sent. Without an address nothing is. */
  async publish(signal: AbortSignal): Promise<Outcome<readonly HostAddress[]>> {
    const { addresses, clock, coreThingName, dataPlane, network, timeoutMs } = this.#options;
    const own = addresses.current().filter(({ source }) => OWN.includes(source));
    if (own.length === 0) {
      return trouble(
        'misconfigured',
        'this host has no address to publish: name some in connectivity.hosts, or see `deviceauthctl status` for those of its interfaces',
      );
    }
    const deadline = new AbortController();
    const cancel = clock.after(timeoutMs(), () =>
      deadline.abort(new DOMException('there was no answer in time', 'TimeoutError')),
    );
    try {
      const entries = own.map(({ host, port }) => ({
        id: `${host}:${port}`,
        hostAddress: host,
        portNumber: port,
        metadata: '',
      }));
      const outcome = await dataPlane.updateConnectivityInfo(
        coreThingName,
        entries,
        AbortSignal.any([signal, deadline.signal]),
      );
      tellNetwork(network, outcome, signal);
      return outcome.kind === 'answered' ? answered(own) : explained(outcome);
    } finally {
      cancel();
    }
  }
}

/** The one refusal whose cause is neither here nor in the core's policy. */
export function explained(refusal: Trouble): Trouble {
  if (!isServiceRoleMissing(refusal)) return refusal;
  return { ...refusal, message: `${sentence(refusal.message)} ${SERVICE_ROLE_REMEDY}` };
}

export function isServiceRoleMissing({ message }: Trouble): boolean {
  return /service role/i.test(message);
}

export const SERVICE_ROLE_REMEDY =
  'The account has no Greengrass service role in this region, or one that Greengrass may not assume: make one and associate it (`aws greengrassv2 associate-service-role-to-account --role-arn ARN`); docs/aws.md says what it must allow';
