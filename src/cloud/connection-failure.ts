/**
 * What it means when a connection to the cloud fails, by where it failed. Always true: a message names the host and says what
 * happened in words of ours; nothing of a proxy's password or of what a stranger sent is in it.
 */
import { misconfiguredHere, type Trouble, trouble } from './outcome.ts';
import type { ProxyAddress } from './proxy.ts';

/** Why there is no connection. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly trouble: Trouble;

  constructor(found: Trouble) {
    super(found.message);
    this.trouble = found;
  }
}

export interface SocketError {
  readonly code?: string | undefined;
  readonly message?: string;
  readonly reason?: string;
}

/** The proxy answered CONNECT with something else than 200. */
export function proxyRefused(proxy: ProxyAddress, place: string, status: number): Trouble {
  if (status === 407) {
    const what = proxy.authenticates
      ? 'does not accept its user and password'
      : 'wants a user and a password';
    return misconfiguredHere(`the proxy ${proxy} ${what}`);
  }
  // Its way to the host, not its opinion of us.
  const isItsNetwork = status >= 500 || status === 408;
  const said = `the proxy ${proxy} answered ${status} when it was asked for ${place}`;
  return isItsNetwork ? trouble('unreachable', said) : misconfiguredHere(said);
}

/** The proxy itself could not be reached, or did not answer. */
export function proxyFailed(proxy: ProxyAddress, error: SocketError): Trouble {
  const fault = certificateFault(error);
  if (fault !== undefined) return misconfiguredHere(`the proxy ${proxy} ${fault}`);
  return trouble('unreachable', `the proxy ${proxy} ${networkFault(error)}`);
}

/** Before the handshake was over. */
export function handshakeFailed(place: string, error: SocketError, authorizationError: unknown): Trouble {
  const fault = certificateFault(error);
  if (fault !== undefined) return misconfiguredHere(`${place} ${fault}`);
  // Some other reason for which its certificate does not count.
  if (authorizationError !== null && authorizationError !== undefined) {
    return misconfiguredHere(`${place} shows a certificate that does not count (${codeOf(error)})`);
  }
  const alert = alertOf(error);
  if (alert !== undefined) {
    return trouble('misconfigured', `${place} refuses the TLS handshake (${alert})`);
  }
  if (codeOf(error) === 'EPROTO' || codeOf(error).startsWith('ERR_SSL_')) {
    return trouble('unreachable', `what answers at ${place} does not speak TLS as AWS does`);
  }
  return trouble('unreachable', `${place} ${networkFault(error)}`);
}

/** On an open connection, before the answer was whole. */
export function exchangeFailed(place: string, error: SocketError, answerBegan: boolean): Trouble {
  const alert = alertOf(error);
  if (alert !== undefined) {
    return trouble('misconfigured', `${place} refuses the core's certificate (${alert}): is it active?`);
  }
  if (codeOf(error).startsWith('HPE_')) {
    return trouble('unexpected', `what ${place} answered is no HTTP (${codeOf(error)})`);
  }
  if (answerBegan) return trouble('unreachable', `${place} stopped in the middle of its answer`);
  return trouble('unreachable', `${place} ${networkFault(error)}`);
}

/** The peer ended it, one way or another, and said nothing. */
export function isClosedByPeer(error: SocketError): boolean {
  return codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE';
}

/**
 * What AWS's gateway does with a certificate that is not active (curl calls it an empty reply). Any network may close a
 * connection, so it counts only when a second new connection ended the same way.
 */
export function closedUnheard(place: string): Trouble {
  return trouble(
    'misconfigured',
    `${place} closed the connection without an answer: is the core's certificate active?`,
  );
}

const NETWORK_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  ETIMEDOUT: 'does not answer',
  ENOTFOUND: 'cannot be found: its name is unknown',
  EAI_AGAIN: 'cannot be found: no name server answers',
  EHOSTUNREACH: 'cannot be reached: there is no way to it',
  ENETUNREACH: 'cannot be reached: there is no network',
};

function networkFault(error: SocketError): string {
  return NETWORK_FAULTS[codeOf(error)] ?? `cannot be reached (${codeOf(error)})`;
}

const CLOCK = "is this host's clock right?";
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: `shows a certificate that has expired: ${CLOCK}`,
  CERT_NOT_YET_VALID: `shows a certificate that is not valid yet: ${CLOCK}`,
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate that is for other names',
  HOSTNAME_MISMATCH: 'shows a certificate that is for other names',
};
const OTHER_ISSUER =
  /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|CERT_REJECTED|CERT_CHAIN_TOO_LONG|INVALID_CA)/;

function certificateFault(error: SocketError): string | undefined {
  const code = codeOf(error);
  if (OTHER_ISSUER.test(code)) {
    return `shows a certificate that none of the trusted roots has issued (${code}): does something on the way read along?`;
  }
  const known = CERTIFICATE_FAULTS[code];
  return (
    known ?? (code.startsWith('CERT_') ? `shows a certificate that does not count (${code})` : undefined)
  );
}

/** The TLS alert that the peer sent, such as "bad certificate". */
function alertOf(error: SocketError): string | undefined {
  const named = /^ERR_SSL_.*ALERT_(.+)$/.exec(codeOf(error))?.[1];
  if (named !== undefined) return named.toLowerCase().replaceAll('_', ' ');
  const told = /:(?:ssl|tls)[^:]* alert ([a-z ]{3,40}):/i.exec(error.message ?? '')?.[1];
  return told?.toLowerCase();
}

function codeOf(error: SocketError): string {
  return error.code ?? 'unknown';
}
