/**
 * The server certificates of all brokers: one for each subscriber name, made when it is first asked for and renewed while somebody
 * listens. Always true:
 * - A certificate is renewed when it is due (`rotation.ts`), when the host's addresses or the CA change, when another type of key is
 *   wanted, and when the operator says so; never while the clock is suspect, and with rotation disabled only by the operator.
 * - Nobody is told of a certificate before it and its end are on disk. What fails leaves the old certificate in use and is tried
 *   again; a subscriber without one waits.
 * - A subscriber is told only of changes, and always the whole.
 */
import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { DaemonError } from '../../errors.ts';
import { certificateIdOf, keyDescription, type ServerAuthority } from '../authorities/server-authority.ts';
import type { ServerCa } from '../authorities/server-ca.ts';
import type {
  CertificateSubscription,
  CertificateSubscriptionRequest,
  CertificateUpdate,
  ServerCertificateControl,
  ServerCertificateState,
  ServerCertificates,
} from '../certificates-api.ts';
import type { DeviceCaFiles } from '../revocation/device-ca-bundle.ts';
import type { CertificateIssuer, KeyType } from '../x509/certificate-issuer.ts';
import { isDue, rotationTime } from './rotation.ts';
import {
  issueServerCertificate,
  publicKeyOf,
  type ServerCertificate,
  serverHosts,
} from './server-certificate.ts';
import type { ServerCertificateFiles, SlotName } from './server-certificate-files.ts';

export interface ServerCertificateSettings {
  readonly validitySeconds: number;
  readonly keyType: KeyType;
  readonly rotationDisabled: boolean;
}

/** Something that changes by itself. */
export interface Watched<T> {
  current(): T;
  /** The answer stops it. */
  onChange(listener: () => void): () => void;
}

interface RoomLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface ServerCertificateRoomOptions {
  readonly ca: ServerCa;
  readonly issuer: CertificateIssuer;
  /** For timers. */
  readonly clock: Clock;
  /** What time it is for certificates: the trusted clock's. */
  readonly now: () => number;
  readonly hosts: Watched<readonly string[]>;
  /** What devices are checked against. */
  readonly deviceCas: Watched<Pick<DeviceCaFiles, 'caPems' | 'crlPems'>>;
  readonly settings: () => ServerCertificateSettings;
  readonly files: ServerCertificateFiles;
  readonly log: RoomLog;
  /** Of which certificate, by name; undefined: it is well again, or gone. */
  readonly onProblem: (name: string, problem: string | undefined) => void;
}

interface Subscriber {
  readonly sink: (update: CertificateUpdate) => void;
  told: CertificateUpdate | undefined;
}

interface Slot extends SlotName {
  /** Kept on disk, under its name. */
  readonly kept: boolean;
  readonly subscribers: Set<Subscriber>;
  keyType: KeyType | undefined;
  certificate: ServerCertificate | undefined;
  problem: string | undefined;
  isWanted: boolean;
  working: Promise<void> | undefined;
  again: boolean;
}

type Reason = 'first' | 'requested' | 'key type' | 'addresses' | 'CA' | 'due';

/** As often as the reference looks. */
const LOOK_MS = 30_000;
const SHORTEST_WAIT_MS = 500;
/** Named subscribers of one door: a caller could otherwise fill the disk with names, or leave none to others. */
const MOST_KEPT = 1_000;

export class ServerCertificateRoom implements ServerCertificates, ServerCertificateControl {
  readonly #options: ServerCertificateRoomOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #stops: (() => void)[] = [];
  #cancel: (() => void) | undefined;
  #unnamed = 0;
  #stopped = false;

  private constructor(options: ServerCertificateRoomOptions) {
    this.#options = options;
  }

