/**
 * ExportState and ImportState: the file as a stream of small messages, no faster than its reader, with turns of the
 * event loop in between for the brokers. The audit has facts of the file, never what is in it, and an export is in it
 * whether or not it was whole.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServerReadableStream, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import type { ExportStateRequest__Output } from '../../contract/generated/deviceauth/v1/ExportStateRequest.ts';
import type { ImportOptions__Output } from '../../contract/generated/deviceauth/v1/ImportOptions.ts';
import type { ImportStateRequest__Output } from '../../contract/generated/deviceauth/v1/ImportStateRequest.ts';
import type { ImportStateResponse } from '../../contract/generated/deviceauth/v1/ImportStateResponse.ts';
import type { StateChunk } from '../../contract/generated/deviceauth/v1/StateChunk.ts';
import type { StatePart__Output } from '../../contract/generated/deviceauth/v1/StatePart.ts';
import { invalid } from '../grpc/arguments.ts';
import { type CallRunner, isMalformed, malformed } from '../grpc/calls.ts';
import type { AdminContext } from './admin-context.ts';
import type { StatePart } from './admin-ports.ts';

export type ExportCall = ServerWritableStream<ExportStateRequest__Output, StateChunk>;
export type StateImportCall = ServerReadableStream<ImportStateRequest__Output, ImportStateResponse>;

export function exportState(call: ExportCall, context: AdminContext, runner: CallRunner): void {
  const started = runner.clock.monotonic();
  sendFile(call, context).then(
    () => {
      runner.observe('ExportState', 'success', undefined, started);
      call.end();
    },
    (error: unknown) => runner.failStream(call, 'ExportState', error, started),
  );
}

async function sendFile(call: ExportCall, context: AdminContext): Promise<void> {
  if (isMalformed(call.request)) throw malformed('ExportState');
  const { passphrase } = call.request;
  const parts = partsOf(call.request.parts);
  let bytes = 0;
  let whole = false;
  try {
    for await (const data of context.rooms.backups.export({ parts, passphrase })) {
      if (call.cancelled) return;
      if (!call.write({ data })) await drained(call);
      bytes += data.length;
      await nextTurn();
    }
    whole = true;
  } finally {
    if (bytes > 0) context.audit('backup.export', { parts: [...parts].join(' '), bytes, whole });
  }
}

export function importState(
  call: StateImportCall,
  answer: sendUnaryData<ImportStateResponse>,
  context: AdminContext,
  runner: CallRunner,
): void {
  const started = runner.clock.monotonic();
  takeFile(call, context).then(
    (response) => {
      runner.observe('ImportState', 'success', undefined, started);
      answer(null, response);
    },
    (error: unknown) => answer(runner.failed('ImportState', error, started)),
  );
}

async function takeFile(call: StateImportCall, context: AdminContext): Promise<ImportStateResponse> {
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<ImportStateRequest__Output>;
  const { passphrase, replace, parts: named } = await optionsOf(messages);
  const parts = partsOf(named);
  const size = { bytes: 0 };
  const file = fileOf(messages, size, call);
  const { serverCaId = '', ...counts } = await context.rooms.backups.import(
    { parts, passphrase, replace },
    file,
  );
  context.audit('backup.import', {
    parts: [...parts].join(' '),
    replace,
    bytes: size.bytes,
    ...counts,
    ...(serverCaId === '' ? {} : { serverCaId }),
  });
  return { ...counts, serverCaId };
}

async function optionsOf(
  messages: AsyncIterator<ImportStateRequest__Output>,
): Promise<ImportOptions__Output> {
  const { value: first, done } = await messages.next();
  if (done === true) throw invalid('options is required, as the first message');
  if (isMalformed(first)) throw malformed('ImportState');
  if (first.options === undefined || first.options === null) {
    throw invalid('options is required, as the first message');
  }
  return first.options;
}

/** A caller that gives up must not be taken for one that has sent all: its stream ends without an error. */
async function* fileOf(
  messages: AsyncIterator<ImportStateRequest__Output>,
  size: { bytes: number },
  call: StateImportCall,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { value: message, done } = await messages.next();
    if (call.cancelled) throw invalid('the caller gave up; nothing was changed');
    if (done === true) return;
    if (isMalformed(message)) throw malformed('ImportState');
    if (message.data === undefined) throw invalid('options may be the first message only');
    size.bytes += message.data.length;
    yield message.data;
    await nextTurn();
  }
}

function partsOf(named: readonly StatePart__Output[]): ReadonlySet<StatePart> {
  const parts = named.map((part): StatePart => {
    if (part === 'CAS') return 'cas';
    if (part === 'REGISTRY') return 'registry';
    throw invalid(`parts has ${String(part)}, which is none of CAS, REGISTRY`);
  });
  return new Set(parts);
}

function drained(call: ExportCall): Promise<void> {
  if (call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      call.off('cancelled', done);
      resolve();
    };
    call.on('drain', done);
    call.on('cancelled', done);
  });
}
