/**
 * Tells Greengrass which CAs devices must trust to verify this core's brokers, so that its discovery answers them. Always true:
 * - What is uploaded is what local discovery tells: the anchor of the CA that signs first, then an announced one's and the old
 *   ones'. The reference sends one, its root; it has no CA to announce.
 * - What was uploaded last, and as which core, is on disk, so that a restart uploads nothing, and a change made while the cloud was
 *   out of reach is uploaded when it is back.
 * - Nothing that goes wrong here keeps a device or a broker from anything.
 * - What the service calls invalid is sent again only when the CAs or the core's certificate change, or the operator asks.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { NetworkState } from '../network-state.ts';
import type { Trouble } from '../outcome.ts';
import { sentence } from '../sentence.ts';
import type { JobStatus } from '../status.ts';
import type { CoreDataPlane, JobFindings, JobLog } from './ports.ts';
import { type AttemptResult, RepeatedAttempts, tellNetwork } from './repeated-attempts.ts';
import type { UploadRecord } from './upload-record.ts';

export interface CertificateAuthorityUploadOptions {
  readonly dataPlane: Pick<CoreDataPlane, 'putCertificateAuthorities'>;
  /** The server CA's; whole certificates, PEM. */
  readonly anchors: {
    anchors(): readonly string[];
    onChange(listener: () => void): () => void;
  };
  readonly record: {
    read(): Promise<UploadRecord | undefined>;
    forget(): Promise<void>;
    write(record: UploadRecord): Promise<void>;
  };
  readonly coreThingName: string;
  /** Of the core's certificate in use, by which AWS knows the account; undefined: there is none that can be used. */
  readonly coreCertificateId: () => string | undefined;
  /** Host and port: another region has to be told anew. */
  readonly endpoint: string;
  /** Why nothing can be uploaded, such as a path that is not configured; undefined: it can. */
  readonly problem: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly network: Pick<NetworkState, 'reached' | 'unreachable' | 'onChange'>;
  readonly findings: JobFindings;
  readonly log: JobLog;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs: () => number;
}

export const UPLOAD_FINDING = 'cloud.certificate-authorities';
const FIRST_DELAY_MS = 3_000;
const LONGEST_DELAY_MS = 60_000;
/** In a row, before an operator hears of what may pass by itself. */
const MANY_FAILURES = 10;

export class CertificateAuthorityUpload {
  readonly #options: CertificateAuthorityUploadOptions;
  readonly #attempts: RepeatedAttempts;
  #offChange: () => void = () => {};
  /** Read from disk once. */
  #uploaded: { readonly record: UploadRecord | undefined } | undefined;
  /** The core's certificate when it was tried last. */
  #triedAs: string | undefined;
  #isWantedAgain = false;