  /** Reads what earlier lives left, and begins to look after it. */
  static async open(options: ServerCertificateRoomOptions): Promise<ServerCertificateRoom> {
    const room = new ServerCertificateRoom(options);
    for (const { owner, name, certificate } of await options.files.load()) {
      room.#slots.set(slotKey(owner, name), newSlot({ owner, name }, true, certificate));
    }
    const look = (): void => void room.#settleAll();
    room.#stops.push(
      options.ca.onChange(look),
      options.hosts.onChange(look),
      options.deviceCas.onChange(look),
    );
    room.#schedule();
    return room;
  }

  subscribe(
    request: CertificateSubscriptionRequest,
    sink: (update: CertificateUpdate) => void,
  ): CertificateSubscription {
    const slot = this.#slotFor(request);
    const subscriber: Subscriber = { sink, told: undefined };
    slot.subscribers.add(subscriber);
    slot.keyType = request.keyType;
    void this.#settle(slot);
    return {
      end: () => {
        slot.subscribers.delete(subscriber);
        if (slot.kept || slot.subscribers.size > 0) return;
        this.#slots.delete(nameOf(slot));
        this.#problem(slot, undefined);
      },
    };
  }

  list(): readonly ServerCertificateState[] {
    return [...this.#slots.values()]
      .map((slot) => this.#describe(slot))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async rotate(name: string | undefined): Promise<readonly ServerCertificateState[]> {
    const chosen = [...this.#slots.values()].filter((slot) => name === undefined || nameOf(slot) === name);
    if (chosen.length === 0 && name !== undefined) {
      throw new DaemonError(
        'NOT_FOUND',
        `no server certificate is named ${JSON.stringify(name.slice(0, 140))}`,
      );
    }
    this.#options.issuer.requireClock();
    for (const slot of chosen) slot.isWanted = true;
    await Promise.all(chosen.map((slot) => this.#settle(slot)));
    const failed = chosen.find((slot) => slot.isWanted && slot.problem !== undefined);
    if (failed !== undefined) throw new DaemonError('SERVICE_ERROR', failed.problem ?? '');
    return chosen.map((slot) => this.#describe(slot));
  }

  /** The settings changed. */
  settingsChanged(): void {
    void this.#options.ca.refresh().then(() => this.#settleAll());
  }

  /** Nothing is made or told after it; resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    for (const stop of this.#stops) stop();
    await Promise.all([...this.#slots.values()].map((slot) => slot.working));
  }

  #slotFor({ owner, name }: CertificateSubscriptionRequest): Slot {
    if (name === undefined) {
      this.#unnamed += 1;
      const slot = newSlot({ owner, name: `#${this.#unnamed}` }, false, undefined);
      this.#slots.set(slotKey(owner, slot.name), slot);
      return slot;
    }
    const key = slotKey(owner, name);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const kept = [...this.#slots.values()].filter((slot) => slot.kept && slot.owner === owner).length;
    if (kept >= MOST_KEPT) {
      throw new DaemonError(
        'LIMIT_EXCEEDED',
        `${owner} has ${MOST_KEPT} named server certificates already; use fewer names, or none`,
        { retryAfterMs: LOOK_MS },
      );
    }
    const slot = newSlot({ owner, name }, true, undefined);
    this.#slots.set(key, slot);
    return slot;
  }

  async #settleAll(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => this.#settle(slot)));
  }

  /** Brings a slot and its subscribers up to date; one at a time for each slot, and never within the caller's turn. */
  #settle(slot: Slot): Promise<void> {
    slot.again = true;
    slot.working ??= this.#work(slot);
    return slot.working;
  }

  async #work(slot: Slot): Promise<void> {
    try {
      await Promise.resolve();
      while (slot.again && !this.#stopped) {
        slot.again = false;
        await this.#renewIfNeeded(slot);
        this.#deliver(slot);
      }
    } catch (err) {
      this.#options.log.error({ err, name: nameOf(slot) }, 'a server certificate could not be delivered');
    } finally {
      slot.working = undefined;
    }
  }

  async #renewIfNeeded(slot: Slot): Promise<void> {
    const { ca, issuer, now, hosts, settings, files, log } = this.#options;
    try {
      const reason = this.#reason(slot);
      if (reason === undefined) return;
      const authority = ca.signer();
      const { validitySeconds, keyType } = settings();
      const certificate = await issueServerCertificate(
        issuer,
        authority,
        { now },
        {
          hosts: hosts.current(),
          validitySeconds,
          keyType: slot.keyType ?? keyType,
          commonName: nameOf(slot).slice(0, 64),
        },
      );
      await ca.recordIssued(authority.id, certificate.notAfter);
      if (slot.kept) await files.save(slot, certificate);
      slot.certificate = certificate;
      slot.isWanted = false;
      this.#problem(slot, undefined);
      const { notAfter } = certificate;
      log.info({ name: nameOf(slot), reason, ...idOf(certificate), notAfter }, 'server certificate issued');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#problem(slot, problem);
    }
  }

  #problem(slot: Slot, problem: string | undefined): void {
    if (slot.problem === problem) return;
    slot.problem = problem;
    this.#options.onProblem(nameOf(slot), problem);
  }

  #reason(slot: Slot): Reason | undefined {
    const { ca, hosts, settings, now } = this.#options;
    const { certificate } = slot;
    if (slot.isWanted) return 'requested';
    if (slot.subscribers.size === 0) return undefined;
    if (certificate === undefined) return 'first';
    const { rotationDisabled, keyType } = settings();
    if (rotationDisabled) return undefined;
    if (certificate.keyType !== (slot.keyType ?? keyType)) return 'key type';
    if (!isUnder(certificate, ca.authorities()[0])) return 'CA';
    if (!isSame(certificate.hosts, serverHosts(hosts.current()))) return 'addresses';
    return isDue(certificate, now()) && this.#wouldLastLonger(certificate) ? 'due' : undefined;
  }

  /** A certificate that ends with its CA is not made again and again. */
  #wouldLastLonger(certificate: ServerCertificate): boolean {
    return this.#options.ca.state().current?.notAfter !== certificate.notAfter;
  }

  #deliver(slot: Slot): void {
    const { certificate } = slot;
    if (certificate === undefined || slot.subscribers.size === 0) return;
    const update = this.#update(certificate);
    for (const subscriber of slot.subscribers) {
      if (subscriber.told !== undefined && isSameUpdate(subscriber.told, update)) continue;
      subscriber.told = update;
      try {
        subscriber.sink(update);
      } catch (err) {
        this.#options.log.error({ err, name: nameOf(slot) }, 'a server certificate was not taken');
      }
    }
  }

  #update(certificate: ServerCertificate): CertificateUpdate {
    const { ca, deviceCas } = this.#options;
    const { caPems, crlPems } = deviceCas.current();
    return {
      certificatePem: certificate.certificatePem + certificate.intermediatePems.join(''),
      privateKeyPem: certificate.privateKeyPem,
      publicKeyPem: publicKeyOf(certificate),
      caPems: [...new Set([certificate.anchorPem, ...ca.anchors()])],
      deviceCaPems: caPems,
      deviceCaCrlPems: crlPems,
      notAfter: certificate.notAfter,
    };
  }

  #describe(slot: Slot): ServerCertificateState {
    const { certificate, problem } = slot;
    const name = nameOf(slot);
    const subscribers = slot.subscribers.size;
    if (certificate === undefined) {
      return { name, certificate: undefined, rotatesAt: undefined, subscribers, problem };
    }
    const x509 = new X509Certificate(certificate.certificatePem);
    const { hosts, notBefore, notAfter, caId } = certificate;
    return {
      name,
      certificate: {
        ...idOf(certificate),
        serialNumber: x509.serialNumber,
        key: keyDescription(x509.publicKey),
        hosts,
        notBefore,
        notAfter,
        caCertificateId: caId,
      },
      rotatesAt: this.#options.settings().rotationDisabled ? undefined : rotationTime(certificate),
      subscribers,
      problem,
    };
  }

  #schedule(): void {
    if (this.#stopped) return;
    const now = this.#options.now();
    const waits = [...this.#slots.values()].flatMap(({ certificate, problem, subscribers }) =>
      certificate === undefined || problem !== undefined || subscribers.size === 0
        ? []
        : [rotationTime(certificate) + 1 - now],
    );
    const wait = Math.min(LOOK_MS, ...waits.filter((each) => each > 0));
    this.#cancel = this.#options.clock.after(Math.max(wait, SHORTEST_WAIT_MS), () => void this.#look());
  }

  async #look(): Promise<void> {
    try {
      await this.#options.ca.refresh();
      await this.#settleAll();
      await this.#dropForgotten();
    } catch (err) {
      this.#options.log.error(
        { err },
        'the server certificates could not be looked after; it is tried again',
      );
    }
    this.#schedule();
  }

  /** What nobody listens for any more and has ended. */
  async #dropForgotten(): Promise<void> {
    for (const [key, slot] of this.#slots) {
      const { certificate, subscribers, kept } = slot;
      if (!kept || subscribers.size > 0 || certificate === undefined) continue;
      if (this.#options.now() <= certificate.notAfter) continue;
      this.#slots.delete(key);
      this.#problem(slot, undefined);
      await this.#options.files.remove(slot);
    }
  }
}

