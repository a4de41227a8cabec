/**
 * Reads by which addresses the operator says in the cloud that devices reach this core. The reference follows a shadow for it
 * over MQTT; a daemon without a broker of its own asks now and then. Always true:
 * - They join the addresses of this host as the source `connectivity-information-service`; the same ones again change nothing.
 * - Trouble of any kind leaves what was known, in this life and the next. An empty list is an answer.
 * - An entry that no device could connect to is left out and told; the others count.
 */
import type { Clock } from '../../clock.ts';
import type { GivenAddress } from '../../connectivity/host-address-store.ts';
import { type HostAddresses, MOST_ADDRESSES } from '../../connectivity/host-addresses.ts';
import { normalizeHost } from '../../connectivity/host-name.ts';
import type { ConnectivityAddress } from '../greengrass/connectivity-info.ts';
import type { NetworkState } from '../network-state.ts';
import { isWorthRetrying, type Trouble } from '../outcome.ts';
import { sentence } from '../sentence.ts';
import type { JobStatus } from '../status.ts';
import type { CoreDataPlane, JobFindings, JobLog } from './ports.ts';
import { type AttemptResult, RepeatedAttempts, tellNetwork } from './repeated-attempts.ts';

export interface ConnectivityPollOptions {
  readonly dataPlane: Pick<CoreDataPlane, 'getConnectivityInfo'>;
  readonly addresses: Pick<HostAddresses, 'replace'>;
  readonly coreThingName: string;
  /** `cloud.dataPlane.connectivityPollSeconds`, read each time; 0: never. */
  readonly intervalSeconds: () => number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly network: Pick<NetworkState, 'reached' | 'unreachable' | 'onChange'>;
  readonly findings: JobFindings;
  readonly log: JobLog;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs: () => number;
}

/** As the reference names it. */
export const CLOUD_SOURCE = 'connectivity-information-service';
export const CONNECTIVITY_FINDING = 'cloud.connectivity-information';
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** Of the entries that are left out, so many are named. */
const MOST_NAMED = 3;

export class ConnectivityPoll {
  readonly #options: ConnectivityPollOptions;
  readonly #attempts: RepeatedAttempts;
  #interval = 0;

  constructor(options: ConnectivityPollOptions) {
    this.#options = options;
    const { clock, log, network, random, timeoutMs } = options;
    this.#attempts = new RepeatedAttempts({
      name: 'connectivity-information',
      firstDelayMs: FIRST_DELAY_MS,
      longestDelayMs: LONGEST_DELAY_MS,
      attempt: (signal) => this.#attempt(signal),
      ...{ clock, log, network, random, timeoutMs },
    });
  }

  start(): void {
    this.#interval = this.#options.intervalSeconds();
    this.refresh();
  }

  /** Whenever the configuration changes; another interval is begun at once. */
  settingsChanged(): void {
    if (this.#interval !== this.#options.intervalSeconds()) this.start();
  }

  /** The operator asks. */
  refresh(): void {
    if (this.#interval > 0) {
      this.#attempts.ask();
    } else {
      this.#attempts.off('cloud.dataPlane.connectivityPollSeconds is 0; what was read before stays');
      this.#options.findings.clear(CONNECTIVITY_FINDING);
    }
  }

  status(): JobStatus {
    return this.#attempts.status();
  }

  /** Resolves when the attempt under way, if there is one, is over. */
  idle(): Promise<void> {
    return this.#attempts.idle();
  }

  stop(): Promise<void> {
    return this.#attempts.stop();
  }

  async #attempt(signal: AbortSignal): Promise<AttemptResult> {
    const { coreThingName, dataPlane, network } = this.#options;
    const outcome = await dataPlane.getConnectivityInfo(coreThingName, signal);
    tellNetwork(network, outcome, signal);
    if (outcome.kind === 'trouble') return this.#failed(outcome);
    const { given, leftOut } = usable(outcome.value);
    const problem = await this.#take(given);
    this.#tell(leftOut, problem);
    const detail = `${given.length} address${given.length === 1 ? '' : 'es'} read${
      leftOut.length === 0 ? '' : `, ${leftOut.length} left out`
    }`;
    return { kind: 'done', detail, again: this.#interval * 1_000 * (0.8 + 0.4 * this.#options.random()) };
  }

  /** In force whatever the disk does; what is wrong with that, if anything. */
  async #take(given: readonly GivenAddress[]): Promise<string | undefined> {
    try {
      await this.#options.addresses.replace(CLOUD_SOURCE, given);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #failed(trouble: Trouble): AttemptResult {
    const detail = 'to read the addresses; what was known stays';
    if (isWorthRetrying(trouble)) return { kind: 'failed', trouble, detail };
    this.#warn(
      `The addresses that are given in the cloud cannot be read; those known before stay. ${sentence(trouble.message)} See \`deviceauthctl doctor\`.`,
    );
    // Nothing but the operator mends it: as often as without trouble, if that is more seldom.
    return { kind: 'failed', trouble, detail, atLeast: this.#interval * 1_000 };
  }

  #tell(leftOut: readonly string[], problem: string | undefined): void {
    const sentences: string[] = [];
    if (leftOut.length > 0) {
      const named = leftOut.slice(0, MOST_NAMED).join(', ');
      const more = leftOut.length > MOST_NAMED ? ` and ${leftOut.length - MOST_NAMED} more` : '';
      sentences.push(
        `The connectivity information of this core in the cloud has entries that no device can use, and they are left out: ${named}${more}. Correct them there.`,
      );
    }
    if (problem !== undefined)
      sentences.push(
        `The addresses that are given in the cloud are in force, and could not be kept: ${problem}.`,
      );
    if (sentences.length === 0) this.#options.findings.clear(CONNECTIVITY_FINDING);
    else this.#warn(sentences.join(' '));
  }

  /** Of an attempt that was under way when it was turned off, nobody wants to know. */
  #warn(message: string): void {
    if (this.#interval === 0) return;
    this.#options.findings.raise({ severity: 'WARNING', code: CONNECTIVITY_FINDING, message });
  }
}

interface Usable {
  readonly given: readonly GivenAddress[];
  /** As they came, quoted. */
  readonly leftOut: readonly string[];
}

function usable(entries: readonly ConnectivityAddress[]): Usable {
  const given = new Map<string, GivenAddress>();
  const leftOut: string[] = [];
  for (const { hostAddress, portNumber } of entries) {
    const host = hostOf(hostAddress);
    const validPort = Number.isInteger(portNumber) && portNumber >= 0 && portNumber <= 65_535;
    if (host === undefined || !validPort || given.size >= MOST_ADDRESSES) {
      leftOut.push(JSON.stringify(`${hostAddress.slice(0, 80)}${validPort ? '' : `:${portNumber}`}`));
      continue;
    }
    given.set(`${host} ${portNumber}`, portNumber === 0 ? { host } : { host, port: portNumber });
  }
  return { given: [...given.values()], leftOut };
}

function hostOf(text: string): string | undefined {
  if (text.startsWith('*')) return undefined;
  try {
    return normalizeHost(text);
  } catch {
    return undefined;
  }
}
