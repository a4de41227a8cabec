/**
 * A Unix socket that is never more open than configured, not even for a moment: it is bound under a tight umask and a
 * passing name, given its group and mode, and only then linked to its path. Linking never replaces anything, so that
 * of two daemons that start at once one gets the path and the other an error. What is at the path already is removed
 * only if it is a socket nobody listens on; at the end the path is removed only if it is still this socket.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  readFileSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { connect, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { ListenerError } from './listener-error.ts';

/** `sun_path` of Linux, less its final zero. */
const LONGEST_PATH = 107;
const UMASK = 0o177;
/** Over it a caller's connect fails at once; the system takes what it takes (net.core.somaxconn). */
const BACKLOG = 4096;
const PROBE_MS = 2000;

export interface UnixSocketOptions {
  readonly listener: string;
  readonly path: string;
  readonly mode: number;
  /** By name or number; undefined: the process's own. */
  readonly group: string | undefined;
}

export interface BoundUnixSocket {
  /** True if others than its owner, root and group may replace files in its directory. */
  readonly exposedDirectory: boolean;
  /** Removes the path, if it is still this socket. */
  remove(): void;
}

/** Lets the server listen. Rejects with a `ListenerError`, and then has left nothing behind. */
export async function bindUnixSocket(server: Server, options: UnixSocketOptions): Promise<BoundUnixSocket> {
  const { listener, path } = options;
  const directory = checkPath(options);
  const gid = options.group === undefined ? undefined : groupId(listener, options.group);
  const passing = await listenUnderPassingName(server, options);
  try {
    if (gid !== undefined) giveGroup(options, passing, gid);
    chmodSync(passing, options.mode);
    const own = lstatSync(passing);
    await claim(options, passing);
    return {
      exposedDirectory: (directory.mode & 0o002) !== 0 && (directory.mode & 0o1000) === 0,
      remove: () => {
        const found = statOf(path);
        if (found !== undefined && sameFile(found, own)) unlinkSync(path);
      },
    };
  } catch (error) {
    server.close();
    throw error instanceof ListenerError
      ? error
      : new ListenerError(listener, `${path}: ${reasonOf(error)}`, error);
  } finally {
    remove(passing);
  }
}

function checkPath({ listener, path }: UnixSocketOptions): Stats {
  const bytes = Buffer.byteLength(path);
  if (bytes > LONGEST_PATH) {
    const message = `the socket path ${path} has ${bytes} bytes; the system takes at most ${LONGEST_PATH}`;
    throw new ListenerError(listener, message);
  }
  const directory = dirname(path);
  let found: Stats;
  try {
    found = statSync(directory);
  } catch (error) {
    const hint = `create it with: install -d -m 0755 ${directory} (as the user the daemon runs as)`;
    throw new ListenerError(
      listener,
      `the directory ${directory} of the socket: ${reasonOf(error)}; ${hint}`,
      error,
    );
  }
  if (!found.isDirectory()) throw new ListenerError(listener, `${directory} is not a directory`);
  return found;
}

/** The passing name is no longer than the real one, so that it fits wherever the real one does. */
async function listenUnderPassingName(
  server: Server,
  { listener, path }: UnixSocketOptions,
): Promise<string> {
  const length = Math.max(6, Math.min(16, Buffer.byteLength(basename(path))));
  const passing = join(dirname(path), `.${randomBytes(8).toString('hex')}`.slice(0, length));
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => {
      const message = `cannot create a socket in ${dirname(path)}: ${reasonOf(error)}`;
      reject(new ListenerError(listener, message, error));
    };
    server.once('error', failed);
    // Binding is done when `listen` returns, so no other code runs under this umask.
    const before = process.umask(UMASK);
    try {
      server.listen({ path: passing, backlog: BACKLOG }, () => {
        server.off('error', failed);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
  return passing;
}

function giveGroup({ listener, path, group }: UnixSocketOptions, passing: string, gid: number): void {
  try {
    chownSync(passing, -1, gid);
  } catch (error) {
    const message =
      `cannot give ${path} to the group ${group}: ${reasonOf(error)}; ` +
      'the daemon must run as root or as a member of that group';
    throw new ListenerError(listener, message, error);
  }
}

async function claim(options: UnixSocketOptions, passing: string): Promise<void> {
  const { listener, path } = options;
  // Once for a path that is free, once more after a stale socket was removed.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      linkSync(passing, path);
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    await removeStale(options);
  }
  throw new ListenerError(listener, `${path} is taken again and again by another process`);
}

async function removeStale({ listener, path }: UnixSocketOptions): Promise<void> {
  const found = statOf(path);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ListenerError(listener, `${path} is not a socket; move it away or configure another path`);
  }
  const state = await probe(path);
  if (state === 'live') throw new ListenerError(listener, `another process is listening on ${path}`);
  if (state !== 'stale') {
    throw new ListenerError(
      listener,
      `cannot tell whether another process is listening on ${path}: ${state.message}`,
    );
  }
  const again = statOf(path);
  if (again !== undefined && sameFile(again, found)) unlinkSync(path);
}

function probe(path: string): Promise<'live' | 'stale' | Error> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const finish = (answer: 'live' | 'stale' | Error): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_MS, () => finish('live'));
    socket.once('connect', () => finish('live'));
    socket.once('error', (error) => {
      const code = codeOf(error);
      // EAGAIN: somebody listens and does not keep up.
      if (code === 'EAGAIN') finish('live');
      else finish(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'stale' : error);
    });
  });
}

/** @returns the number of a group of /etc/group or of the system's name service. */
export function groupId(listener: string, group: string): number {
  if (/^[0-9]+$/.test(group)) return Number(group);
  const line = readGroups().find((entry) => entry.startsWith(`${group}:`)) ?? askNameService(group);
  const gid = Number(line?.split(':')[2] || Number.NaN);
  if (!Number.isInteger(gid)) {
    throw new ListenerError(
      listener,
      `there is no group "${group}"; create it with: groupadd --system ${group}`,
    );
  }
  return gid;
}

function readGroups(): readonly string[] {
  try {
    return readFileSync('/etc/group', 'utf8').split('\n');
  } catch {
    return [];
  }
}

function askNameService(group: string): string | undefined {
  // A name that looks like an option is none of getent's business.
  if (group.startsWith('-')) return undefined;
  try {
    return execFileSync('getent', ['group', group], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function sameFile(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not created, or is gone.
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EINVAL':
      return `the path is too long: at most ${LONGEST_PATH} bytes`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
