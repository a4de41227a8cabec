/**
 * A second copy of what another host would need to take over: the CAs whose keys are here, and the registry. Written
 * to and read from a stream of bytes that nobody can read or change without the passphrase (`archive.ts`).
 *
 * One at a time, because each takes 128 MiB while its key is derived. Nothing changes before the whole of a file was
 * read and found genuine; the registry then changes in one transaction. What is held in memory is a chunk, and the
 * CAs. Keys and passphrase are in no message of an error; the derived key is overwritten after use.
 */

import type { Clock } from '../clock.ts';
import { DaemonError } from '../errors.ts';
import type {
  RegistryCopies,
  RegistryCopy,
  RegistryRow,
  RegistryStaging,
} from '../identity/registry/copies.ts';
import type { DeviceCaRecord } from '../identity/registry/store.ts';
import type { DeviceCaKey } from '../pki/authorities/device-ca-store.ts';
import type { ExportedAuthority, ServerCaBackup } from '../pki/certificates-api.ts';
import { seal, unseal } from './archive.ts';
import { checkPassphrase, damaged, SCRYPT_COST, type ScryptCost } from './archive-key.ts';
import { type ArchiveRecord, CONTENT_VERSION, recordLine, recordsOf, type StatePart } from './records.ts';

export interface DeviceCaKeys {
  exportKeys(): Promise<readonly DeviceCaKey[]>;
  stageKeys(keys: readonly DeviceCaKey[]): Promise<readonly DeviceCaRecord[]>;
  discardKeys(staged: readonly DeviceCaRecord[]): Promise<void>;
  settleKeys(staged: readonly DeviceCaRecord[]): Promise<void>;
}

export interface StateBackupOptions {
  readonly registry: RegistryCopies;
  readonly serverCa: ServerCaBackup;
  readonly deviceCas: DeviceCaKeys;
  readonly clock: Clock;
  /** Left out: what protects a passphrase. Less is for tests. */
  readonly cost?: ScryptCost;
}

export interface ExportRequest {
  readonly parts: ReadonlySet<StatePart>;
  readonly passphrase: string;
}

export interface ImportRequest extends ExportRequest {
  readonly replace: boolean;
}

export interface ImportedState {
  readonly exportedAt: number;
  readonly things: number;
  readonly certificates: number;
  readonly deviceCas: number;
  /** Undefined when the server CA was not asked for, or the file has none. */
  readonly serverCaId: string | undefined;
}

/** More device and server CAs than anybody has; they are held in memory. */
const MOST_CAS = 1_000;

interface Cas {
  readonly server: ExportedAuthority[];
  readonly device: DeviceCaKey[];
}

export class StateBackup {
  readonly #options: StateBackupOptions;
  #busy = false;

  constructor(options: StateBackupOptions) {
    this.#options = options;
  }

  /** The file, in pieces of up to 64 KiB. Rejects with INVALID_ARGUMENTS, LIMIT_EXCEEDED, SERVICE_ERROR. */
  async *export({ parts, passphrase }: ExportRequest): AsyncGenerator<Buffer> {
    checkPassphrase(passphrase);
    requireParts(parts);
    this.#begin();
    try {
      yield* seal(this.#content(parts), passphrase, this.#options.cost ?? SCRYPT_COST);
    } finally {
      this.#busy = false;
    }
  }

  /** Rejects with INVALID_ARGUMENTS for the file, ALREADY_EXISTS for what is different here, LIMIT_EXCEEDED, SERVICE_ERROR. */
  async import(request: ImportRequest, file: AsyncIterable<Uint8Array>): Promise<ImportedState> {
    const { parts, passphrase } = request;
    if (passphrase === '') throw new DaemonError('INVALID_ARGUMENTS', 'passphrase is required');
    requireParts(parts);
    this.#begin();
    let staging: RegistryStaging | undefined;
    try {
      staging = this.#options.registry.stage();
      const cas: Cas = { server: [], device: [] };
      const exportedAt = await this.#read(request, file, staging, cas);
      return { exportedAt, ...(await this.#apply(request, staging, cas)) };
    } finally {
      staging?.close();
      this.#busy = false;
    }
  }

  #begin(): void {
    if (this.#busy) {
      throw new DaemonError(
        'LIMIT_EXCEEDED',
        'another export or import is under way; wait until it is done',
        {
          retryAfterMs: 5_000,
        },
      );
    }
    this.#busy = true;
  }

  async *#content(parts: ReadonlySet<StatePart>): AsyncGenerator<Buffer> {
    const { registry, serverCa, deviceCas, clock } = this.#options;
    const server = parts.has('cas') ? await serverCa.exportAuthorities() : [];
    const device = parts.has('cas') ? await deviceCas.exportKeys() : [];
    const copy = parts.has('registry') ? await registry.copy() : undefined;
    try {
      const exportedAt = Math.trunc(clock.now());
      let records = 0;
      yield recordLine({ kind: 'copy', version: CONTENT_VERSION, exportedAt, parts: [...parts].sort() });
      for (const record of allRecords(server, device, copy)) {
        records += 1;
        yield recordLine(record);
      }
      yield recordLine({ kind: 'end', records: records + 1 });
    } finally {
      copy?.close();
    }
  }

  /** Resolves when all of the file was read and is genuine. What is not asked for is checked and left out. */
  async #read(
    { parts, passphrase }: ImportRequest,
    file: AsyncIterable<Uint8Array>,
    staging: RegistryStaging,
    cas: Cas,
  ): Promise<number> {
    let exportedAt = 0;
    for await (const record of recordsOf(unseal(file, passphrase))) {
      switch (record.kind) {
        case 'copy':
          exportedAt = record.exportedAt;
          requireThat(record.parts, parts);
          break;
        case 'server-ca': {
          const { kind: _, ...authority } = record;
          if (parts.has('cas')) cas.server.push(authority);
          break;
        }
        case 'device-ca-key': {
          const { kind: _, ...key } = record;
          if (parts.has('cas')) cas.device.push(key);
          break;
        }
        case 'end':
          break;
        default:
          if (parts.has('registry')) staging.add(rowOf(record));
      }
      if (cas.server.length + cas.device.length > MOST_CAS) throw damaged('it has too many CAs');
    }
    return exportedAt;
  }

