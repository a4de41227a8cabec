/** What the jobs ask of the rooms around them, and of the data plane as the core device. */
import type { GreengrassDataPlane } from '../greengrass/data-plane.ts';

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

/** One try each; the signal ends it. */
export type CoreDataPlane = Pick<
  GreengrassDataPlane,
  'putCertificateAuthorities' | 'getConnectivityInfo' | 'updateConnectivityInfo'
>;
