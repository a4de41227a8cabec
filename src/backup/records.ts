/**
 * What is in an archive: JSON, one record a line. The first is `copy`, which says when it was made, its version and
 * its parts; the last is `end`, which counts the others. A kind, a field or a version that is not known is an error:
 * whoever leaves out what it does not understand has not made a copy.
 */
import { z } from 'zod';
import { damaged } from './archive-key.ts';

export const CONTENT_VERSION = 1;
const LONGEST_PEM = 131_072;
/** Of the longest thing or certificate there may be, with every character escaped. */
const LONGEST_LINE = 1024 * 1024;

export const STATE_PARTS = ['cas', 'registry'] as const;
export type StatePart = (typeof STATE_PARTS)[number];

const id = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.number().int().nonnegative();
const pem = z.string().min(1).max(LONGEST_PEM);
const text = z.string().max(4096);

const record = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('copy'),
    version: z.literal(CONTENT_VERSION),
    exportedAt: time,
    parts: z.array(z.enum(STATE_PARTS)).min(1),
  }),
  z.strictObject({
    kind: z.literal('server-ca'),
    role: z.enum(['current', 'next', 'retired']),
    certificatePem: pem,
    privateKeyPem: pem,
    until: time,
  }),
  z.strictObject({
    kind: z.literal('device-ca-key'),
    name: text,
    certificatePem: pem,
    privateKeyPem: pem,
    provisioning: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('device-ca'),
    name: text,
    certificateId: id,
    pem,
    provisioning: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('thing'),
    name: text,
    type: text,
    // Pairs, because an attribute may be called `__proto__`.
    attributes: z.array(z.tuple([text, text])),
    groups: z.array(text),
    createdAt: time,
  }),
  z.strictObject({
    kind: z.literal('certificate'),
    id,
    status: z.enum(['ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_ACTIVATION']),
    subject: z.string().max(LONGEST_PEM),
    issuer: z.string().max(LONGEST_PEM),
    serialNumber: text,
    key: text,
    notBefore: z.int(),
    notAfter: z.int(),
    registeredAt: time,
    pem,
  }),
  z.strictObject({
    kind: z.literal('attachment'),
    certificateId: id,
    thingName: text,
    exclusive: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('tombstone'),
    certificateId: id,
    buried: z.enum(['deleted', 'revoked']),
    at: time,
    issuer: z.string().max(LONGEST_PEM),
    serialNumber: text,
  }),
  z.strictObject({ kind: z.literal('end'), records: z.int().nonnegative() }),
]);

export type ArchiveRecord = z.infer<typeof record>;
export type RecordOf<K extends ArchiveRecord['kind']> = Extract<ArchiveRecord, { readonly kind: K }>;

export function recordLine(content: ArchiveRecord): Buffer {
  return Buffer.from(`${JSON.stringify(content)}\n`);
}

/** One at a time, in order; the first is `copy`, the last `end`, and every one between was there. */
export async function* recordsOf(content: AsyncIterable<Buffer>): AsyncGenerator<ArchiveRecord> {
  let number = 0;
  let last: ArchiveRecord | undefined;
  for await (const line of lines(content)) {
    number += 1;
    if (last?.kind === 'end') throw damaged('something follows its end');
    last = parse(line, number);
    if ((number === 1) !== (last.kind === 'copy')) throw damaged('it does not begin with what it is');
    if (last.kind === 'end' && last.records !== number - 1) {
      throw damaged(`it should have ${last.records} records, and has ${number - 1}`);
    }
    yield last;
  }
  if (last?.kind !== 'end') throw damaged('its last record is missing');
}

async function* lines(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of content) {
    rest = Buffer.concat([rest, piece]);
    let from = 0;
    for (let at = rest.indexOf(0x0a); at !== -1; at = rest.indexOf(0x0a, from)) {
      yield rest.subarray(from, at);
      from = at + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > LONGEST_LINE) throw damaged('a record is longer than any may be');
  }
  if (rest.length > 0) throw damaged('its last record is cut short');
}

function parse(line: Buffer, number: number): ArchiveRecord {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    // The text of the error would quote what is in the record, which may be a key.
    throw damaged(`record ${number} is not JSON`);
  }
  const { kind, version } = (value ?? {}) as { readonly kind?: unknown; readonly version?: unknown };
  if (kind === 'copy' && version !== CONTENT_VERSION) {
    throw damaged(
      `its content has version ${quoted(version)}, and this deviceauthd knows ${CONTENT_VERSION}; import it with the release that wrote it, or a newer one`,
    );
  }
  const parsed = record.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'invalid_union') {
    throw damaged(`record ${number} is of the kind ${quoted(kind)}, which this deviceauthd does not know`);
  }
  throw damaged(`record ${number} (${quoted(kind)}) has a wrong ${issue?.path.join('.') || 'set of fields'}`);
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, 40);
}
