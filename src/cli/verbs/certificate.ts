/** `certificate register|show|list|activate|deactivate|revoke|delete|attach|detach`. */
import type { Certificate__Output } from '../../contract/generated/deviceauth/v1/Certificate.ts';
import type { CertificateStatus } from '../../contract/generated/deviceauth/v1/CertificateStatus.ts';
import type { Fixes } from '../admin-connection.ts';
import { AdminConnection } from '../admin-connection.ts';
import { readCertificate } from '../certificate-file.ts';
import type { Invocation, Run } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { printList } from '../paging.ts';
import { write } from '../terminal.ts';
import { day, fields, json, shortId, time } from '../text.ts';

const UNKNOWN_CERTIFICATE: Fixes = {
  NOT_FOUND: '`deviceauthctl certificate list` shows the certificates there are',
};

export async function register(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const thing = args.text('thing');
  for (const option of ['exclusive', 'create-thing']) {
    if (thing === undefined && args.flag(option))
      throw usage(`--${option} is about a thing`, 'give --thing too');
  }
  const certificatePem = await readCertificate(args.operand(0), terminal.stdin);
  const certificate = await AdminConnection.use(invocation, (daemon) =>
    daemon.call(
      'RegisterCertificate',
      {
        certificatePem,
        status: statusOf(args.text('status')),
        thingName: thing ?? '',
        exclusive: args.flag('exclusive'),
        createThing: args.flag('create-thing'),
        revive: args.flag('revive'),
      },
      {
        NOT_FOUND: 'create the thing first, or add --create-thing',
        ALREADY_EXISTS:
          '`deviceauthctl certificate attach` adds a thing; --revive takes a deleted certificate again, never a revoked one',
      },
    ),
  );
  return printCertificate(invocation, certificate);
}

export async function show(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const certificate = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('GetCertificate', { certificateId: idOf(args.operand(0)) }, UNKNOWN_CERTIFICATE),
  );
  if (args.flag('pem')) {
    await write(terminal.stdout, certificate.certificatePem);
    return EXIT.ok;
  }
  return printCertificate(invocation, certificate);
}

export async function list(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const thingName = args.text('thing') ?? '';
  const wanted = args.text('status');
  const status = wanted === undefined ? 'CERTIFICATE_STATUS_UNSPECIFIED' : statusOf(wanted);
  const limit = args.count('limit', 1, 10_000_000) ?? Number.POSITIVE_INFINITY;
  await AdminConnection.use(invocation, (daemon) =>
    printList<Certificate__Output>(
      invocation,
      {
        field: 'certificates',
        noun: 'certificate',
        head: ['CERTIFICATE', 'STATUS', 'THINGS', 'VALID UNTIL', 'KEY', 'SUBJECT'],
        row: (certificate) => [
          shortId(certificate.certificateId),
          certificate.status,
          thingsOf(certificate).join(', '),
          day(certificate.notAfter),
          certificate.key,
          oneLine(certificate.subject),
        ],
        page: async (pageToken, pageSize) => {
          const request = { thingName, status, pageToken, pageSize };
          const { certificates, nextPageToken } = await daemon.call('ListCertificates', request, {
            NOT_FOUND: '`deviceauthctl thing list` shows the things there are',
          });
          return { items: certificates, nextPageToken };
        },
      },
      limit,
    ),
  );
  return EXIT.ok;
}

export const activate = setStatus('ACTIVE');
export const deactivate = setStatus('INACTIVE');
export const revoke = setStatus('REVOKED');

function setStatus(status: CertificateStatus): Run {
  return async (invocation) => {
    const certificateId = idOf(invocation.args.operand(0));
    const certificate = await AdminConnection.use(invocation, (daemon) =>
      daemon.call('SetCertificateStatus', { certificateId, status }, UNKNOWN_CERTIFICATE),
    );
    return printCertificate(invocation, certificate);
  };
}

export async function remove(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const certificateId = idOf(args.operand(0));
  await AdminConnection.use(invocation, (daemon) =>
    daemon.call('DeleteCertificate', { certificateId }, UNKNOWN_CERTIFICATE),
  );
  await write(
    terminal.stdout,
    invocation.json ? json({}) : `certificate ${certificateId} deleted: its sessions are ended\n`,
  );
  return EXIT.ok;
}

export async function attach(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const request = {
    certificateId: idOf(args.operand(0)),
    thingName: args.operand(1),
    exclusive: args.flag('exclusive'),
  };
  const certificate = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('AttachCertificate', request, {
      NOT_FOUND: '`deviceauthctl thing list` and `deviceauthctl certificate list` show what there is',
      ALREADY_EXISTS: 'an exclusive certificate has one thing: detach it from the other first',
    }),
  );
  return printCertificate(invocation, certificate);
}

export async function detach(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const request = { certificateId: idOf(args.operand(0)), thingName: args.operand(1) };
  const certificate = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('DetachCertificate', request, {
      NOT_FOUND: '`deviceauthctl certificate show` tells what it is attached to',
    }),
  );
  return printCertificate(invocation, certificate);
}

/** The `--status` of the command line as the contract's. Undefined: the daemon's default, ACTIVE. */
export function statusOf(text: string | undefined): CertificateStatus {
  switch (text) {
    case undefined:
      return 'CERTIFICATE_STATUS_UNSPECIFIED';
    case 'inactive':
      return 'INACTIVE';
    case 'revoked':
      return 'REVOKED';
    case 'pending-activation':
      return 'PENDING_ACTIVATION';
    default:
      return 'ACTIVE';
  }
}

/** An id or the beginning of one, in lower case, colons of `openssl x509 -fingerprint` left out. */
export function idOf(text: string): string {
  const id = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(id)) {
    throw usage(
      `"${text}" is no certificate id`,
      'give the SHA-256 fingerprint in hex, or at least its first eight characters',
    );
  }
  return id;
}

/** OpenSSL writes a name with one part a line. */
export function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

function thingsOf({ things }: Certificate__Output): string[] {
  return things.map(({ thingName, exclusive }) => (exclusive ? `${thingName} (exclusive)` : thingName));
}

export async function printCertificate(
  { terminal, json: asJson }: Invocation,
  certificate: Certificate__Output,
): Promise<number> {
  await write(terminal.stdout, asJson ? json(certificate) : certificateText(certificate, terminal.columns));
  return EXIT.ok;
}

export function certificateText(certificate: Certificate__Output, columns: number | undefined): string {
  return fields(
    [
      ['Certificate', certificate.certificateId],
      ['Status', certificate.status],
      ['Things', thingsOf(certificate)],
      ['Subject', oneLine(certificate.subject)],
      ['Issuer', oneLine(certificate.issuer)],
      ['Serial', certificate.serialNumber],
      ['Key', certificate.key],
      ['Valid', `${time(certificate.notBefore)} to ${time(certificate.notAfter)}`],
      ['Registered', time(certificate.registeredAt)],
    ],
    columns,
  );
}
