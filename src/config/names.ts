/** Where a key belongs that was found where it is not known. */
import { describeKeys } from './describe.ts';

/** Names that older documentation of the reference gave to keys. */
const OLD_NAMES: readonly (readonly [string, string])[] = [
  ['cloudqueuesize', 'performance.cloudRequestQueueSize'],
  ['threadpoolsize', 'performance.maxConcurrentCloudRequests'],
];

export class NameFinder {
  readonly #paths = new Map<string, string>(OLD_NAMES);

  constructor() {
    for (const { name, path } of describeKeys()) {
      if (!path.includes('<name>')) this.#paths.set(name.toLowerCase(), path);
    }
  }

  /** The full path of a key of this very name, in whatever section, or of the key that replaced it. */
  elsewhere(name: string): string | undefined {
    return this.#paths.get(name.toLowerCase());
  }
}
