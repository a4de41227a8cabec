import type {
  AttachmentTrust,
  CertificateTrust,
  ClockMark,
  KnownCertificate,
  RefreshState,
  TrustBatch,
  TrustCounts,
  TrustPersistence,
  TrustRecord,
} from '../../src/identity/trust-persistence.ts';

/**
 * Keeps trust in memory, with the failures and delays a test asks for. What it holds outlives the
 * store that wrote it, as a disk would.
 */
export class MemoryTrustPersistence implements TrustPersistence {
  readonly certificates = new Map<string, TrustRecord>();
  readonly attachments = new Map<string, AttachmentTrust>();
  readonly pems = new Map<string, string>();
  readonly batches: TrustBatch[] = [];
  refresh: RefreshState | undefined;
  mark: ClockMark = { highWaterMark: 0, setBack: 0 };
  marksWritten = 0;
  loads = 0;
  /** Every write is refused while it is true. */
  failing = false;
  /** Every read is refused while it is true. */
  unreadable = false;
  #gate: Promise<void> | undefined;

  /** Writes begun from now on wait until the answer is called. */
  holdWrites(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return () => {
      this.#gate = undefined;
      resolve();
    };
  }

  async load(certificateId: string): Promise<CertificateTrust> {
    this.loads += 1;
    if (this.unreadable) throw new Error('database disk image is malformed');
    return {
      certificate: this.certificates.get(certificateId),
      attachments: [...this.attachments.values()].filter((each) => each.certificateId === certificateId),
      hasPem: this.pems.has(certificateId),
    };
  }

  async write(batch: TrustBatch): Promise<void> {
    await this.#gate;
    if (this.failing) throw new Error('database or disk is full');
    this.batches.push(batch);
    for (const id of batch.deletedCertificates) {
      this.certificates.delete(id);
      this.pems.delete(id);
    }
    for (const { certificateId, thingName } of batch.deletedAttachments) {
      this.attachments.delete(attachmentKey(certificateId, thingName));
    }
    for (const record of batch.certificates) this.certificates.set(record.certificateId, record);
    for (const record of batch.attachments) {
      this.attachments.set(attachmentKey(record.certificateId, record.thingName), record);
    }
    for (const { certificateId, pem } of batch.pems) this.pems.set(certificateId, pem);
    this.mark = batch.mark;
  }

  async highWaterMark(): Promise<ClockMark> {
    return this.mark;
  }

  async setHighWaterMark(mark: ClockMark): Promise<void> {
    await this.#gate;
    if (this.failing) throw new Error('database or disk is full');
    this.marksWritten += 1;
    this.mark = mark;
  }

  async page(after: string = '', limit: number): Promise<readonly KnownCertificate[]> {
    if (this.unreadable) throw new Error('database disk image is malformed');
    const ids = [
      ...this.certificates.keys(),
      ...[...this.attachments.values()].map((each) => each.certificateId),
    ];
    return [...new Set(ids)]
      .filter((id) => id > after)
      .sort()
      .slice(0, limit)
      .map((certificateId) => ({ certificateId, pem: this.pems.get(certificateId) }));
  }

  async pem(certificateId: string): Promise<string | undefined> {
    if (this.unreadable) throw new Error('database disk image is malformed');
    return this.pems.get(certificateId);
  }

  async dropPem(certificateId: string, pem: string): Promise<void> {
    if (this.failing) throw new Error('database or disk is full');
    if (this.pems.get(certificateId) === pem) this.pems.delete(certificateId);
  }

  async refreshState(): Promise<RefreshState | undefined> {
    if (this.unreadable) throw new Error('database disk image is malformed');
    return this.refresh;
  }

  async setRefreshState(state: RefreshState, mark: ClockMark): Promise<void> {
    if (this.failing) throw new Error('database or disk is full');
    this.refresh = state;
    this.mark = mark;
  }

  async counts(): Promise<TrustCounts> {
    const { certificates, attachments, pems } = this;
    return { certificates: certificates.size, attachments: attachments.size, pems: pems.size };
  }
}

function attachmentKey(certificateId: string, thingName: string): string {
  return `${certificateId} ${thingName}`;
}
