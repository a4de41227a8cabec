/** What must hold of any place where the daemon listens. */
import { isLoopback } from '../telemetry/loopback-address.ts';
import type { Problems } from './problem.ts';
import { modeBits, type TcpListener } from './schema.ts';

/** `sun_path` has 108 bytes, the closing NUL included. */
const LONGEST_SOCKET_PATH = 107;
const OTHERS_WRITE = 0o002;

export function checkTcp(
  listener: Pick<TcpListener, 'host' | 'tls' | 'insecureLoopback'>,
  path: string,
  problems: Problems,
): void {
  if (listener.tls !== undefined) {
    if (listener.insecureLoopback) {
      problems.warn(`${path}.insecureLoopback`, true, 'has no effect beside tls');
    }
    return;
  }
  if (!listener.insecureLoopback) {
    problems.error(
      `${path}.tls`,
      null,
      'is required on a TCP port (or insecureLoopback: true on a loopback address)',
    );
  } else if (!isLoopback(listener.host)) {
    problems.error(
      `${path}.insecureLoopback`,
      true,
      `needs a loopback address, and ${listener.host} is none`,
    );
  }
}

export function checkSocket(socket: string, path: string, problems: Problems): void {
  const bytes = Buffer.byteLength(socket);
  if (bytes > LONGEST_SOCKET_PATH) {
    problems.error(
      path,
      socket,
      `has ${bytes} bytes; a Unix socket's path has at most ${LONGEST_SOCKET_PATH}`,
    );
  }
}

export function checkMode(mode: string, path: string, problems: Problems): void {
  if ((modeBits(mode) & OTHERS_WRITE) !== 0) {
    problems.error(path, mode, 'must not let everybody write: any local user could call');
  }
}
