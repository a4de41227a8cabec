/** Changes of trust as they are written: records by kind, each at most once. */
import { ITSELF, type KeptTrust, type TrustChange } from './trust-entry.ts';
import type { AttachmentTrust, ClockMark, TrustBatch, TrustRecord } from './trust-persistence.ts';

export function batchOf(changes: readonly TrustChange[], mark: ClockMark): TrustBatch {
  const certificates = changes.filter(({ key }) => key === ITSELF);
  const attachments = changes.filter(({ key }) => key !== ITSELF);
  return {
    certificates: certificates.flatMap(({ id, kept }) =>
      kept === undefined ? [] : [certificateRecord(id, kept)],
    ),
    attachments: attachments.flatMap(({ id, key, kept }) =>
      kept === undefined ? [] : [attachmentRecord(id, key, kept)],
    ),
    pems: certificates.flatMap(({ id, kept }) =>
      kept?.pem === undefined ? [] : [{ certificateId: id, pem: kept.pem }],
    ),
    deletedCertificates: certificates.flatMap(({ id, kept }) => (kept === undefined ? [id] : [])),
    deletedAttachments: attachments.flatMap(({ id, key, kept }) =>
      kept === undefined ? [{ certificateId: id, thingName: key }] : [],
    ),
    mark,
  };
}

export function certificateRecord(certificateId: string, kept: KeptTrust): TrustRecord {
  return { certificateId, confirmedAt: kept.confirmedAt, verifier: kept.verifier };
}

export function attachmentRecord(certificateId: string, thingName: string, kept: KeptTrust): AttachmentTrust {
  const { confirmedAt, exclusive, verifier } = kept;
  return { certificateId, thingName, exclusive, confirmedAt, verifier };
}
