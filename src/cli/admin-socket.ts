/**
 * Finds the admin socket and says, when it cannot be opened, exactly why: gRPC alone only says that
 * the service is unavailable.
 */
import { constants } from 'node:fs';
import { access, lstat, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Arguments } from './arguments.ts';
import { CliFailure, EXIT } from './failure.ts';

export const DEFAULT_SOCKET = '/run/deviceauthd/admin.sock';
const DEVELOPMENT_SOCKET = 'var/run/admin.sock';
/** Of `sockaddr_un`, without the final zero. */
const LONGEST_PATH = 107;
const PROBE_TIMEOUT = 5_000;

export async function findAdminSocket(
  args: Arguments,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const given = args.text('socket') ?? env['DEVICEAUTHD_ADMIN_SOCKET'];
  if (given !== undefined && given !== '') return reachable(given);
  if (await exists(DEFAULT_SOCKET)) return DEFAULT_SOCKET;
  const development = reachable(DEVELOPMENT_SOCKET);
  if (await isOurs(development)) return development;
  return DEFAULT_SOCKET;
}

/** Whole, as messages should name it; as it was given where only that is short enough for a socket. */
function reachable(path: string): string {
  const whole = resolve(path);
  return Buffer.byteLength(whole) > LONGEST_PATH ? path : whole;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Somebody else's socket in the directory we happen to stand in is not our daemon. */
async function isOurs(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isSocket() && (found.uid === 0 || found.uid === process.getuid?.());
  } catch {
    return false;
  }
}

/** Resolves when somebody listens on the socket; rejects with the reason otherwise. */
export async function probe(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw unreachable(
      path,
      `the path is longer than the ${LONGEST_PATH} bytes a socket may have`,
      'use a shorter path',
    );
  }
  const code = await new Promise<string | undefined>((settle) => {
    const socket = connect({ path });
    const end = (result: string | undefined): void => {
      socket.destroy();
      settle(result);
    };
    socket.setTimeout(PROBE_TIMEOUT, () => end('ETIMEDOUT'));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'));
  });
  if (code === undefined) return;
  throw await explain(path, code);
}

const START = 'start the daemon (`systemctl start deviceauthd`, or `deviceauthd serve --config FILE`)';

async function explain(path: string, code: string): Promise<CliFailure> {
  switch (code) {
    case 'ENOENT':
      return unreachable(
        path,
        'there is no such socket',
        `${START}, or name its socket with --socket or DEVICEAUTHD_ADMIN_SOCKET`,
      );
    case 'ECONNREFUSED':
      return unreachable(path, 'nobody listens there: the daemon has stopped, or it is no socket', START);
    case 'ENOTSOCK':
      return unreachable(path, 'it is no socket', 'name the socket with --socket');
    case 'EACCES':
    case 'EPERM':
      return unreachable(path, 'permission denied', await permissionHint(path));
    case 'ETIMEDOUT':
    case 'EAGAIN':
      return unreachable(
        path,
        'the daemon accepts no connections',
        'look at its log; it is overloaded or hangs',
      );
    default:
      return unreachable(path, code, START);
  }
}

export function unreachable(path: string, why: string, fix: string): CliFailure {
  return new CliFailure(`the daemon is not reachable at ${path}: ${why}`, {
    reason: 'DAEMON_UNREACHABLE',
    exitCode: EXIT.unreachable,
    fix,
  });
}

/** Which file stands in the way, and who may pass it. */
async function permissionHint(path: string): Promise<string> {
  for (const part of ancestry(path)) {
    const mode = part === path ? constants.R_OK | constants.W_OK : constants.X_OK;
    const passable = await access(part, mode).then(
      () => true,
      () => false,
    );
    if (passable) continue;
    const found = await stat(part).catch(() => undefined);
    if (found === undefined) break;
    const owner = (await nameOf('/etc/passwd', found.uid)) ?? `user ${found.uid}`;
    const group = (await nameOf('/etc/group', found.gid)) ?? `group ${found.gid}`;
    const needed = part === path ? 0o060 : 0o010;
    if ((found.mode & needed) === needed) {
      return `${part} is open to ${owner} and to members of ${group}: run this as ${owner}, with sudo, or as a member of ${group}`;
    }
    const change =
      part === path
        ? 'let a group in with admin.mode and admin.group of the configuration'
        : `chmod 0755 ${part}`;
    return `${part} is open to ${owner} only: run this as ${owner} or with sudo, or ${change}`;
  }
  return 'run this with sudo';
}

/** The directories from the root down, then the path itself. */
function ancestry(path: string): string[] {
  const parts = [path];
  for (let part = dirname(path); ; part = dirname(part)) {
    parts.unshift(part);
    if (part === dirname(part)) return parts;
  }
}

async function nameOf(file: string, id: number): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    if (number === String(id)) return name;
  }
  return undefined;
}
