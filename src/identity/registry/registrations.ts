/**
 * The registry's rules about certificates and attachments, each as one synchronous write.
 *
 * A certificate that is attached exclusively has that one attachment. REVOKED is final: neither a
 * status, nor deleting and registering again, brings a revoked certificate back. Registering again
 * never undoes what was done to a certificate since.
 */
import { DaemonError } from '../../errors.ts';
import type { AttachmentsTable } from './attachments-table.ts';
import type { CertificatesTable } from './certificates-table.ts';
import type {
  Attachment,
  CertificateRecord,
  CertificateStatus,
  Registration,
  RegistrationInput,
  RegistryChange,
} from './store.ts';
import type { ThingsTable } from './things-table.ts';
import { checkThing, invalid, quote } from './validation.ts';

export interface Tables {
  readonly things: ThingsTable;
  readonly certificates: CertificatesTable;
  readonly attachments: AttachmentsTable;
}

export function register(
  tables: Tables,
  input: RegistrationInput,
  now: number,
  changes: RegistryChange[],
): Registration {
  const { id } = input.certificate;
  const known = tables.certificates.find(id);
  refuseTheDead(tables, input, known !== undefined);
  if (known !== undefined) {
    requireSame(tables, known, input);
    return { record: known, unchanged: true };
  }
  if (input.provisioning === true) refuseTwin(tables, input);
  const record = newRecord(input, now);
  if (input.revive === true) tables.certificates.unbury(id);
  tables.certificates.insert(record);
  if (record.status === 'REVOKED') tables.certificates.bury(record, 'revoked', now);
  changes.push({ kind: 'certificate-status', certificateId: id, status: record.status });
  if (input.createThing !== undefined && tables.things.find(input.createThing.name) === undefined) {
    tables.things.insert(checkThing(input.createThing, now));
    changes.push({ kind: 'thing-changed', thingName: input.createThing.name });
  }
  if (input.attach !== undefined) attach(tables, { certificateId: id, ...input.attach }, changes);
  return { record, unchanged: false };
}

export function attach(tables: Tables, wanted: Attachment, changes: RegistryChange[]): void {
  const { certificateId, thingName, exclusive } = wanted;
  requireCertificate(tables, certificateId);
  if (tables.things.find(thingName) === undefined) throw noThing(thingName);
  const all = tables.attachments.ofCertificate(certificateId);
  const present = all.find((each) => each.thingName === thingName);
  if (present?.exclusive === exclusive) return;
  const other = all.find((each) => each.thingName !== thingName && (exclusive || each.exclusive));
  if (other !== undefined) {
    const how = other.exclusive
      ? `attached exclusively to ${other.thingName}`
      : `attached to ${other.thingName} as well`;
    throw exists(`certificate ${brief(certificateId)} is ${how}; detach it there first`);
  }
  tables.attachments.put({ certificateId, thingName, exclusive });
  if (present?.exclusive === true) changes.push({ kind: 'detached', certificateId, thingName });
  changes.push({ kind: 'attached', certificateId, thingName });
}

export function detach(
  tables: Tables,
  certificateId: string,
  thingName: string,
  changes: RegistryChange[],
): void {
  if (tables.attachments.find(certificateId, thingName) === undefined) {
    throw new DaemonError(
      'NOT_FOUND',
      `certificate ${quote(brief(certificateId))} is not attached to ${quote(thingName)}`,
    );
  }
  tables.attachments.delete(certificateId, thingName);
  changes.push({ kind: 'detached', certificateId, thingName });
}

export function setStatus(
  tables: Tables,
  id: string,
  status: CertificateStatus,
  now: number,
  changes: RegistryChange[],
): CertificateRecord {
  const known = requireCertificate(tables, id);
  if (known.status === status) return known;
  if (known.status === 'REVOKED') throw invalid(`certificate ${brief(id)} is revoked, which is final`);
  if (status === 'PENDING_ACTIVATION')
    throw invalid('a certificate can only be registered as PENDING_ACTIVATION');
  tables.certificates.setStatus(id, status);
  if (status === 'REVOKED') tables.certificates.bury(known, 'revoked', now);
  changes.push({ kind: 'certificate-status', certificateId: id, status });
  return { ...known, status };
}

