/** The Greengrass data plane, asked as a core device: one method for each operation. Each is one try; none throws for the cloud's fault. */
import { type Outcome, trouble } from '../outcome.ts';
import type { ServiceConnection } from '../service-connection.ts';
import type { ConnectivityAddress } from './connectivity-info.ts';

/** `cloud.dataPlane.paths`. */
export interface ConfiguredPaths {
  readonly verifyClientDeviceIdentity?: string | undefined;
  readonly verifyClientDeviceIoTCertificateAssociation?: string | undefined;
  readonly putCertificateAuthorities?: string | undefined;
}

export interface GreengrassDataPlaneOptions {
  readonly connection: ServiceConnection;
  readonly paths: ConfiguredPaths;
}

/** What the cloud says of a device; `no` is authoritative. */
export type DeviceAnswer = { readonly kind: 'yes' } | { readonly kind: 'no'; readonly message: string };

export class GreengrassDataPlane {
  readonly #options: GreengrassDataPlaneOptions;

  constructor(options: GreengrassDataPlaneOptions) {
    this.#options = options;
  }

  /** The keys of the configuration that are missing, such as `cloud.dataPlane.paths.putCertificateAuthorities`. */
  missingPaths(): readonly string[] {
    return [];
  }

  /** Is the certificate (PEM) one of an active device of the account? `certificateId`: its id, which the cloud has to confirm. */
  async verifyClientDeviceIdentity(
    _pem: string,
    _certificateId: string,
    _signal: AbortSignal,
  ): Promise<Outcome<DeviceAnswer>> {
    return this.#none();
  }

  async verifyClientDeviceIoTCertificateAssociation(
    _thingName: string,
    _certificateId: string,
    _signal: AbortSignal,
  ): Promise<Outcome<DeviceAnswer>> {
    return this.#none();
  }

  /** Replaces what devices are told to trust when they discover this core. */
  async putCertificateAuthorities(
    _coreThingName: string,
    _pems: readonly string[],
    _signal: AbortSignal,
  ): Promise<Outcome<void>> {
    return this.#none();
  }

  /** Nothing was ever given, or there is no such core: an empty list. */
  async getConnectivityInfo(
    _coreThingName: string,
    _signal: AbortSignal,
  ): Promise<Outcome<readonly ConnectivityAddress[]>> {
    return this.#none();
  }

  /** Replaces the list. The answer is its new version. */
  async updateConnectivityInfo(
    _coreThingName: string,
    _list: readonly ConnectivityAddress[],
    _signal: AbortSignal,
  ): Promise<Outcome<string>> {
    return this.#none();
  }

  #none() {
    return trouble('unreachable', `not asked yet: ${typeof this.#options.connection}`);
  }
}
