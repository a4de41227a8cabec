/**
 * ImportCertificates: items are registered in batches, each one transaction, and answered in order. What arrives while
 * a batch is written makes the next; reading stops while enough wait or the caller does not read its results. Brokers
 * share this thread, so no more than a few certificates are parsed at a stretch.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { ImportItem__Output } from '../../contract/generated/deviceauth/v1/ImportItem.ts';
import type { ImportResult } from '../../contract/generated/deviceauth/v1/ImportResult.ts';
import { DaemonError } from '../../errors.ts';
import type { RegistrationInput, RegistryStore } from '../../identity/registry/store.ts';
import { invalid } from '../grpc/arguments.ts';
import { type CallRunner, isMalformed, malformed } from '../grpc/calls.ts';
import type { CertificateCalls } from './certificates.ts';

const OPERATION = 'ImportCertificates';
const BATCH = 100;
const PARSED_AT_A_STRETCH = 10;

export type ImportCall = ServerDuplexStream<ImportItem__Output, ImportResult>;

type Prepared = { readonly line: number } & (
  | { readonly input: RegistrationInput }
  | { readonly error: DaemonError }
);

export class ImportStream {
  readonly #call: ImportCall;
  readonly #registry: RegistryStore;
  readonly #certificates: CertificateCalls;
  readonly #runner: CallRunner;
  readonly #started: number;
  #waiting: ImportItem__Output[] = [];
  #working = false;
  #ended = false;
  #over = false;

  constructor(call: ImportCall, registry: RegistryStore, certificates: CertificateCalls, runner: CallRunner) {
    this.#call = call;
    this.#registry = registry;
    this.#certificates = certificates;
    this.#runner = runner;
    this.#started = runner.clock.monotonic();
  }

  start(): void {
    this.#call.on('data', (item: ImportItem__Output) => {
      this.#waiting.push(item);
      if (this.#waiting.length >= BATCH) this.#call.pause();
      this.#work();
    });
    this.#call.on('end', () => {
      this.#ended = true;
      this.#work();
    });
    this.#call.on('cancelled', () => {
      this.#over = true;
      this.#waiting = [];
    });
  }

  #work(): void {
    if (this.#working || this.#over) return;
    this.#working = true;
    this.#drain().then(
      () => {
        this.#working = false;
        if (this.#waiting.length > 0 || this.#ended) this.#work();
      },
      (error: unknown) => {
        if (this.#over) return;
        this.#over = true;
        this.#runner.failStream(this.#call, OPERATION, error, this.#started);
      },
    );
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#over) {
      const batch = this.#waiting.splice(0, BATCH);
      if (this.#waiting.length < BATCH) this.#call.resume();
      await this.#register(batch);
    }
    if (this.#ended && !this.#over) {
      this.#over = true;
      this.#runner.observe(OPERATION, 'success', undefined, this.#started);
      this.#call.end();
    }
  }

  async #register(batch: readonly ImportItem__Output[]): Promise<void> {
    const prepared: Prepared[] = [];
    for (const item of batch) {
      if (prepared.length % PARSED_AT_A_STRETCH === 0) await nextTurn();
      prepared.push(this.#prepare(item));
    }
    const inputs = prepared.flatMap((one) => ('input' in one ? [one.input] : []));
    const results = inputs.length === 0 ? [] : await this.#registry.registerMany(inputs);
    let next = 0;
    for (const one of prepared) {
      if ('error' in one) {
        await this.#write(failed(one.line, one.error));
        continue;
      }
      const result = results[next];
      next += 1;
      if (result === undefined)
        throw new Error('the registry answered fewer results than it was given inputs');
      if (result.ok && !result.unchanged) this.#certificates.auditRegistration(one.input);
      await this.#write(
        result.ok
          ? { line: one.line, certificateId: result.record.id, unchanged: result.unchanged }
          : failed(one.line, result.error),
      );
    }
  }

  #prepare(item: ImportItem__Output): Prepared {
    if (isMalformed(item)) throw malformed(OPERATION);
    const { line, certificate, thingType: type, thingAttributes: attributes, thingGroups: groups } = item;
    try {
      if (certificate === null) throw invalid('certificate is required');
      return { line, input: this.#certificates.input(certificate, { type, attributes, groups }) };
    } catch (error) {
      if (error instanceof DaemonError) return { line, error };
      throw error;
    }
  }

  async #write(result: ImportResult): Promise<void> {
    if (this.#over || this.#call.write(result)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#call.off('drain', done);
        this.#call.off('cancelled', done);
        resolve();
      };
      this.#call.on('drain', done);
      this.#call.on('cancelled', done);
    });
  }
}

function failed(line: number, error: DaemonError): ImportResult {
  return { line, errorReason: error.reason, errorMessage: error.message };
}
