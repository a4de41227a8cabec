/**
 * The CA of the server certificates that brokers show to devices; never the one that issues device certificates. Always true:
 * - The CA is the same at every start. One that cannot be read is a problem that names the file and the remedy, never a new CA.
 * - Another CA (the operator rotates it, the configuration wants another, it nears its end) comes in three steps: it is announced,
 *   and the old one signs; it signs, after `overlapDays`; the old one is forgotten when the last certificate it signed has ended.
 *   One that has signed nothing is replaced at once.
 * - What has to be known after a crash is on disk before anything follows from it.
 */
import type { Clock } from '../../clock.ts';
import { DaemonError } from '../../errors.ts';
import type {
  ExportedAuthority,
  ServerCaBackup,
  ServerCaControl,
  ServerCaState,
} from '../certificates-api.ts';
import { DurableFiles, type FileOperations } from '../durable-files.ts';
import type { Authority, CertificateIssuer, KeyType } from '../x509/certificate-issuer.ts';
import { type CustomCaPlaces, loadCustomCa } from './custom-ca.ts';
import type { Warn } from './key-files.ts';
import {
  anchorOf,
  describeAuthority,
  keyTypeOf,
  ORGANIZATION,
  type ServerAuthority,
} from './server-authority.ts';
import {
  allOf,
  type CopiedAuthorities,
  copiedAuthorities,
  copyOf,
  isSame,
  recordOf,
} from './server-ca-copy.ts';
import {
  type RolloverReason,
  type ServerCaRecord,
  ServerCaStore,
  type ServerCas,
} from './server-ca-store.ts';

/** 5 × 365 days, as the reference has it. */
export const SERVER_CA_VALIDITY_SECONDS = 157_680_000;

export interface ServerCaSettings {
  /** Of a CA of the daemon's own. */
  readonly keyType: KeyType;
  /** The operator's; undefined: the daemon's own. */
  readonly custom: CustomCaPlaces | undefined;
  readonly overlapDays: number;
}

export interface ServerCaOptions {
  readonly stateDirectory: string;
  readonly issuer: CertificateIssuer;
  /** The trusted one. */
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: () => ServerCaSettings;
  readonly warn: Warn;
  readonly files?: FileOperations;
  /** Told of each step, for the audit. */
  readonly onStep?: (
    step: 'created' | 'announced' | 'switched' | 'cancelled' | 'forgotten' | 'imported',
    id: string,
  ) => void;
}

const DAY_MS = 86_400_000;
/** A CA of the daemon's own is replaced so long before its end that no server certificate is cut short by it. */
const RENEWED_BEFORE_END_MS = 60 * DAY_MS;
/** What is written down of the end of the last certificate is rounded up to this, so that it is not written at every issue. */
const ENDS_ROUNDED_TO_MS = 3_600_000;

export class ServerCa implements ServerCaControl, ServerCaBackup {
  readonly #options: ServerCaOptions;
  readonly #store: ServerCaStore;
  /** The operator's files are looked at again and again. */
  readonly #warned = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #loaded: ServerCas | undefined;
  #problem: string | undefined = 'it has not been read yet';
  #queue: Promise<unknown> = Promise.resolve();

  /** Reads nothing yet: `refresh` does. */
  constructor(options: ServerCaOptions) {
    this.#options = options;
    const { stateDirectory, files = new DurableFiles(), warn } = options;
    this.#store = new ServerCaStore({ stateDirectory, files, warn });
  }

  /** With `refresh` done. */
  static async open(options: ServerCaOptions): Promise<ServerCa> {
    const ca = new ServerCa(options);
    await ca.refresh();
    return ca;
  }

