/**
 * Turns a failed gRPC call into a `DaemonError`: with the daemon's own reason when it sent one, else (no daemon, a
 * deadline, a connection cut half-way, somebody else's server) VERIFICATION_UNAVAILABLE, which is never a verdict.
 */

import { readCallError } from '../../src/contract/errors.ts';
import type { Contract } from '../../src/contract/index.ts';
import { DaemonError } from '../../src/errors.ts';

export function toDaemonError(contract: Contract, error: unknown): DaemonError {
  const { reason, message, retryAfterMs, metadata } = readCallError(contract, error);
  if (reason === undefined) {
    return new DaemonError('VERIFICATION_UNAVAILABLE', `the daemon did not answer: ${message}`, {
      cause: error,
    });
  }
  return new DaemonError(reason, message, {
    metadata,
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
