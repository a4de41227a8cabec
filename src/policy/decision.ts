/** The words in which policy answers; every caller of the evaluator, in this process or in a plugin, uses them. */

/** One deciding or nearly deciding statement, named as its source names it. */
export interface StatementName {
  readonly source: 'deviceGroups' | 'iotPolicy';
  /** The device group through which the policy applied; empty for other sources. */
  readonly group: string;
  readonly policy: string;
  readonly statement: string;
}

export type DecisionReason =
  | 'ALLOWED'
  | 'EXPLICIT_DENY'
  | 'IMPLICIT_DENY'
  | 'MALFORMED_OPERATION'
  | 'MALFORMED_RESOURCE'
  /** Operation and resource name different services: the caller's mistake (INVALID_ARGUMENTS). */
  | 'SERVICE_MISMATCH';

export interface Explanation {
  readonly allowed: boolean;
  readonly reason: DecisionReason;
  /** One sentence for a person. */
  readonly summary: string;
  readonly decidedBy:
    | (StatementName & { readonly effect: 'ALLOW' | 'DENY'; readonly resource: string })
    | undefined;
  readonly nearest: readonly NearMiss[];
}

export interface NearMiss {
  readonly kind: 'group' | 'resource' | 'operation' | 'request';
  readonly group: string;
  readonly policy: string;
  readonly statement: string;
  readonly detail: string;
}
