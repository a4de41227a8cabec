/** `component add|list|allow|renew-token|remove`: broker components written for AWS IoT Greengrass, and their tokens. */
import type { Component__Output } from '../../contract/generated/deviceauth/v1/Component.ts';
import type { ComponentToken__Output } from '../../contract/generated/deviceauth/v1/ComponentToken.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT, fileFailure, usage } from '../failure.ts';
import { writableFile, writeWhole } from '../output-files.ts';
import { write } from '../terminal.ts';
import { fields, json, table, time } from '../text.ts';

const SOCKET = 'AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT';
const TOKEN = 'SVCUID';
const SEE_LIST = '`deviceauthctl component list` shows the components there are';
const NOWHERE =
  'deviceauthd: no component can call yet: set greengrassIpc.socket in the configuration and restart the daemon\n';

export async function add(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const name = args.operand(0);
  const operations = readList(args.required('operations'));
  return issued(invocation, (daemon) =>
    daemon.call(
      'AddComponent',
      { name, operations },
      { ALREADY_EXISTS: `\`deviceauthctl component renew-token ${name}\` gives it a new token` },
    ),
  );
}

export async function renewToken(invocation: Invocation): Promise<number> {
  const name = invocation.args.operand(0);
  return issued(invocation, (daemon) =>
    daemon.call('RenewComponentToken', { name }, { NOT_FOUND: SEE_LIST }),
  );
}

export async function list(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const response = await AdminConnection.use(invocation, (daemon) => daemon.call('ListComponents', {}));
  if (invocation.json) {
    await write(terminal.stdout, json(response));
    return EXIT.ok;
  }
  if (response.socket === '') await write(terminal.stderr, NOWHERE);
  if (response.components.length === 0) {
    await write(terminal.stderr, 'no components; add one with `deviceauthctl component add`\n');
    return EXIT.ok;
  }
  const rows = response.components.map((component) => [
    component.name,
    component.operations.join(', '),
    String(component.connections),
    time(component.tokenIssuedAt),
  ]);
  await write(
    terminal.stdout,
    table(['COMPONENT', 'MAY CALL', 'CONNECTIONS', 'TOKEN OF'], rows, terminal.columns),
  );
  return EXIT.ok;
}

export async function allow(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const request = { name: args.operand(0), operations: readList(args.required('operations')) };
  const component = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('SetComponentOperations', request, { NOT_FOUND: SEE_LIST }),
  );
  await write(terminal.stdout, invocation.json ? json(component) : text(component, terminal.columns));
  return EXIT.ok;
}

export async function remove(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const name = args.operand(0);
  await AdminConnection.use(invocation, (daemon) =>
    daemon.call('RemoveComponent', { name }, { NOT_FOUND: SEE_LIST }),
  );
  const said = `component ${name} removed: its token is refused, its connections are closed, its sessions end\n`;
  await write(terminal.stdout, invocation.json ? json({}) : said);
  return EXIT.ok;
}

/** The token is told once: to a file if one is named, which is found out to be possible before there is a token. */
async function issued(
  invocation: Invocation,
  call: (daemon: AdminConnection) => Promise<ComponentToken__Output>,
): Promise<number> {
  const { args, terminal } = invocation;
  const file = args.text('env-file');
  const replace = args.flag('force');
  if (replace && file === undefined) throw usage('--force goes with --env-file');
  if (file !== undefined) {
    if (!replace) await mustBeNew(file);
    await writableFile(file);
  }
  const answer = await AdminConnection.use(invocation, call);
  const { component, socket } = answer;
  if (socket === '') await write(terminal.stderr, NOWHERE);
  if (file !== undefined) await writeEnvironment(file, answer, replace);
  if (invocation.json) {
    await write(terminal.stdout, json(file === undefined ? answer : { component, socket }));
    return EXIT.ok;
  }
  if (component !== null) await write(terminal.stdout, text(component, terminal.columns));
  const how =
    file === undefined
      ? `\nIts environment; the token is told once, and only its hash is kept:\n\n${environment(answer)}`
      : `\nIts environment is in ${file} (mode 0600), the token too.\n`;
  await write(terminal.stdout, how);
  return EXIT.ok;
}

async function mustBeNew(file: string): Promise<void> {
  const { lstat } = await import('node:fs/promises');
  const found = await lstat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw fileFailure('write', file, error);
  });
  if (found !== undefined) {
    throw usage(`${file} exists already`, 'name another file, or give --force to replace it');
  }
}

async function writeEnvironment(
  path: string,
  answer: ComponentToken__Output,
  replace: boolean,
): Promise<void> {
  try {
    await writeWhole({ path, content: environment(answer), mode: 0o600 }, replace);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliFailure(`the token was made and could not be written: ${why}`, {
      reason: 'FILE',
      exitCode: EXIT.failed,
      fix: `\`deviceauthctl component renew-token ${answer.component?.name ?? ''}\` makes another one`,
    });
  }
}

/** For a shell and for systemd's EnvironmentFile. */
function environment({ socket, token }: ComponentToken__Output): string {
  const where = socket === '' ? '' : `${SOCKET}=${quoted(socket)}\n`;
  return `${where}${TOKEN}=${token}\n`;
}

function quoted(value: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(value) ? value : `"${value.replace(/["\\$`]/g, '\\$&')}"`;
}

function readList(given: string): string[] {
  return given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function text(component: Component__Output, columns: number | undefined): string {
  return fields(
    [
      ['Component', component.name],
      ['May call', component.operations.join(', ')],
      ['Token of', time(component.tokenIssuedAt)],
    ],
    columns,
  );
}
