/**
 * A walk through the clients that EMQX has, which are compared with the sessions here. Always true:
 * - A client whose certificate cannot be told is left alone, and so is one that is not connected.
 * - Nobody is disconnected here: who must go is handed to the kick, which looks again.
 * - Who is disconnected meanwhile moves the others up in EMQX's list, so that a page is read again when somebody on it had to go.
 * - A page is held at a time; a walk does not end by a failure of EMQX's, it waits.
 */
import type { Clock } from '../../clock.ts';
import type { CertificateParser } from '../../identity/certificate.ts';
import type { ApiOutcome } from './api-outcome.ts';
import { fullJitter } from './backoff.ts';
import { connectedCertificate } from './connected-certificate.ts';
import type { ConnectedClient, EmqxClients, GivenCertificate } from './emqx-ports.ts';
import type { PacedApi, Question } from './paced-api.ts';
import { rest } from './rest.ts';

export interface ReconciliationParts {
  readonly api: PacedApi;
  readonly clients: EmqxClients;
  readonly parser: Pick<CertificateParser, 'parse'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly kick: (clientId: string) => void;
  /** Is it to be disconnected already? Then it is not readmitted in the middle of that. */
  readonly isKicked: (clientId: string) => boolean;
  readonly flush: (clientId: string) => void;
  readonly audit: (clientId: string) => void;
  /** Resolves when the kicks so far have been carried out: true. False: they were given too long a time. */
  readonly kicked: (signal: AbortSignal) => Promise<boolean>;
  /** Resolves when there is room for more. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  readonly fault: (error: unknown) => void;
}

/** `left`: it was left alone. */
type Verdict = 'live' | 'gone' | 'unknown' | 'left';

const READMITTED_AT_ONCE = 4;
/** A verdict that takes longer is none. */
const READMIT_MS = 15_000;
/** A walk that never ends would keep every other away. */
const MOST_PAGES = 100_000;

export class Reconciliation {
  readonly #parts: ReconciliationParts;

  constructor(parts: ReconciliationParts) {
    this.#parts = parts;
  }

  /**
   * `thorough`: clients with a session are told of their grants anew, too. False: some could not be decided about, or the signal
   * was aborted.
   */
  async walk(thorough: boolean, signal: AbortSignal): Promise<boolean> {
    const begun = this.#parts.clock.monotonic();
    const connected = new Set<string>();
    let isWhole = true;
    if (thorough) await this.#insist((api, until) => api.flushEveryCache(until), signal);
    for (let page = 1, reads = 1; reads <= MOST_PAGES && !signal.aborted; reads += 1) {
      const found = await this.#insist((api, until) => api.clients(page, until), signal);
      if (found === undefined) return false;
      for (const client of found.clients) if (client.connected) connected.add(client.clientId);
      const verdicts = await this.#all(found.clients, thorough, signal);
      if (found.unreadable > 0 || verdicts.includes('unknown')) isWhole = false;
      if (verdicts.includes('gone')) {
        if (!(await this.#parts.kicked(signal))) isWhole = false;
      } else if (!found.hasMore) {
        if (signal.aborted) return false;
        this.#parts.clients.connectedAre(connected, begun);
        return isWhole;
      } else {
        page += 1;
      }
    }
    return false;
  }

  async #all(
    clients: readonly ConnectedClient[],
    thorough: boolean,
    signal: AbortSignal,
  ): Promise<readonly Verdict[]> {
    const waiting = clients.values();
    const verdicts: Verdict[] = [];
    const work = async (): Promise<void> => {
      for (const client of waiting) {
        await this.#parts.room(signal);
        if (signal.aborted) return;
        verdicts.push(await this.#one(client, thorough, signal));
      }
    };
    await Promise.all(Array.from({ length: READMITTED_AT_ONCE }, work));
    return verdicts;
  }

  async #one(client: ConnectedClient, thorough: boolean, signal: AbortSignal): Promise<Verdict> {
    if (!client.connected) return 'left';
    const { audit, clients, flush, isKicked, kick, parser } = this.#parts;
    const { clientId } = client;
    const certificate = connectedCertificate(client, parser);
    if (certificate === undefined) return 'left';
    if (clients.isLive(clientId, certificate.id)) {
      if (thorough) audit(clientId);
      return 'live';
    }
    if (isKicked(clientId)) return 'left';
    const verdict = await this.#readmit(client, certificate.given, signal);
    if (verdict === 'gone') kick(clientId);
    // What EMQX remembers and has subscribed it to is of a time when nobody told it of changes.
    else if (verdict === 'live') flush(clientId);
    return verdict;
  }

  async #readmit(
    { clientId }: ConnectedClient,
    given: GivenCertificate,
    signal: AbortSignal,
  ): Promise<'live' | 'gone' | 'unknown'> {
    const { clients, clock, fault } = this.#parts;
    const late = new AbortController();
    const cancel = clock.after(READMIT_MS, () => late.abort());
    const until = AbortSignal.any([signal, late.signal]);
    try {
      const ended = new Promise<'unknown'>((resolve) => {
        until.addEventListener('abort', () => resolve('unknown'), { once: true });
      });
      return await Promise.race([clients.readmit(clientId, given, until), ended]);
    } catch (error) {
      fault(error);
      return 'unknown';
    } finally {
      cancel();
    }
  }

  /** Asks until there is an answer. Undefined when the signal was aborted. */
  async #insist<T>(question: Question<T>, signal: AbortSignal): Promise<T | undefined> {
    const { api, clock, random } = this.#parts;
    for (let failures = 1; ; failures += 1) {
      const outcome: ApiOutcome<T> = await api.ask('walk', signal, question);
      if (outcome.kind === 'done') return outcome.value;
      if (outcome.kind === 'aborted' || !(await rest(clock, fullJitter(failures, random), signal))) {
        return undefined;
      }
    }
  }
}
