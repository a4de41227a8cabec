/** `ca show` without a name and `ca rotate`: the CA of the certificates that brokers show to devices. */
import type { ServerCa__Output } from '../../contract/generated/deviceauth/v1/ServerCa.ts';
import type { ServerCaCertificate__Output } from '../../contract/generated/deviceauth/v1/ServerCaCertificate.ts';
import { AdminConnection } from '../admin-connection.ts';
import { confirmed } from '../ask.ts';
import { crlOf, deviceCaTable } from '../ca-text.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT, usage } from '../failure.ts';
import { write } from '../terminal.ts';
import { fields, json, time } from '../text.ts';
import { oneLine } from './certificate.ts';

export async function showServerCa(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const [serverCa, { deviceCas }] = await AdminConnection.use(invocation, (daemon) =>
    Promise.all([daemon.call('GetServerCa', {}), daemon.call('ListDeviceCas', {})]),
  );
  if (args.flag('pem')) {
    await write(terminal.stdout, trustAnchors(serverCa));
    return EXIT.ok;
  }
  if (args.flag('crl')) {
    await write(terminal.stdout, crlOf(serverCa.current?.crlPem, 'the server CA'));
    return EXIT.ok;
  }
  if (invocation.json) {
    await write(terminal.stdout, json({ serverCa, deviceCas }));
    return EXIT.ok;
  }
  await write(terminal.stdout, serverCaText(serverCa, terminal.columns));
  const devices =
    deviceCas.length === 0 ? 'No device CAs.\n' : `Device CAs\n${deviceCaTable(deviceCas, terminal.columns)}`;
  await write(terminal.stdout, `\n${devices}`);
  return EXIT.ok;
}

export async function rotate(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const now = args.flag('now');
  const cancel = args.flag('cancel');
  if (now && cancel) throw usage('--now and --cancel exclude each other');
  const serverCa = await AdminConnection.use(invocation, async (daemon) => {
    if (now && !args.flag('yes')) await mustBeMeant(invocation, await daemon.call('GetServerCa', {}));
    return daemon.call('RotateServerCa', { now, cancel }, FIXES);
  });
  if (invocation.json) {
    await write(terminal.stdout, json(serverCa));
    return EXIT.ok;
  }
  await write(terminal.stdout, serverCaText(serverCa, terminal.columns));
  await write(terminal.stdout, `\n${consequence(serverCa, { now, cancel })}`);
  return EXIT.ok;
}

const FIXES = {
  ALREADY_EXISTS: '`deviceauthctl ca rotate --now` switches to it at once, --cancel drops it',
  NOT_FOUND: '`deviceauthctl ca show` tells what there is',
};

async function mustBeMeant({ terminal }: Invocation, { next, switchAt }: ServerCa__Output): Promise<void> {
  const before =
    next === null
      ? 'No new CA was announced: no device trusts the one that will be made, and none can connect until it has fetched it.'
      : `The announced CA is to sign from ${time(switchAt)} on: devices that have not fetched it before you switch cannot connect any more.`;
  if (!terminal.canAsk) {
    throw usage('--now cuts devices off, and there is no terminal to ask on', 'add --yes if it is meant');
  }
  if (await confirmed(terminal, before)) return;
  throw new CliFailure('nothing was changed', { reason: 'NOT_CONFIRMED', exitCode: EXIT.failed });
}

/** What happens when, and what is to be done about it. */
function consequence(
  { current, next, switchAt }: ServerCa__Output,
  step: { now: boolean; cancel: boolean },
): string {
  const lines: string[] = [];
  if (step.cancel) {
    lines.push(
      'The announced CA is dropped; the current one goes on signing.',
      'Devices that have fetched the dropped one may forget it; it signed nothing.',
    );
  } else if (step.now) {
    lines.push(
      `${shortOf(current)} signs from now on; brokers get new certificates within seconds.`,
      'Connected devices stay connected. A device that has not fetched this CA cannot connect again:',
      '  those that use discovery fetch it when they fail to connect; give it to the others: `deviceauthctl ca show --pem`.',
    );
  } else {
    lines.push(
      `${shortOf(next)} is announced, and signs from ${time(switchAt)} on. Until then nothing changes for brokers.`,
      'By then every device must trust both, the old one and the new one:',
      '  those that use discovery fetch them by themselves; give them to the others: `deviceauthctl ca show --pem`.',
      `\`deviceauthctl ca rotate --now\` switches earlier, --cancel drops it.`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** In the order of their use, each once. */
function trustAnchors({ current, next, retired, problem }: ServerCa__Output): string {
  const all = [current, next, ...retired].flatMap((ca) => (ca === null ? [] : [ca.trustAnchorPem.trim()]));
  if (all.length > 0) return `${[...new Set(all)].join('\n')}\n`;
  throw new CliFailure('there is no server CA that devices could trust', {
    reason: 'NOT_FOUND',
    exitCode: EXIT.failed,
    fix: problem === '' ? undefined : problem,
  });
}

function serverCaText(ca: ServerCa__Output, columns: number | undefined): string {
  const { current, next, switchAt, retired, problem, custom } = ca;
  const rows: [string, string | string[]][] = [];
  if (problem !== '') rows.push(['Problem', problem]);
  const signs = custom ? 'signs; the key is your own' : 'signs';
  rows.push(['Server CA', current === null ? 'none' : description(current, signs)]);
  if (next !== null) rows.push(['Announced', description(next, `signs from ${time(switchAt)} on`)]);
  for (const each of retired) {
    rows.push([
      'Retired',
      description(each, `signs no more; told to devices until ${time(each.forgottenAt)}`),
    ]);
  }
  return fields(rows, columns);
}

function description(ca: ServerCaCertificate__Output, role: string): string[] {
  return [
    ca.certificateId,
    role,
    `${ca.key}, valid ${time(ca.notBefore)} to ${time(ca.notAfter)}`,
    oneLine(ca.subject),
    ...(ca.chainPem.length > 1 ? [`below ${ca.chainPem.length - 1} more in its chain`] : []),
  ];
}

function shortOf(ca: ServerCaCertificate__Output | null): string {
  return ca === null ? 'The new CA' : `CA ${ca.certificateId.slice(0, 16)}`;
}
