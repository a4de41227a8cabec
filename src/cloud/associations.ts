/**
 * Which devices the operator associated with this core device in Greengrass: for `cloud.forgetUnassociated`. Always true: a list
 * is whole or not told at all, so that a device is never forgotten because a page was missing.
 */
import type { Outcome } from './outcome.ts';

export interface AssociatedDevices {
  /** Their thing names. One look, of as many requests as there are pages; whoever asks retries. Ends when the signal is aborted. */
  list(signal: AbortSignal): Promise<Outcome<ReadonlySet<string>>>;
}
