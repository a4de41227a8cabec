/** What the jobs ask of the rooms around them, and of the data plane as the core device. */
import type { ConnectivityAddress } from '../greengrass/connectivity-info.ts';
import type { Outcome } from '../outcome.ts';

/** Telemetry's `Findings` fit. */
export interface JobFindings {
  raise(finding: {
    readonly severity: 'WARNING' | 'ALARM';
    readonly code: string;
    /** One sentence: what is wrong and what to do. */
    readonly message: string;
  }): void;
  clear(code: string): void;
}

/** The little that the jobs ask of a logger. Never a PEM. */
export interface JobLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** `rejected`: the service says that what was sent is wrong; the same again is wrong again. */
export type UploadAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly message: string };

/** One try each; the signal ends it. `GreengrassDataPlane` is one. */
export interface CoreDataPlane {
  putCertificateAuthorities(
    coreThingName: string,
    pems: readonly string[],
    signal: AbortSignal,
  ): Promise<Outcome<UploadAnswer>>;
  /** Nothing is known of the core: an empty list. */
  getConnectivityInfo(
    coreThingName: string,
    signal: AbortSignal,
  ): Promise<Outcome<readonly ConnectivityAddress[]>>;
  updateConnectivityInfo(
    coreThingName: string,
    entries: readonly ConnectivityAddress[],
    signal: AbortSignal,
  ): Promise<Outcome<unknown>>;
}
