import { isIP } from 'node:net';

/** Of an address that a socket was bound to. */
export function isLoopbackAddress(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1' || host.startsWith('::ffff:127.');
}
