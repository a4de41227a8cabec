// Original file: proto/google/rpc/error_details.proto


/**
 * Why it failed, for programs: a reason within a domain.
 */
export interface ErrorInfo {
  'reason'?: (string);
  'domain'?: (string);
  'metadata'?: ({[key: string]: string});
}

/**
 * Why it failed, for programs: a reason within a domain.
 */
export interface ErrorInfo__Output {
  'reason': (string);
  'domain': (string);
  'metadata': ({[key: string]: string});
}
