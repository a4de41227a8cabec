/**
 * Checks of one host of the cloud, in the order in which a connection comes about: its name, TCP (through a proxy where there is
 * one), TLS against the roots, the core's certificate where it is asked for; and what time it is there.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import type { Clock } from '../../clock.ts';
import type { ProxyAddress } from '../proxy.ts';
import { type Check, CheckFailure, failed, ok, warning } from './check.ts';
import { exchange, openTcp, openTls, type Target, type TlsPart } from './connection.ts';

export interface Endpoint {
  /** Of the checks, such as `data-plane`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Reads what it needs each time; throws a `CheckFailure`, or an error that says what is wrong. */
  readonly tls: () => Promise<TlsPart>;
  /** Whether the host wants the core's certificate. */
  readonly wantsIdentity: boolean;
  /** Undefined: it is reached without one. */
  readonly proxy: ProxyAddress | undefined;
  /** Checks of files that `tls` reads. */
  readonly needs: readonly string[];
}

/** Off by more than this costs the signatures of requests. */
const CLOCK_FAILED_MS = 4 * 60_000;
const CLOCK_WARNING_MS = 30_000;

export function endpointChecks(endpoint: Endpoint): Check[] {
  const { name, host, port, proxy } = endpoint;
  const target: Target = { host, port, proxy };
  const checks: Check[] = [
    { name: `${name}.name`, look: () => nameOf(target) },
    {
      name: `${name}.tcp`,
      needs: [`${name}.name`, ...endpoint.needs],
      look: async (signal) => {
        const socket = await openTcp(target, await endpoint.tls(), signal);
        const { remoteAddress = '?' } = socket;
        socket.destroy();
        return ok(
          proxy === undefined
            ? `${host}, port ${port}: connected (${remoteAddress})`
            : `${host}, port ${port}: connected through the proxy ${proxy}`,
        );
      },
    },
    {
      name: `${name}.tls`,
      needs: [`${name}.tcp`],
      look: async (signal) => {
        const tls = await endpoint.tls();
        const socket = await openTls(target, tls, signal);
        // Nothing, when the other side was quick to close it.
        const shown: Partial<PeerCertificate> = socket.getPeerCertificate() ?? {};
        const version = socket.getProtocol() ?? 'TLS';
        socket.destroy();
        const by = [shown.issuer?.O, shown.issuer?.CN].filter((each) => each !== undefined).join(' ');
        const certificate = by === '' ? '' : `; its certificate is by ${by}, until ${shown.valid_to}`;
        return ok(`${version}${tls.alpn === undefined ? '' : `, ${tls.alpn}`}${certificate}`);
      },
    },
  ];
  if (endpoint.wantsIdentity) checks.push(identityCheck(endpoint, target));
  return checks;
}

/** The wall clock against that of the cloud, which comes with any answer. */
export function clockCheck(endpoint: Endpoint, clock: Pick<Clock, 'now'>): Check {
  return {
    name: 'clock',
    needs: [`${endpoint.name}.${endpoint.wantsIdentity ? 'identity' : 'tls'}`],
    look: async (signal) => {
      const { host, port, proxy, tls } = endpoint;
      const asked = clock.now();
      const answer = await exchange({ host, port, proxy }, await tls(), '/', signal);
      if (answer?.date === undefined) return warning(`${host} does not tell the time`, '');
      // The header has whole seconds, and the answer took its time.
      const now = clock.now();
      const off = now < answer.date ? now - answer.date : Math.max(0, asked - answer.date - 1_000);
      const seconds = Math.round(Math.abs(off) / 1_000);
      const detail = `this host is ${seconds} s ${off < 0 ? 'behind' : 'ahead of'} ${host}`;
      const remedy = 'set the clock of this host, and let NTP keep it';
      if (Math.abs(off) > CLOCK_FAILED_MS) return failed(detail, remedy);
      if (Math.abs(off) > CLOCK_WARNING_MS) return warning(detail, remedy);
      return ok(seconds === 0 ? `as that of ${host}` : detail);
    },
  };
}

function identityCheck(endpoint: Endpoint, target: Target): Check {
  return {
    name: `${endpoint.name}.identity`,
    needs: [`${endpoint.name}.tls`],
    look: async (signal) => {
      const answer = await exchange(target, await endpoint.tls(), '/', signal);
      if (answer !== undefined) return ok(`${endpoint.host} takes the core's certificate`);
      return failed(
        `${endpoint.host} closed the connection without an answer, as it does when it does not know the core's certificate or the certificate is not active`,
        'activate it (`aws iot update-certificate --new-status ACTIVE`), and see that it is of this account and region',
      );
    },
  };
}

async function nameOf({ host, proxy }: Target) {
  const wanted = proxy === undefined ? host : proxy.host;
  const whose = proxy === undefined ? '' : `the proxy ${proxy} looks up ${host}; `;
  if (isIP(wanted) !== 0) return ok(`${whose}${wanted} is an address`);
  try {
    const found = await lookup(wanted, { all: true });
    const addresses = found.slice(0, 4).map(({ address }) => address);
    return ok(`${whose}${wanted} is ${addresses.join(', ')}${found.length > 4 ? ', …' : ''}`);
  } catch (error) {
    const { code = 'unknown cause' } = error as NodeJS.ErrnoException;
    throw new CheckFailure(
      `${wanted} cannot be looked up: ${code}`,
      code === 'ENOTFOUND'
        ? 'see the region and the endpoint of the configuration, and the name servers of this host'
        : 'see the name servers of this host, and its network',
    );
  }
}