/** By the CA that signs now, and with the chain it has now. Without a CA there is nothing better. */
function isUnder(certificate: ServerCertificate, signing: ServerAuthority | undefined): boolean {
  if (signing === undefined) return true;
  const chain = [signing.certificatePem, ...signing.chainPems];
  return isSame([...certificate.intermediatePems, certificate.anchorPem], chain);
}

function newSlot({ owner, name }: SlotName, kept: boolean, certificate: ServerCertificate | undefined): Slot {
  return {
    owner,
    name,
    kept,
    certificate,
    subscribers: new Set(),
    keyType: undefined,
    problem: undefined,
    isWanted: false,
    working: undefined,
    again: false,
  };
}

function slotKey(owner: string, name: string): string {
  return `${owner}/${name}`;
}

function nameOf({ owner, name }: SlotName): string {
  return slotKey(owner, name);
}

function idOf({ certificatePem }: ServerCertificate): { readonly certificateId: string } {
  return { certificateId: certificateIdOf(new X509Certificate(certificatePem)) };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function isSameUpdate(a: CertificateUpdate, b: CertificateUpdate): boolean {
  return (
    a.certificatePem === b.certificatePem &&
    isSame(a.caPems, b.caPems) &&
    isSame(a.deviceCaPems, b.deviceCaPems) &&
    isSame(a.deviceCaCrlPems, b.deviceCaCrlPems)
  );
}
