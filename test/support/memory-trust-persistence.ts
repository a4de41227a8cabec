import type {
  AttachmentTrust,
  CertificateTrust,
  ClockMark,
  TrustBatch,
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
  readonly batches: TrustBatch[] = [];
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
    };
  }

  async write(batch: TrustBatch): Promise<void> {
    await this.#gate;
    if (this.failing) throw new Error('database or disk is full');
    this.batches.push(batch);
    for (const id of batch.deletedCertificates) this.certificates.delete(id);
    for (const { certificateId, thingName } of batch.deletedAttachments) {
      this.attachments.delete(attachmentKey(certificateId, thingName));
    }
    for (const record of batch.certificates) this.certificates.set(record.certificateId, record);
    for (const record of batch.attachments) {
      this.attachments.set(attachmentKey(record.certificateId, record.thingName), record);
    }
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
}

function attachmentKey(certificateId: string, thingName: string): string {
  return `${certificateId} ${thingName}`;
}