  async #apply(
    { parts, replace }: ImportRequest,
    staging: RegistryStaging,
    { server, device }: Cas,
  ): Promise<Omit<ImportedState, 'exportedAt'>> {
    const { serverCa, deviceCas } = this.#options;
    // Whatever can be refused is refused before the first change.
    if (server.length > 0) await serverCa.importAuthorities(server, { replace, check: true });
    const staged = await deviceCas.stageKeys(device);
    let counts: Awaited<ReturnType<RegistryStaging['apply']>>;
    try {
      for (const { keyFile, ...ca } of staged) staging.add({ kind: 'device-ca', ca }, keyFile);
      counts = await staging.apply({ whole: parts.has('registry'), replace });
    } catch (error) {
      await deviceCas.discardKeys(staged);
      throw error;
    }
    await deviceCas.settleKeys(staged);
    const serverCaId =
      server.length > 0 ? await serverCa.importAuthorities(server, { replace, check: false }) : undefined;
    return { ...counts, serverCaId };
  }
}

function requireParts(parts: ReadonlySet<StatePart>): void {
  if (parts.size === 0)
    throw new DaemonError('INVALID_ARGUMENTS', 'parts is required: CAS, REGISTRY or both');
}

function requireThat(there: readonly StatePart[], wanted: ReadonlySet<StatePart>): void {
  const missing = [...wanted].find((part) => !there.includes(part));
  if (missing === undefined) return;
  throw damaged(`it has no ${missing === 'cas' ? 'CAs' : 'registry'}`);
}

function* allRecords(
  server: readonly ExportedAuthority[],
  device: readonly DeviceCaKey[],
  copy: RegistryCopy | undefined,
): Generator<ArchiveRecord> {
  for (const authority of server) yield { kind: 'server-ca', ...authority };
  for (const key of device) yield { kind: 'device-ca-key', ...key };
  for (const row of copy?.rows() ?? []) yield recordOf(row);
}

function recordOf(row: RegistryRow): ArchiveRecord {
  switch (row.kind) {
    case 'device-ca':
      return { kind: 'device-ca', ...row.ca };
    case 'thing': {
      const { attributes, groups, ...thing } = row.thing;
      return { kind: 'thing', ...thing, attributes: Object.entries(attributes), groups: [...groups] };
    }
    case 'certificate':
      return { kind: 'certificate', ...row.certificate };
    case 'attachment':
      return { kind: 'attachment', ...row.attachment };
    case 'tombstone': {
      const { kind: buried, ...tombstone } = row.tombstone;
      return { kind: 'tombstone', buried, ...tombstone };
    }
  }
}

type RowRecord = Extract<
  ArchiveRecord,
  { readonly kind: 'device-ca' | 'thing' | 'certificate' | 'attachment' | 'tombstone' }
>;

function rowOf(record: RowRecord): RegistryRow {
  switch (record.kind) {
    case 'device-ca': {
      const { kind, ...ca } = record;
      return { kind, ca };
    }
    case 'thing': {
      const { kind, attributes, ...thing } = record;
      return { kind, thing: { ...thing, attributes: withoutPrototype(attributes) } };
    }
    case 'certificate': {
      const { kind, ...certificate } = record;
      return { kind, certificate };
    }
    case 'attachment': {
      const { kind, ...attachment } = record;
      return { kind, attachment };
    }
    case 'tombstone': {
      const { kind, buried, ...tombstone } = record;
      return { kind, tombstone: { ...tombstone, kind: buried } };
    }
  }
}

function withoutPrototype(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of pairs) record[name] = value;
  return record;
}