export function deleteCertificate(tables: Tables, id: string, now: number, changes: RegistryChange[]): void {
  const known = requireCertificate(tables, id);
  changes.push({ kind: 'certificate-deleted', certificateId: id });
  for (const { thingName } of tables.attachments.ofCertificate(id)) detach(tables, id, thingName, changes);
  tables.certificates.delete(id);
  tables.certificates.bury(known, 'deleted', now);
}

export function deleteThing(tables: Tables, name: string, changes: RegistryChange[]): void {
  if (tables.things.find(name) === undefined) throw noThing(name);
  changes.push({ kind: 'thing-deleted', thingName: name });
  for (const { certificateId } of tables.attachments.ofThing(name))
    detach(tables, certificateId, name, changes);
  tables.things.delete(name);
}

export function noThing(name: string): DaemonError {
  return new DaemonError('NOT_FOUND', `there is no thing ${quote(name)}`);
}

export function exists(message: string): DaemonError {
  return new DaemonError('ALREADY_EXISTS', message);
}

/** Field by field: what was given may have more, such as a parsed certificate's methods. */
function newRecord(input: RegistrationInput, registeredAt: number): CertificateRecord {
  const { id, pem, subject, issuer, serialNumber, key, notBefore, notAfter } = input.certificate;
  const { status } = input;
  return { id, pem, status, subject, issuer, serialNumber, key, notBefore, notAfter, registeredAt };
}

function refuseTheDead(tables: Tables, input: RegistrationInput, registered: boolean): void {
  const { id } = input.certificate;
  const tombstone = tables.certificates.tombstone(id);
  if (tombstone === undefined) return;
  const day = new Date(tombstone.at).toISOString().slice(0, 10);
  if (tombstone.kind === 'revoked' && input.status !== 'REVOKED') {
    throw exists(`certificate ${brief(id)} was revoked on ${day}, which is final; issue a new one`);
  }
  if (tombstone.kind === 'deleted' && !registered && input.revive !== true) {
    throw exists(
      `certificate ${brief(id)} was deleted on ${day}; say that it is to be revived if that was a mistake`,
    );
  }
}

/**
 * An ECDSA signature can be rewritten without the issuer's key: the same certificate under another id. Nobody shall
 * come back so after a revocation, so nothing is provisioned whose issuer and serial number were ever seen.
 */
function refuseTwin(tables: Tables, { certificate }: RegistrationInput): void {
  const twin = tables.certificates.twinOf(certificate);
  if (twin === undefined) return;
  throw exists(`certificate ${brief(twin)} has the same issuer and serial number`);
}

/** Registering what is registered is harmless when it asks for nothing new, and refused otherwise. */
function requireSame(tables: Tables, known: CertificateRecord, input: RegistrationInput): void {
  const name = `certificate ${brief(known.id)}`;
  if (known.status !== input.status) {
    throw exists(`${name} is registered already, as ${known.status}; change its status instead`);
  }
  if (input.attach === undefined) return;
  const { thingName, exclusive } = input.attach;
  const all = tables.attachments.ofCertificate(known.id);
  if (all.some((each) => each.thingName === thingName && each.exclusive === exclusive)) return;
  const [first] = all;
  const how =
    first === undefined
      ? 'not attached'
      : `attached ${first.exclusive ? 'exclusively ' : ''}to ${first.thingName}`;
  throw exists(`${name} is registered already and ${how}; attach it to ${quote(thingName)} instead`);
}

function requireCertificate(tables: Tables, id: string): CertificateRecord {
  const known = tables.certificates.find(id);
  if (known === undefined) throw new DaemonError('NOT_FOUND', `there is no certificate ${quote(brief(id))}`);
  return known;
}

/** Enough of an id to name the certificate to an operator, and to `certificateByPrefix`. */
function brief(id: string): string {
  return id.slice(0, 16);
}
