/** What the parts of the admin service share: the rooms, the audit of a change, and how a request names things. */
import { randomBytes } from 'node:crypto';
import { DaemonError } from '../../errors.ts';
import type { DeviceCertificate } from '../../identity/certificate.ts';
import type { CertificateRecord } from '../../identity/registry/store.ts';
import { invalid, required } from '../grpc/arguments.ts';
import type { AdminRooms, AuditedChange } from './admin-ports.ts';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;
const ID = /^[0-9a-f]{64}$/;
const ID_PREFIX = /^[0-9a-f]{8,63}$/;

export class AdminContext {
  readonly rooms: AdminRooms;

  constructor(rooms: AdminRooms) {
    this.rooms = rooms;
  }

  /** To be called when the change is made; the answer is the id it is logged under. */
  audit(action: string, subject: AuditedChange['subject'], correlationId: string = newCorrelationId()): void {
    this.rooms.audit.changed({ action, correlationId, subject });
  }

  parse(pem: string, field: string): DeviceCertificate {
    const parsed = this.rooms.certificates.parse(required(pem, field));
    if (!parsed.ok) throw invalid(`${field} cannot be read: ${parsed.message}`);
    return parsed.certificate;
  }

  /** By its id, or a prefix of at least 8 characters that only one certificate has. */
  async certificate(given: string): Promise<CertificateRecord> {
    const id = required(given, 'certificate_id').toLowerCase();
    if (!ID.test(id) && !ID_PREFIX.test(id)) {
      throw invalid('certificate_id must be 64 hex digits, or at least the first 8 of them');
    }
    const { registry } = this.rooms;
    const found = ID.test(id) ? await registry.certificate(id) : await registry.certificateByPrefix(id);
    if (found === undefined) throw new DaemonError('NOT_FOUND', `there is no certificate ${id}`);
    return found;
  }
}

export function newCorrelationId(): string {
  return randomBytes(8).toString('hex');
}

export function pageSize(given: number): number {
  if (given > LARGEST_PAGE) throw invalid(`page_size is above ${LARGEST_PAGE}`);
  return given === 0 ? DEFAULT_PAGE : given;
}

export function pageRequest(token: string, size: number): { readonly after?: string; readonly size: number } {
  return token === '' ? { size: pageSize(size) } : { after: token, size: pageSize(size) };
}
