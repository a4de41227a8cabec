/**
 * `certificate issue`: a device's certificate and key from a device CA of the daemon. The key exists
 * once, in the answer, so everything that can go wrong on this side is looked for before the daemon is asked.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceCa__Output } from '../../contract/generated/deviceauth/v1/DeviceCa.ts';
import type { IssueCertificateResponse__Output } from '../../contract/generated/deviceauth/v1/IssueCertificateResponse.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT, fileFailure, usage } from '../failure.ts';
import type { OutputFile } from '../output-files.ts';
import { writableDirectory, writeWhole } from '../output-files.ts';
import { write } from '../terminal.ts';
import { json } from '../text.ts';
import { certificateText } from './certificate.ts';

const LONGEST_VALIDITY_DAYS = 36_500;

/** Where the parts go. */
interface Destination {
  readonly certificate: string;
  readonly privateKey: string;
  readonly ca: string;
}

export async function issue(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const thingName = args.required('thing');
  if (!/^[A-Za-z0-9:_-]{1,128}$/.test(thingName)) {
    throw usage(`"${thingName}" is no thing name`, '1 to 128 characters of A-Z a-z 0-9 : _ -');
  }
  const request = {
    thingName,
    keyType: args.text('key-type') === 'rsa' ? ('RSA_2048' as const) : ('EC_P256' as const),
    validityDays: args.count('days', 1, LONGEST_VALIDITY_DAYS) ?? 0,
    exclusive: args.flag('exclusive'),
    createThing: args.flag('create-thing'),
    deviceCa: args.text('ca') ?? '',
  };
  const directory = args.text('out');
  if (directory === undefined && args.flag('force')) throw usage('--force is about files', 'give --out too');
  const force = args.flag('force');
  const destination = directory === undefined ? undefined : destinationIn(directory, thingName);
  return AdminConnection.use(invocation, async (daemon) => {
    if (directory !== undefined && destination !== undefined) {
      await writableDirectory(directory);
      if (!force) {
        await mustNotExist(destination);
        const { deviceCas } = await daemon.call('ListDeviceCas', {});
        await mustBeTheSame(destination.ca, caThatIssues(deviceCas, request.deviceCa)?.certificatePem);
      }
    }
    const issued = await daemon.call('IssueCertificate', request, {
      NOT_FOUND:
        'the thing must exist (or add --create-thing), and so must the device CA (`deviceauthctl ca create`)',
      INVALID_ARGUMENTS: '`deviceauthctl ca list` shows the device CAs and which can issue',
    });
    if (destination === undefined) return print(invocation, issued);
    await save(issued, destination, force);
    await write(
      terminal.stdout,
      invocation.json ? saved(issued, destination) : savedText(issued, destination),
    );
    return EXIT.ok;
  });
}

function destinationIn(directory: string, thingName: string): Destination {
  return {
    certificate: join(directory, `${thingName}.pem`),
    privateKey: join(directory, `${thingName}.key`),
    ca: join(directory, 'ca.pem'),
  };
}

async function mustNotExist({ certificate, privateKey }: Destination): Promise<void> {
  for (const path of [certificate, privateKey]) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) {
      throw usage(
        `${path} exists already; nothing was issued`,
        'add --force to replace it, or choose another --out',
      );
    }
  }
}

/** As the daemon chooses: the named one, the only local one, or the one named "default". */
function caThatIssues(cas: readonly DeviceCa__Output[], name: string): DeviceCa__Output | undefined {
  if (name !== '') return cas.find((ca) => ca.name === name);
  const local = cas.filter((ca) => ca.localKey);
  return local.length === 1 ? local[0] : local.find((ca) => ca.name === 'default');
}

/** Things of one CA share a directory and its ca.pem; another CA's must not be mixed in silently. */
async function mustBeTheSame(path: string, pem: string | undefined): Promise<void> {
  if (pem === undefined) return;
  const existing = await existingText(path);
  if (existing !== undefined && existing.trim() !== pem.trim()) {
    throw usage(
      `${path} is another CA's; nothing was issued`,
      'choose another --out, or add --force to replace it',
    );
  }
}

async function existingText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fileFailure('read', path, error);
  });
}

async function save(
  issued: IssueCertificateResponse__Output,
  { certificate, privateKey, ca }: Destination,
  force: boolean,
): Promise<void> {
  const id = (issued.certificate?.certificateId ?? '').slice(0, 16);
  const files: (OutputFile & { readonly recovery: string })[] = [
    {
      path: privateKey,
      content: issued.privateKeyPem,
      mode: 0o600,
      recovery: `the key is lost: \`deviceauthctl certificate delete ${id}\`, then issue another`,
    },
    {
      path: certificate,
      content: issued.certificatePem,
      mode: 0o644,
      recovery: `\`deviceauthctl certificate show ${id} --pem\` prints the certificate`,
    },
  ];
  if ((await existingText(ca))?.trim() !== issued.caCertificatePem.trim()) {
    const recovery = '`deviceauthctl ca show NAME --pem` prints the CA certificate';
    files.push({ path: ca, content: issued.caCertificatePem, mode: 0o644, recovery });
  }
  for (const { recovery: fix, ...file } of files) {
    try {
      await writeWhole(file, force);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      throw new CliFailure(`certificate ${id} was issued and registered, but: ${error.message}`, {
        reason: 'FILE',
        exitCode: EXIT.failed,
        fix,
        cause: error,
      });
    }
  }
}

function saved(issued: IssueCertificateResponse__Output, files: Destination): string {
  return json({ certificate: issued.certificate, files });
}

function savedText({ certificate }: IssueCertificateResponse__Output, files: Destination): string {
  const written = Object.values(files);
  return `${certificate === null ? '' : certificateText(certificate, undefined)}\nWritten: ${written.join(', ')}\n`;
}

/** The parts as one PEM text, the device's own certificate first. */
async function print(
  { terminal, json: asJson }: Invocation,
  issued: IssueCertificateResponse__Output,
): Promise<number> {
  if (asJson) {
    await write(terminal.stdout, json(issued));
    return EXIT.ok;
  }
  if (issued.certificate !== null)
    await write(terminal.stderr, certificateText(issued.certificate, undefined));
  for (const pem of [issued.certificatePem, issued.privateKeyPem, issued.caCertificatePem]) {
    await write(terminal.stdout, pem.endsWith('\n') ? pem : `${pem}\n`);
  }
  return EXIT.ok;
}
