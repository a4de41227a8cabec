/**
 * The TLS side of a broker for client devices. The handshake proves possession of the certificate's key always.
 * Whether the chain must lead to a known device CA is the operator's explicit choice (`UnknownIssuer`); a missing
 * certificate, an expired one, one made for another purpose are refused either way. Sessions are not resumed: a
 * resumed one would skip these checks.
 */
import type { X509Certificate } from 'node:crypto';
import { constants } from 'node:crypto';
import type { SecureContextOptions, Server, TLSSocket, TlsOptions } from 'node:tls';
import { createServer } from 'node:tls';
import type { Clock } from '../../src/clock.ts';

/**
 * `refuse`: the certificate must chain to one of the device CAs. `verify`: an unknown issuer is let through the
 * handshake, and the daemon's verdict on exactly that certificate is the only gate; for certificates whose CA the
 * operator does not hold, such as those AWS IoT issues.
 */
export type UnknownIssuer = 'refuse' | 'verify';

/** What the handshake takes; it may change while the server runs. */
export interface TlsMaterial {
  /** The broker's own certificate (with its chain) and key, PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** The CAs of devices, PEM. May be empty only with `verify`. */
  readonly deviceCas: readonly string[];
  /** Of every one of them, or none. Not looked at with `verify`, where an issuer without a list is no reason to refuse. */
  readonly deviceCaCrls?: readonly string[];
}

export interface DeviceServerOptions {
  readonly unknownIssuer: UnknownIssuer;
  readonly onConnection: (socket: TLSSocket) => void;
  /** A handshake or a certificate that was refused: for a log. */
  readonly onRefused?: (reason: string, remoteAddress: string | undefined) => void;
  /** Decides validity where OpenSSL's own verdict is only "unknown issuer". Default: the system's. */
  readonly clock?: Pick<Clock, 'now'>;
  readonly handshakeTimeoutMs?: number;
}

export interface DeviceTlsOptions extends DeviceServerOptions, TlsMaterial {}

const UNKNOWN_ISSUER_ERRORS: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const ANY_PURPOSE = '2.5.29.37.0';

export type Admission = { readonly certificate: X509Certificate } | { readonly refused: string };

/** Does the handshake of this socket let the device through to the daemon? */
export function admit(
  socket: TLSSocket,
  unknownIssuer: UnknownIssuer,
  clock: Pick<Clock, 'now'> = { now: () => Date.now() },
): Admission {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { refused: 'no certificate' };
  if (socket.authorized) return { certificate };
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? error.message : String(error);
  if (unknownIssuer === 'refuse' || !UNKNOWN_ISSUER_ERRORS.has(code)) return { refused: code };
  // OpenSSL reports one error; an unknown issuer must not hide another.
  const now = clock.now();
  if (now < certificate.validFromDate.getTime()) return { refused: 'CERT_NOT_YET_VALID' };
  if (now >= certificate.validToDate.getTime()) return { refused: 'CERT_HAS_EXPIRED' };
  const purposes: readonly string[] | undefined = certificate.keyUsage;
  if (
    purposes !== undefined &&
    !purposes.includes(CLIENT_AUTHENTICATION) &&
    !purposes.includes(ANY_PURPOSE)
  ) {
    return { refused: 'INVALID_PURPOSE' };
  }
  return { certificate };
}

/** A server that gives only admitted connections to `onConnection`. The caller listens and closes. */
export function createTlsServer(options: DeviceTlsOptions): Server {
  const { deviceCas, unknownIssuer } = options;
  if (deviceCas.length === 0 && unknownIssuer === 'refuse') {
    throw new TypeError(
      "deviceCas is empty: no device could connect; name a CA or choose unknownIssuer: 'verify'",
    );
  }
  return createServerFor(options, options);
}

/** For `setSecureContext`, too, which forgets whatever it is not told. */
export function secureContextOptions(
  material: TlsMaterial,
  unknownIssuer: UnknownIssuer,
): SecureContextOptions {
  const { certificate, privateKey, deviceCas, deviceCaCrls = [] } = material;
  const checksCrls = deviceCaCrls.length > 0 && unknownIssuer === 'refuse';
  return {
    cert: certificate,
    key: privateKey,
    // An empty list, not an absent one: absent would trust the CAs of the web.
    ca: [...deviceCas],
    ...(checksCrls ? { crl: [...deviceCaCrls] } : {}),
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** As `createTlsServer`, with no device CA yet if need be. */
export function createServerFor(material: TlsMaterial, options: DeviceServerOptions): Server {
  const { unknownIssuer, onConnection, onRefused = () => {} } = options;
  const tls: TlsOptions = {
    ...secureContextOptions(material, unknownIssuer),
    requestCert: true,
    rejectUnauthorized: unknownIssuer === 'refuse',
    handshakeTimeout: options.handshakeTimeoutMs ?? 10_000,
    noDelay: true,
  };
  const server = createServer(tls, (socket) => {
    // Without a listener an error of the peer would end the process.
    socket.on('error', () => {});
    const admission = admit(socket, unknownIssuer, options.clock);
    if ('refused' in admission) {
      onRefused(admission.refused, socket.remoteAddress);
      socket.destroy();
    } else onConnection(socket);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    onRefused(error.code ?? error.message, socket.remoteAddress);
  });
  return server;
}
