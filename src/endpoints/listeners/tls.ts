/**
 * Mutual TLS in front of a listener: TLS 1.2 or later, a client certificate of the configured CA, and of the
 * configured fingerprints where there are any. A connection is handed on only after all of that held. There is no
 * session resumption, so every connection is checked against what is configured now.
 */
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { CallRefusal, Logger } from '../ports.ts';
import type { TlsConfig } from './listener-config.ts';
import { ListenerError } from './listener-error.ts';

const HANDSHAKE_MS = 5000;

export interface TlsParts {
  readonly listener: string;
  readonly config: TlsConfig;
  /** What is spoken; none: whatever the caller offers is not looked at. */
  readonly alpn?: readonly string[];
  readonly logger: Logger;
  readonly refused: (refusal: CallRefusal) => void;
  /** Called with a connection whose caller is known. */
  readonly accepted: (secure: TLSSocket, raw: Socket) => void;
}

export class TlsTerminator {
  readonly #parts: TlsParts;
  readonly #fingerprints: ReadonlySet<string> | undefined;
  readonly #server: Server;
  /** Handshakes in progress, by the peer's address: the server tells which secure socket, not which raw one. */
  readonly #handshakes = new Map<string, Socket>();

  /** Throws a `ListenerError` that names the file at fault. */
  constructor(parts: TlsParts) {
    this.#parts = parts;
    this.#fingerprints = normalized(parts.config.clientFingerprints);
    this.#server = createServer({
      ...this.#material(),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: HANDSHAKE_MS,
      ...(parts.alpn === undefined ? {} : { ALPNProtocols: [...parts.alpn] }),
    });
    this.#server.on('secureConnection', (secure) => this.#check(secure));
    this.#server.on('tlsClientError', (error, socket) => {
      this.#parts.logger.debug(
        { listener: parts.listener, problem: error.message },
        'refused a TLS connection',
      );
      socket.destroy();
    });
  }

  /** Takes a connection as it was accepted. */
  accept(raw: Socket): void {
    const peer = peerOf(raw);
    this.#handshakes.set(peer, raw);
    raw.once('close', () => {
      if (this.#handshakes.get(peer) === raw) this.#handshakes.delete(peer);
    });
    this.#server.emit('connection', raw);
  }

  /** Reads the files again; new connections see the new ones. Throws and keeps the old ones if they are unusable. */
  reload(): void {
    this.#server.setSecureContext(this.#material());
  }

  #check(secure: TLSSocket): void {
    secure.on('error', () => {});
    const certificate = secure.getPeerX509Certificate();
    const raw = this.#handshakes.get(peerOf(secure));
    this.#handshakes.delete(peerOf(secure));
    const fingerprint = certificate?.fingerprint256.replaceAll(':', '').toLowerCase();
    if (!secure.authorized || fingerprint === undefined || raw === undefined) {
      secure.destroy();
    } else if (this.#fingerprints !== undefined && !this.#fingerprints.has(fingerprint)) {
      const { listener, refused } = this.#parts;
      refused({
        listener,
        operation: 'connect',
        reason: 'UNAUTHORIZED',
        message: `the caller's certificate ${fingerprint} is not among tls.clientFingerprints`,
        certificateId: fingerprint,
      });
      secure.destroy();
    } else {
      this.#parts.accepted(secure, raw);
    }
  }

  #material(): SecureContextOptions {
    const { certificateFile, keyFile, clientCaFile } = this.#parts.config;
    return {
      cert: this.#read(certificateFile, 'tls.certificateFile'),
      key: this.#read(keyFile, 'tls.keyFile'),
      ca: this.#read(clientCaFile, 'tls.clientCaFile'),
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
  }

  #read(file: string, key: string): Buffer {
    try {
      return readFileSync(file);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ListenerError(this.#parts.listener, `${key}: ${why}`, error);
    }
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function normalized(fingerprints: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return fingerprints && new Set(fingerprints.map((one) => one.replaceAll(':', '').toLowerCase()));
}
