/**
 * What the admin socket asks of the rooms behind it. The registry is asked directly, by its own contract; the others
 * through these, which `daemon.ts` satisfies. All of it is for the operator: reasons are told in full, secrets never.
 */
import type { StatePart } from '../../backup/records.ts';
import type { ExportRequest, ImportedState, ImportRequest } from '../../backup/state-backup.ts';
import type { CheckResult } from '../../cloud/doctor/check.ts';
import type { Outcome } from '../../cloud/outcome.ts';
import type { CloudStatus } from '../../cloud/status.ts';
import type { ComponentControl } from '../../components/component.ts';
import type { ParseResult } from '../../identity/certificate.ts';
import type { CertificateRecord, DeviceCaRecord, RegistryStore } from '../../identity/registry/store.ts';
import type { ServerCaControl, ServerCertificateControl } from '../../pki/certificates-api.ts';
import type { Explanation } from '../../policy/decision.ts';
import type { Device } from '../../policy/device.ts';
import type { SessionFilter, SessionStats } from '../../sessions/session-api.ts';
import type { BrokerSummary, SessionPage, SessionPageRequest } from '../../sessions/session-list.ts';
import type { Finding } from '../ports.ts';

export type KeyType = 'EC_P256' | 'RSA_2048';

export interface IssueRequest {
  readonly thingName: string;
  readonly keyType: KeyType;
  /** Undefined: as configured. */
  readonly validityDays: number | undefined;
  /** Name of the device CA; undefined: the only local one, or the one named "default". */
  readonly deviceCa: string | undefined;
  readonly exclusive: boolean;
  /** Make the thing if there is none; otherwise NOT_FOUND. */
  readonly createThing: boolean;
}

/** Makes a certificate, registers it ACTIVE and attaches it. Rejects with `DaemonError` (CLOCK_SUSPECT, NOT_FOUND, INVALID_ARGUMENTS). */
export interface CertificateIssuing {
  issue(request: IssueRequest): Promise<{
    readonly record: CertificateRecord;
    readonly certificatePem: string;
    /** PKCS#8; not kept. */
    readonly privateKeyPem: string;
    readonly caCertificatePem: string;
  }>;
}

export interface DeviceCas {
  create(request: {
    readonly name: string;
    readonly keyType: KeyType;
    /** Undefined: 3,650. */
    readonly validityDays: number | undefined;
    readonly provisioning: boolean;
  }): Promise<DeviceCaRecord>;
  register(request: {
    readonly name: string;
    readonly certificatePem: string;
    readonly provisioning: boolean;
  }): Promise<DeviceCaRecord>;
  remove(name: string): Promise<void>;
  /** The CRL of one whose key is here; undefined while there is none. */
  crlPem(name: string): string | undefined;
}

/** Beside what the session room counts, the grant sets in force. */
export interface SessionCounts extends SessionStats {
  readonly grantSets: number;
}

export interface AdminSessions {
  list(page: SessionPageRequest): SessionPage;
  /** Ends what matches every field given; the answer is how many. */
  revoke(filter: SessionFilter, correlationId: string): number;
  stats(): SessionCounts;
  brokers(): readonly BrokerSummary[];
}

export interface ClockState {
  readonly now: number;
  readonly highWaterMark: number;
  readonly suspect: boolean;
  readonly reason: string;
}

export interface AdminClock {
  status(): ClockState;
  /** Takes the wall clock as right and resets the high-water mark to it. */
  accept(): void | Promise<void>;
}

export interface Refusal {
  readonly time: number;
  readonly operation: string;
  readonly reason: string;
  readonly message: string;
  readonly clientId: string;
  readonly certificateId: string;
  readonly listener: string;
  readonly correlationId: string;
  readonly repeated: number;
}

export interface ConfigurationProblem {
  readonly path: string;
  readonly value: unknown;
  readonly rule: string;
}

export interface ConfigurationView {
  readonly effective: unknown;
  readonly warnings: readonly ConfigurationProblem[];
  readonly errors: readonly ConfigurationProblem[];
  readonly restartRequired: readonly string[];
  readonly loadedAt: number;
}

export interface AdminConfiguration {
  view(): ConfigurationView;
  /** Reads the file again; a bad one changes nothing but the errors of the view. */
  reload(): Promise<void>;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly inFlight: number;
  readonly size: number;
  readonly workers: number;
  readonly rejected: number;
  readonly coalesced: number;
}

export interface DaemonFacts {
  readonly version: string;
  readonly epoch: string;
  readonly startedAt: number;
  readonly verifier: string;
  readonly configurationFile: string;
  /** Beside those of the listeners. */
  readonly findings: readonly Finding[];
  /** Undefined without a cloud. */
  readonly cloudQueue: QueueCounts | undefined;
  /** By which devices may reach this host. */
  readonly hostAddresses: readonly {
    readonly host: string;
    readonly port: number;
    readonly source: string;
  }[];
}

/** One change by the operator, after it was made. Values are names, ids and counts. */
export interface AuditedChange {
  /** Such as "certificate.revoke". */
  readonly action: string;
  readonly correlationId: string;
  readonly subject: Readonly<Record<string, string | number | boolean>>;
}

export type { StatePart };

/** A second copy of what another host would need. The passphrase goes nowhere else. */
export interface StateBackups {
  /** The file, in pieces. Ended early it must not be taken for whole. */
  export(request: ExportRequest): AsyncIterable<Buffer>;
  import(request: ImportRequest, file: AsyncIterable<Uint8Array>): Promise<ImportedState>;
}

export interface AdminCloud {
  status(): CloudStatus;
  /** Forgets brief refusals, tries what waits, begins the refresh of known devices; waits for none of it. */
  refresh(): void;
  /** What was sent; undefined where the daemon is no Greengrass core. */
  readonly publishAddresses:
    | ((
        signal: AbortSignal,
      ) => Promise<
        Outcome<readonly { readonly host: string; readonly port: number; readonly source: string }[]>
      >)
    | undefined;
}

export interface AdminComponents {
  readonly control: ComponentControl;
  /** Open now, of one component. */
  connections(name: string): number;
  /** Where they call; undefined: nowhere. */
  readonly socket: string | undefined;
}

export interface AdminDoctor {
  /** Ends when the signal is aborted. */
  examine(signal: AbortSignal): AsyncIterable<CheckResult>;
}

export interface AdminRooms {
  readonly registry: RegistryStore;
  readonly certificates: { parse(text: string): ParseResult };
  readonly issuer: CertificateIssuing;
  readonly deviceCas: DeviceCas;
  readonly serverCa: ServerCaControl;
  readonly serverCertificates: ServerCertificateControl;
  readonly backups: StateBackups;
  readonly sessions: AdminSessions;
  readonly policy: { explain(device: Device, operation: string, resource: string): Explanation };
  readonly clock: AdminClock;
  /** Newest first. */
  readonly refusals: { list(limit: number): readonly Refusal[] };
  readonly configuration: AdminConfiguration;
  /** Undefined: the daemon has nothing to do with one. */
  readonly cloud: AdminCloud | undefined;
  readonly components: AdminComponents;
  readonly doctor: AdminDoctor;
  readonly daemon: { facts(): DaemonFacts };
  readonly audit: { changed(change: AuditedChange): void };
}
