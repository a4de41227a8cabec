/** `ca create|register|list|show|remove`: the authorities whose certificates devices carry; `show` of none is the server's. */
import type { DeviceCa__Output } from '../../contract/generated/deviceauth/v1/DeviceCa.ts';
import { AdminConnection } from '../admin-connection.ts';
import { crlOf, deviceCaTable } from '../ca-text.ts';
import { readCertificate } from '../certificate-file.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT } from '../failure.ts';
import { write } from '../terminal.ts';
import { fields, json, time } from '../text.ts';
import { oneLine } from './certificate.ts';
import { showServerCa } from './server-ca.ts';

const SEE_LIST = '`deviceauthctl ca list` shows the device CAs there are';
const LONGEST_VALIDITY_DAYS = 36_500;

export async function create(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const request = {
    name: args.optionalOperand(0) ?? '',
    keyType: args.text('key-type') === 'rsa' ? ('RSA_2048' as const) : ('EC_P256' as const),
    validityDays: args.count('days', 1, LONGEST_VALIDITY_DAYS) ?? 0,
    provisioning: args.flag('provisioning'),
  };
  const ca = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('CreateDeviceCa', request, { ALREADY_EXISTS: `choose another name; ${SEE_LIST}` }),
  );
  return print(invocation, ca);
}

export async function register(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const request = {
    name: args.required('name'),
    certificatePem: await readCertificate(args.operand(0), terminal.stdin),
    provisioning: args.flag('provisioning'),
  };
  const ca = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('RegisterDeviceCa', request, { ALREADY_EXISTS: SEE_LIST }),
  );
  return print(invocation, ca);
}

export async function list(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const response = await AdminConnection.use(invocation, (daemon) => daemon.call('ListDeviceCas', {}));
  if (invocation.json) {
    await write(terminal.stdout, json(response));
  } else if (response.deviceCas.length === 0) {
    await write(terminal.stderr, 'no device CAs; make one with `deviceauthctl ca create`\n');
  } else {
    await write(terminal.stdout, deviceCaTable(response.deviceCas, terminal.columns));
  }
  return EXIT.ok;
}

export async function show(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const name = args.optionalOperand(0);
  if (name === undefined) return showServerCa(invocation);
  const { deviceCas } = await AdminConnection.use(invocation, (daemon) => daemon.call('ListDeviceCas', {}));
  const ca = deviceCas.find((candidate) => candidate.name === name);
  if (ca === undefined) {
    throw new CliFailure(`there is no device CA ${name}`, {
      reason: 'NOT_FOUND',
      exitCode: EXIT.failed,
      fix: SEE_LIST,
    });
  }
  if (args.flag('pem') || args.flag('crl')) {
    await write(
      terminal.stdout,
      args.flag('pem') ? ca.certificatePem : crlOf(ca.crlPem, `device CA ${name}`),
    );
    return EXIT.ok;
  }
  return print(invocation, ca);
}

export async function remove(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const name = args.operand(0);
  await AdminConnection.use(invocation, (daemon) =>
    daemon.call('RemoveDeviceCa', { name }, { NOT_FOUND: SEE_LIST }),
  );
  const text = `device CA ${name} removed: nothing new is admitted through it; registered certificates stay\n`;
  await write(terminal.stdout, invocation.json ? json({}) : text);
  return EXIT.ok;
}

async function print({ terminal, json: asJson }: Invocation, ca: DeviceCa__Output): Promise<number> {
  const text = (): string =>
    fields(
      [
        ['Device CA', ca.name],
        ['Certificate', ca.certificateId],
        ['Subject', oneLine(ca.subject)],
        ['Key', ca.key],
        ['Key is', ca.localKey ? 'here: certificates can be issued' : 'elsewhere'],
        ['Provisioning', ca.provisioning ? 'yes: first connections register' : 'no'],
        ['Valid', `${time(ca.notBefore)} to ${time(ca.notAfter)}`],
      ],
      terminal.columns,
    );
  await write(terminal.stdout, asJson ? json(ca) : text());
  return EXIT.ok;
}
