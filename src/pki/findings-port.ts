/** Where this room tells what the operator should know while it lasts; telemetry's `Findings` fit. */
export interface FindingsPort {
  raise(finding: {
    readonly severity: 'WARNING' | 'ALARM';
    readonly code: string;
    readonly subject: string;
    /** One sentence: what is wrong and what to do. */
    readonly message: string;
  }): void;
  clear(code: string, subject: string): void;
}