  /**
   * Reads what is there, makes what the configuration wants and the clock asks for. At the start, when the configuration
   * changes, and now and then. Never rejects: what went wrong is the problem of `state()`.
   */
  refresh(): Promise<void> {
    return this.#exclusively(async () => {
      const before = this.#told();
      try {
        this.#loaded ??= await this.#load();
        this.#problem = undefined;
        await this.#reconcile();
      } catch (error) {
        this.#problem = error instanceof Error ? error.message : String(error);
      }
      if (this.#told() !== before) this.#tell();
    });
  }

  /** What signs now. Throws the problem, as a `DaemonError`, when nothing can. */
  signer(): ServerAuthority & Authority {
    const current = this.#loaded?.current;
    if (current?.privateKey !== undefined) return { ...current, privateKey: current.privateKey };
    throw new DaemonError('SERVICE_ERROR', this.#problem ?? 'the key of the server CA is not at hand');
  }

  /** Of what signs; undefined while there is none. */
  get currentId(): string | undefined {
    return this.#loaded?.current.id;
  }

  get notBefore(): number | undefined {
    return this.#loaded?.current.notBefore;
  }

  /** The signing one, the announced one, those that sign no more; a key is there if it is at hand. */
  authorities(): readonly ServerAuthority[] {
    if (this.#loaded === undefined) return [];
    const { current, next, retired } = this.#loaded;
    return [current, ...(next === undefined ? [] : [next]), ...retired];
  }

  /** What devices may have to trust: that of the signing CA, then the announced one's and the old ones'. */
  anchors(): readonly string[] {
    return [...new Set(this.authorities().map(anchorOf))];
  }

  /** Before a certificate that ends then is given to anybody. */
  recordIssued(authorityId: string, notAfter: number): Promise<void> {
    return this.#exclusively(async () => {
      const loaded = this.#loaded;
      if (loaded === undefined || loaded.record.current.id !== authorityId) {
        throw new DaemonError('SERVICE_ERROR', 'the server CA changed while it signed; it signs again');
      }
      const { record } = loaded;
      if (notAfter <= record.current.lastCertificateEnds) return;
      const lastCertificateEnds = Math.ceil(notAfter / ENDS_ROUNDED_TO_MS) * ENDS_ROUNDED_TO_MS;
      await this.#commit({ ...record, current: { ...record.current, lastCertificateEnds } }, loaded);
    });
  }

  state(): ServerCaState {
    const loaded = this.#loaded;
    if (loaded === undefined) {
      return {
        current: undefined,
        next: undefined,
        switchAt: undefined,
        retired: [],
        problem: this.#problem,
        custom: this.#options.settings().custom !== undefined,
      };
    }
    const { record, current, next, retired } = loaded;
    return {
      current: describeAuthority(current),
      next: next && describeAuthority(next),
      switchAt: record.next?.switchAt,
      retired: retired.map((each) => ({
        ...describeAuthority(each),
        forgottenAt: record.retired.find(({ id }) => id === each.id)?.forgottenAt ?? 0,
      })),
      problem: this.#problem,
      custom: current.custom,
    };
  }

  async rotate(step: 'announce' | 'now' | 'cancel'): Promise<ServerCaState> {
    await this.#exclusively(async () => {
      const loaded = this.#loaded;
      if (loaded === undefined)
        throw new DaemonError('SERVICE_ERROR', `there is no server CA: ${this.#problem}`);
      if (step === 'cancel') await this.#cancel(loaded);
      else await this.#rotate(loaded, step);
    });
    this.#tell();
    return this.state();
  }

  exportAuthorities(): Promise<readonly ExportedAuthority[]> {
    return this.#exclusively(async () => {
      const loaded = this.#loaded;
      if (loaded === undefined)
        throw new DaemonError('SERVICE_ERROR', `there is no server CA to copy: ${this.#problem}`);
      return copyOf(loaded);
    });
  }

  async importAuthorities(
    authorities: readonly ExportedAuthority[],
    { replace, check }: { readonly replace: boolean; readonly check: boolean },
  ): Promise<string> {
    const copied = copiedAuthorities(authorities);
    const changed = await this.#exclusively(async () => {
      if (this.#loaded !== undefined && isSame(this.#loaded.record, copied)) return false;
      this.#requireReplaceable(replace);
      if (check) return false;
      await this.#take(copied);
      return true;
    });
    if (changed) this.#tell();
    return copied.current.id;
  }

  /** Called after every change of what signs, of what is to be trusted, or of the problem; the answer stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #requireReplaceable(replace: boolean): void {
    if (this.#options.settings().custom !== undefined) {
      throw new DaemonError(
        'INVALID_ARGUMENTS',
        'the configuration names a server CA of your own (certificateAuthority.privateKeyUri), so none can be imported; take it out of the configuration first',
      );
    }
    const record = this.#loaded?.record;
    const isUsed = record !== undefined && (record.current.lastCertificateEnds > 0 || record.next !== null);
    if (!isUsed || replace) return;
    throw new DaemonError(
      'ALREADY_EXISTS',
      `the server CA here (${record.current.id.slice(0, 16)}) is in use, and is not as in the copy; nothing was changed`,
    );
  }

  /** What they replace is moved aside after the state no longer names it. */
  async #take(copied: CopiedAuthorities): Promise<void> {
    for (const { authority } of allOf(copied)) await this.#store.adopt(authority);
    const record = recordOf(copied, this.#options.clock.now());
    await this.#store.save(record);
    this.#loaded = await this.#read(record);
    this.#options.onStep?.('imported', record.current.id);
    await this.#store.tidy(record);
    try {
      this.#problem = undefined;
      await this.#reconcile();
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
  }

  async #load(): Promise<ServerCas> {
    const record = await this.#store.load(this.#options.clock.now());
    if (record === undefined) return this.#create();
    await this.#store.tidy(record);
    return this.#read(record);
  }

  async #read(record: ServerCaRecord): Promise<ServerCas> {
    const current = await this.#store.read(record.current);
    const next = record.next === null ? undefined : await this.#store.read(record.next);
    const retired = await Promise.all(record.retired.map((each) => this.#store.read(each)));
    return { record, current, next, retired };
  }

  /** The first CA there is. */
  async #create(): Promise<ServerCas> {
    const { custom } = this.#options.settings();
    const current = custom === undefined ? await this.#makeOwn() : await this.#addCustom(custom);
    const record: ServerCaRecord = {
      version: 1,
      current: { id: current.id, custom: current.custom, lastCertificateEnds: 0 },
      next: null,
      retired: [],
    };
    await this.#store.save(record);
    this.#options.onStep?.('created', current.id);
    return { record, current, next: undefined, retired: [] };
  }

  async #reconcile(): Promise<void> {
    await this.#followConfiguration();
    const loaded = this.#required();
    const now = this.#options.clock.now();
    const { next } = loaded.record;
    if (next !== null && now >= next.switchAt) await this.#switch(loaded);
    await this.#forget();
  }

  async #followConfiguration(): Promise<void> {
    const settings = this.#options.settings();
    const loaded = this.#required();
    if (settings.custom === undefined) return this.#followManaged(loaded, settings);
    const wanted = await loadCustomCa(settings.custom, (message) => this.#warnOnce(message));
    if (wanted.id === loaded.current.id) {
      if (wanted.chainPems.join('') !== loaded.current.chainPems.join(''))
        await this.#store.addCustom(wanted);
      this.#loaded = { ...loaded, current: wanted };
      if (loaded.record.next !== null) await this.#cancel(this.#required());
    } else if (wanted.id === loaded.next?.id) {
      this.#loaded = { ...loaded, next: wanted };
    } else {
      await this.#store.addCustom(wanted);
      await this.#announce(loaded, wanted, 'configuration');
    }
  }

  async #followManaged(loaded: ServerCas, { keyType, overlapDays }: ServerCaSettings): Promise<void> {
    const { current, next, record } = loaded;
    const fits = (authority: ServerAuthority): boolean =>
      !authority.custom && keyTypeOf(authority) === keyType;
    if (next !== undefined && !fits(next)) await this.#cancel(loaded);
    else if (next !== undefined && record.next?.reason === 'configuration' && fits(current))
      await this.#cancel(loaded);
    const now = this.#required();
    if (now.next !== undefined) return;
    const end = current.notAfter - RENEWED_BEFORE_END_MS - overlapDays * DAY_MS;
    if (!fits(current)) await this.#announce(now, await this.#makeOwn(), 'configuration');
    else if (this.#options.clock.now() >= end) await this.#announce(now, await this.#makeOwn(), 'expiry');
  }

  async #rotate(loaded: ServerCas, step: 'announce' | 'now'): Promise<void> {
    if (loaded.next !== undefined) {
      if (step === 'now') return this.#switch(loaded);
      const at = new Date(loaded.record.next?.switchAt ?? 0).toISOString();
      throw new DaemonError(
        'ALREADY_EXISTS',
        `a new server CA is announced already, and signs from ${at} on; switch now, or cancel it`,
      );
    }
    if (this.#options.settings().custom !== undefined) {
      throw new DaemonError(
        'INVALID_ARGUMENTS',
        'the server CA is your own: put the new one where certificateAuthority.privateKeyUri and certificateUri point, or change them, and reload the configuration',
      );
    }
    await this.#announce(loaded, await this.#makeOwn(), 'operator');
    const announced = this.#required();
    if (step === 'now' && announced.next !== undefined) await this.#switch(announced);
  }

  /** At once where nobody can rely on the old one, or the operator wants no overlap. */
  async #announce(loaded: ServerCas, next: ServerAuthority, reason: RolloverReason): Promise<void> {
    const { record } = loaded;
    const overlap = this.#options.settings().overlapDays * DAY_MS;
    const now = this.#options.clock.now();
    const switchAt = record.current.lastCertificateEnds === 0 ? now : now + overlap;
    await this.#commit(
      { ...record, next: { id: next.id, custom: next.custom, switchAt, reason } },
      { ...loaded, next },
    );
    this.#options.onStep?.('announced', next.id);
    if (switchAt <= now) await this.#switch(this.#required());
  }

  async #switch(loaded: ServerCas): Promise<void> {
    const { record, current, next, retired } = loaded;
    if (record.next === null || next === undefined) return;
    this.#options.issuer.requireClock();
    if (next.privateKey === undefined) {
      throw new DaemonError(
        'SERVICE_ERROR',
        'the key of the announced server CA is not at hand, so the old one goes on; see certificateAuthority in the configuration',
      );
    }
    const { id, custom } = record.next;
    const old = { id: current.id, custom: current.custom, forgottenAt: record.current.lastCertificateEnds };
    await this.#commit(
      {
        version: 1,
        current: { id, custom, lastCertificateEnds: 0 },
        next: null,
        retired: [...record.retired.filter((each) => each.id !== id), old],
      },
      {
        record,
        current: next,
        next: undefined,
        retired: [...retired.filter((each) => each.id !== id), current],
      },
    );
    this.#options.onStep?.('switched', id);
    await this.#forget();
  }

  async #cancel(loaded: ServerCas): Promise<void> {
    const { record, next } = loaded;
    if (next === undefined) throw new DaemonError('NOT_FOUND', 'no new server CA is announced');
    await this.#commit({ ...record, next: null }, { ...loaded, next: undefined });
    this.#options.onStep?.('cancelled', next.id);
    await this.#store.tidy(this.#required().record);
  }

  async #forget(): Promise<void> {
    const loaded = this.#required();
    const now = this.#options.clock.now();
    const kept = loaded.record.retired.filter(({ forgottenAt }) => forgottenAt > now);
    if (kept.length === loaded.record.retired.length) return;
    const ids = new Set(kept.map(({ id }) => id));
    const [retired, gone] = [
      loaded.retired.filter(({ id }) => ids.has(id)),
      loaded.retired.filter(({ id }) => !ids.has(id)),
    ];
    await this.#commit({ ...loaded.record, retired: kept }, { ...loaded, retired });
    for (const { id } of gone) this.#options.onStep?.('forgotten', id);
    await this.#store.tidy(this.#required().record);
  }

  /** On disk first. */
  async #commit(record: ServerCaRecord, loaded: ServerCas): Promise<void> {
    await this.#store.save(record);
    this.#loaded = { ...loaded, record };
  }

  async #makeOwn(): Promise<ServerAuthority> {
    const { keyType } = this.#options.settings();
    const authority = await this.#options.issuer.createAuthority({
      subject: [...ORGANIZATION, ['CN', 'Greengrass Core CA']],
      keyType,
      validitySeconds: SERVER_CA_VALIDITY_SECONDS,
    });
    return this.#store.add(authority);
  }

  async #addCustom(places: CustomCaPlaces): Promise<ServerAuthority> {
    const authority = await loadCustomCa(places, (message) => this.#warnOnce(message));
    await this.#store.addCustom(authority);
    return authority;
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.warn(message);
  }

  #required(): ServerCas {
    if (this.#loaded === undefined) throw new DaemonError('SERVICE_ERROR', 'there is no server CA');
    return this.#loaded;
  }

  /** What a listener could see. */
  #told(): string {
    return JSON.stringify([
      this.currentId,
      this.anchors(),
      this.#loaded?.record.next?.switchAt,
      this.#problem,
    ]);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** One change at a time, in the order they were asked for. */
  #exclusively<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(change);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
