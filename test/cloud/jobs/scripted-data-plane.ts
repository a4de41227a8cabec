/** The data plane as a test says it is, and what a job's surroundings heard. */
import type { ConnectivityAddress } from '../../../src/cloud/greengrass/connectivity-info.ts';
import type { UploadAnswer } from '../../../src/cloud/greengrass/data-plane.ts';
import type { CoreDataPlane } from '../../../src/cloud/jobs/ports.ts';
import { NetworkState } from '../../../src/cloud/network-state.ts';
import { answered, type Outcome, trouble } from '../../../src/cloud/outcome.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export const UNREACHABLE = trouble('unreachable', 'there was no answer');
export const DENIED = trouble(
  'misconfigured',
  "the core's policy denies greengrass:PutCertificateAuthorities",
);

export class ScriptedDataPlane implements CoreDataPlane {
  readonly uploads: (readonly string[])[] = [];
  readonly updates: (readonly ConnectivityAddress[])[] = [];
  reads = 0;
  upload: (signal: AbortSignal) => Outcome<UploadAnswer> | Promise<Outcome<UploadAnswer>> = () =>
    answered({ kind: 'yes' });
  read: (
    signal: AbortSignal,
  ) => Outcome<readonly ConnectivityAddress[]> | Promise<Outcome<readonly ConnectivityAddress[]>> = () =>
    answered([]);
  update: () => Outcome<string> = () => answered('');

  async putCertificateAuthorities(
    _core: string,
    pems: readonly string[],
    signal: AbortSignal,
  ): Promise<Outcome<UploadAnswer>> {
    this.uploads.push(pems);
    return this.upload(signal);
  }

  async getConnectivityInfo(
    _core: string,
    signal: AbortSignal,
  ): Promise<Outcome<readonly ConnectivityAddress[]>> {
    this.reads += 1;
    return this.read(signal);
  }

  async updateConnectivityInfo(
    _core: string,
    entries: readonly ConnectivityAddress[],
  ): Promise<Outcome<string>> {
    this.updates.push(entries);
    return this.update();
  }
}

export class Surroundings {
  readonly clock: ManualClock;
  readonly network: NetworkState;
  readonly open = new Map<string, { readonly severity: string; readonly message: string }>();
  readonly errors: string[] = [];
  readonly findings = {
    raise: ({ code, ...finding }: { code: string; severity: string; message: string }): void => {
      this.open.set(code, finding);
    },
    clear: (code: string): void => {
      this.open.delete(code);
    },
  };
  readonly log = {
    info: (): void => {},
    error: (_fields: object, message: string): void => {
      this.errors.push(message);
    },
  };
  readonly timeoutMs = (): number => 10_000;
  /** The longest of each range. */
  random = (): number => 1;

  constructor(clock = new ManualClock()) {
    this.clock = clock;
    this.network = new NetworkState(clock, () => {});
  }

  /** As it is when requests of others were not answered. */
  goDown(): void {
    for (let each = 0; each < 3; each += 1) this.network.unreachable();
  }
}
