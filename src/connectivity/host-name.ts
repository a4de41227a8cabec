/** One form for every name and address of a host, so that two ways of writing it are one host. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { DaemonError } from '../errors.ts';

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A DNS name in lower case and ASCII, or an IP address in its usual form. Rejects ports, zones and the like. */
export function normalizeHost(host: string): string {
  const family = isIP(host);
  if (family === 4) return host;
  if (family === 6 && !host.includes('%')) return new URL(`http://[${host}]`).hostname.slice(1, -1);
  // The conversion for international names leaves out line feeds and the like without a word.
  const plain = /^[!-~]*$/.test(host);
  const ascii = plain ? host.toLowerCase() : /[\s\p{C}]/u.test(host) ? '' : domainToASCII(host);
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  const labels = (name.startsWith('*.') ? name.slice(2) : name).split('.');
  // An address with a digit missing is not a name.
  const numeric = /^\d+$/.test(labels.at(-1) ?? '');
  if (name.length > 253 || numeric || !labels.every((label) => LABEL.test(label))) {
    const shown = JSON.stringify(host.slice(0, 140));
    throw new DaemonError(
      'INVALID_ARGUMENTS',
      `${shown} is neither a host name nor an IP address (without a port)`,
    );
  }
  return name;
}