  constructor(options: CertificateAuthorityUploadOptions) {
    this.#options = options;
    const { clock, log, network, random, timeoutMs } = options;
    this.#attempts = new RepeatedAttempts({
      name: 'certificate-authorities',
      firstDelayMs: FIRST_DELAY_MS,
      longestDelayMs: LONGEST_DELAY_MS,
      attempt: (signal, failures) => this.#attempt(signal, failures),
      ...{ clock, log, network, random, timeoutMs },
    });
  }

  start(): void {
    const { anchors, problem } = this.#options;
    if (problem !== undefined) {
      this.#attempts.off(`${problem}: devices that ask AWS's discovery are not told of these CAs`);
      return;
    }
    this.#offChange = anchors.onChange(() => this.#attempts.ask());
    this.#attempts.ask();
  }

  status(): JobStatus {
    return this.#attempts.status();
  }

  /** The operator asks: uploads it, whatever the service said of it before, also what is uploaded as far as is known here. */
  refresh(): void {
    if (this.#options.problem !== undefined) return;
    this.#isWantedAgain = true;
    this.#attempts.ask();
  }

  /** The core's files were read again: with another certificate it may be another account's core. */
  filesReloaded(): void {
    const { coreCertificateId, problem } = this.#options;
    if (problem === undefined && coreCertificateId() !== this.#triedAs) this.#attempts.ask();
  }

  /** Resolves when the attempt under way, if there is one, is over. */
  idle(): Promise<void> {
    return this.#attempts.idle();
  }

  async stop(): Promise<void> {
    this.#offChange();
    await this.#attempts.stop();
  }

  async #attempt(signal: AbortSignal, failures: number): Promise<AttemptResult> {
    const { anchors, coreCertificateId, coreThingName, dataPlane, findings, network } = this.#options;
    const pems = anchors.anchors();
    this.#triedAs = coreCertificateId();
    if (pems.length === 0) return { kind: 'idle', detail: 'there is no CA to upload yet' };
    const digest = this.#digest(pems);
    const before = await this.#lastRecord();
    const isWantedAgain = this.#isWantedAgain;
    this.#isWantedAgain = false;
    if (before?.digest === digest && !isWantedAgain) {
      findings.clear(UPLOAD_FINDING);
      return { kind: 'done', detail: uploaded(pems.length), at: before.uploadedAt };
    }
    // Whatever comes of it, what was uploaded before is not known to be what the cloud has.
    if (before !== undefined && this.#triedAs !== undefined) await this.#forget();
    const outcome = await dataPlane.putCertificateAuthorities(coreThingName, pems, signal);
    tellNetwork(network, outcome, signal);
    if (outcome.kind === 'trouble') return this.#failed(outcome, pems.length, failures);
    if (outcome.value.kind === 'no') return this.#rejected(outcome.value.message, pems.length);
    findings.clear(UPLOAD_FINDING);
    await this.#remember({ digest, uploadedAt: this.#options.clock.now() });
    return { kind: 'done', detail: uploaded(pems.length) };
  }

  /** Each part with its length, so that no two lists make one digest. */
  #digest(pems: readonly string[]): string {
    const hash = createHash('sha256');
    const { coreThingName, endpoint } = this.#options;
    for (const part of [coreThingName, endpoint, this.#triedAs ?? '', ...pems])
      hash.update(`${part.length}:${part}`);
    return hash.digest('hex');
  }

  async #lastRecord(): Promise<UploadRecord | undefined> {
    this.#uploaded ??= { record: await this.#options.record.read() };
    return this.#uploaded.record;
  }

  async #forget(): Promise<void> {
    this.#uploaded = { record: undefined };
    try {
      await this.#options.record.forget();
    } catch (err) {
      this.#options.log.error({ err }, 'what is written down of the last upload of CAs could not be removed');
    }
  }

  async #remember(record: UploadRecord): Promise<void> {
    this.#uploaded = { record };
    try {
      await this.#options.record.write(record);
    } catch (err) {
      this.#options.log.error(
        { err },
        'that the CAs were uploaded could not be written down; the next start uploads them again',
      );
    }
  }

  #failed(trouble: Trouble, count: number, failures: number): AttemptResult {
    const lasting = trouble.trouble === 'misconfigured' || trouble.trouble === 'unexpected';
    if (lasting || failures + 1 >= MANY_FAILURES) {
      this.#options.findings.raise({
        severity: lasting ? 'ALARM' : 'WARNING',
        code: UPLOAD_FINDING,
        message: `The CAs that devices must trust could not be uploaded to AWS, so its discovery does not tell devices of them; tried again. ${sentence(trouble.message)} See \`deviceauthctl doctor\`.`,
      });
    }
    return { kind: 'failed', trouble, detail: `to upload ${certificates(count)}` };
  }

  #rejected(message: string, count: number): AttemptResult {
    this.#options.findings.raise({
      severity: 'ALARM',
      code: UPLOAD_FINDING,
      message: `AWS does not take the CAs that devices must trust, and they are not sent again until they change or \`deviceauthctl cloud refresh\` asks for it. ${sentence(message)}`,
    });
    return {
      kind: 'given-up',
      message,
      detail: `for other CAs, or \`deviceauthctl cloud refresh\`: AWS does not take ${count === 1 ? 'this one' : `these ${count}`}`,
    };
  }
}

function uploaded(count: number): string {
  return `${certificates(count)} uploaded`;
}

function certificates(count: number): string {
  return `${count} CA${count === 1 ? '' : 's'}`;
}
