/** `ca export|import`, `registry export|import`: a second copy of what another host would need, in one encrypted file. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { StatePart } from '../../contract/generated/deviceauth/v1/StatePart.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation, Run } from '../command.ts';
import { EXIT, fileFailure, usage } from '../failure.ts';
import { writeWhole } from '../output-files.ts';
import { passphrase } from '../passphrase.ts';
import { write } from '../terminal.ts';
import { json, plural, time } from '../text.ts';

const STREAM = '-';
/** Of one message, well below what the daemon takes. */
const PIECE_BYTES = 256 * 1024;

export const exportCas = exporting('CAS');
export const exportRegistry = exporting('REGISTRY');
export const importCas = importing('CAS');
export const importRegistry = importing('REGISTRY');

function exporting(part: StatePart): Run {
  return async (invocation) => {
    const { args, terminal } = invocation;
    const file = args.operand(0);
    const force = args.flag('force');
    if (file !== STREAM && !force) await mustNotExist(file);
    if (file === STREAM && terminal.columns !== undefined) {
      throw usage(
        'the copy is not text, and standard output is a terminal',
        'name a file, or redirect the output',
      );
    }
    const secret = await passphrase(invocation, true);
    const size = { bytes: 0 };
    await AdminConnection.use(invocation, (daemon) =>
      interruptible(async (signal) => {
        const content = counted(daemon.exportState({ parts: [part], passphrase: secret }, signal), size);
        if (file !== STREAM) await writeWhole({ path: file, content, mode: 0o600 }, force);
        else for await (const piece of content) await writeBytes(terminal.stdout, piece);
      }),
    );
    if (file !== STREAM) {
      const text = `${file}: ${plural(size.bytes, 'byte')}; without the passphrase it is worth nothing, so keep it elsewhere\n`;
      await write(terminal.stderr, text);
    }
    return EXIT.ok;
  };
}

function importing(part: StatePart): Run {
  return async (invocation) => {
    const { args, terminal } = invocation;
    const file = args.operand(0);
    if (file !== STREAM) await readable(file);
    const options = {
      parts: [part],
      passphrase: await passphrase(invocation, false),
      replace: args.flag('replace'),
    };
    const source = file === STREAM ? terminal.stdin : createReadStream(file, { highWaterMark: PIECE_BYTES });
    const fixes = {
      ALREADY_EXISTS:
        part === 'REGISTRY'
          ? '--replace makes the registry exactly that of the file; `registry export` keeps what is here now'
          : '--replace takes the CAs of the file instead; `ca export` keeps what is here now',
    };
    const answer = await AdminConnection.use(invocation, (daemon) =>
      interruptible((signal) => daemon.importState(options, pieces(source, file), signal, fixes)),
    );
    if (invocation.json) {
      await write(terminal.stdout, json(answer));
      return EXIT.ok;
    }
    const { things, certificates, deviceCas, serverCaId, exportedAt } = answer;
    const what =
      part === 'REGISTRY'
        ? `${plural(things, 'thing')}, ${plural(certificates, 'certificate')}, ${plural(deviceCas, 'device CA')}`
        : `${plural(deviceCas, 'device CA')} with ${deviceCas === 1 ? 'its' : 'their'} key${
            serverCaId === '' ? '' : `, server CA ${serverCaId.slice(0, 16)} signs`
          }`;
    await write(terminal.stdout, `${what}: imported from the copy of ${time(exportedAt)}\n`);
    return EXIT.ok;
  };
}

/** Ctrl-C ends the call, and with it the file that was being written. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function* counted(source: AsyncIterable<Buffer>, size: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    size.bytes += piece.length;
    yield piece;
  }
}

async function* pieces(source: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source as AsyncIterable<Buffer | string>) {
      const bytes = Buffer.from(chunk as Buffer);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    }
  } catch (error) {
    throw fileFailure('read', name, error);
  }
}

async function mustNotExist(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) {
    throw usage(
      `${path} exists already; nothing was exported`,
      'choose another name, or add --force to replace it',
    );
  }
}

async function readable(path: string): Promise<void> {
  await stat(path).catch((error: unknown) => {
    throw fileFailure('read', path, error);
  });
}

async function writeBytes(stream: Invocation['terminal']['stdout'], bytes: Buffer): Promise<void> {
  if (stream.write(bytes)) return;
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve);
  });
}
