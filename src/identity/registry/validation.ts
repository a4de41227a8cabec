/** The shapes of what the registry is given. Anything else is INVALID_ARGUMENTS, naming the field and the rule. */
import { DaemonError } from '../../errors.ts';
import type {
  CertificateStatus,
  DeviceCaRecord,
  PageRequest,
  RegistrationInput,
  Thing,
  ThingInput,
} from './store.ts';

const THING_NAME = /^[A-Za-z0-9:_-]{1,128}$/;
const ATTRIBUTE_NAME = /^[A-Za-z0-9_.,@/:#-]{1,128}$/;
const CERTIFICATE_ID = /^[0-9a-f]{64}$/;
const DEVICE_CA_NAME = /^[a-z0-9-]{1,64}$/;
const STATUSES: ReadonlySet<string> = new Set<CertificateStatus>([
  'ACTIVE',
  'INACTIVE',
  'REVOKED',
  'PENDING_ACTIVATION',
]);

export const MOST_ATTRIBUTES = 50;
export const LONGEST_ATTRIBUTE_VALUE = 800;
export const MOST_GROUPS = 50;
const LARGEST_PEM = 131_072;
const LARGEST_PAGE = 1_000;

export function isThingName(name: string): boolean {
  return THING_NAME.test(name);
}

/** The thing as it would be stored, with everything that was left out. */
export function checkThing(input: ThingInput, createdAt: number): Thing {
  checkThingName(input.name);
  return {
    name: input.name,
    type: checkType(input.type ?? ''),
    attributes: checkAttributes(input.attributes ?? {}),
    groups: checkGroups(input.groups ?? []),
    createdAt,
  };
}

export function checkThingName(name: string): void {
  if (!THING_NAME.test(name)) {
    throw invalid(`the thing name ${quote(name)} is not 1 to 128 characters of [A-Za-z0-9:_-]`);
  }
}

export function checkType(type: string): string {
  if (type !== '' && !THING_NAME.test(type)) {
    throw invalid(`the thing type ${quote(type)} is not up to 128 characters of [A-Za-z0-9:_-]`);
  }
  return type;
}

export function checkAttributes(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(attributes);
  if (entries.length > MOST_ATTRIBUTES) {
    throw invalid(`a thing has at most ${MOST_ATTRIBUTES} attributes, not ${entries.length}`);
  }
  for (const [name, value] of entries) {
    if (!ATTRIBUTE_NAME.test(name)) {
      throw invalid(`the attribute name ${quote(name)} is not 1 to 128 characters of [A-Za-z0-9_.,@/:#-]`);
    }
    if (typeof value !== 'string' || value.length > LONGEST_ATTRIBUTE_VALUE || !value.isWellFormed()) {
      throw invalid(
        `the attribute ${quote(name)} is not text of up to ${LONGEST_ATTRIBUTE_VALUE} characters`,
      );
    }
  }
  return nameless(entries);
}

export function checkGroups(groups: readonly string[]): readonly string[] {
  if (groups.length > MOST_GROUPS) {
    throw invalid(`a thing is in at most ${MOST_GROUPS} groups, not ${groups.length}`);
  }
  for (const group of groups) {
    if (!THING_NAME.test(group)) {
      throw invalid(`the group name ${quote(group)} is not 1 to 128 characters of [A-Za-z0-9:_-]`);
    }
  }
  return [...new Set(groups)];
}

export function checkRegistration(input: RegistrationInput): void {
  const { certificate, attach, createThing } = input;
  checkCertificateId(certificate.id);
  checkStatus(input.status);
  checkPem(certificate.pem);
  if (!Number.isSafeInteger(certificate.notBefore) || !Number.isSafeInteger(certificate.notAfter)) {
    throw invalid('the validity of the certificate is not two times in milliseconds');
  }
  if (attach !== undefined) checkThingName(attach.thingName);
  if (createThing !== undefined && createThing.name !== attach?.thingName) {
    throw invalid(`the thing to make, ${quote(createThing.name)}, is not the one to attach to`);
  }
}

export function checkCertificateId(id: string): void {
  if (!CERTIFICATE_ID.test(id))
    throw invalid(`the certificate id ${quote(id)} is not 64 characters of [0-9a-f]`);
}

export function checkStatus(status: string): void {
  if (!STATUSES.has(status))
    throw invalid(`the status ${quote(status)} is none of ${[...STATUSES].join(', ')}`);
}

/** Lower-case; rejects what is no prefix of an id that can name one certificate. */
export function checkIdPrefix(prefix: string): string {
  const lower = prefix.toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(lower)) {
    throw invalid(`${quote(prefix)} is not a certificate id, nor its first 8 or more characters`);
  }
  return lower;
}

export function checkDeviceCa(ca: DeviceCaRecord): void {
  checkDeviceCaName(ca.name);
  checkCertificateId(ca.certificateId);
  checkPem(ca.pem);
}

export function checkDeviceCaName(name: string): void {
  if (!DEVICE_CA_NAME.test(name)) {
    throw invalid(`the device CA name ${quote(name)} is not 1 to 64 characters of [a-z0-9-]`);
  }
}

export function checkPage(page: PageRequest): void {
  if (!Number.isInteger(page.size) || page.size < 1 || page.size > LARGEST_PAGE) {
    throw invalid(`the page size ${String(page.size)} is not 1 to ${LARGEST_PAGE}`);
  }
}

/** An attribute may be called `constructor` or `__proto__`, and one that is not there must be undefined. */
export function nameless(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) record[name] = value;
  return record;
}

export function invalid(message: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', message);
}

/** As JSON, so that nothing in it can pass for the message, and cut short. */
export function quote(text: string): string {
  const value = String(text);
  return JSON.stringify(value.length > 140 ? `${value.slice(0, 140)}…` : value);
}

function checkPem(pem: string): void {
  if (pem === '' || pem.length > LARGEST_PEM) {
    throw invalid(`the certificate's PEM is not 1 to ${LARGEST_PEM} characters`);
  }
}
