/** What the keys of every port that brokers call have in common. */
import { z } from 'zod';
import { own } from './key.ts';
import { path } from './values.ts';

export const limits = z.strictObject({
  maxMessageBytes: own(
    z
      .int()
      .min(65_536)
      .max(16 * 1024 * 1024)
      .default(1024 * 1024),
    'The largest message a caller may send. Below 131072 the largest certificate the contract allows may not fit. ' +
      'Too large: one caller can make the daemon hold that much for each call.',
    { unit: 'bytes', effect: 'restart' },
  ),
  maxConcurrentCalls: own(
    z.int().min(1).max(100_000).default(1000),
    'Calls of this listener that may be open at once, streams included; over it `LIMIT_EXCEEDED`. ' +
      'Too small: refusals in a reconnect storm.',
    { unit: 'calls', effect: 'restart' },
  ),
  maxCallsPerSecond: own(
    z.int().min(1).max(10_000_000).default(100_000),
    'Calls of this listener that may begin in a second; over it `LIMIT_EXCEEDED` with a retry delay. ' +
      'A caller in a loop costs the other listeners this much of the daemon.',
    { unit: 'calls per second', effect: 'restart' },
  ),
});

const FINGERPRINT = /^[0-9a-f]{2}(?::?[0-9a-f]{2}){31}$/i;

const fingerprints = (atLeastOne: string) =>
  z
    .array(z.string().regex(FINGERPRINT, 'must be a SHA-256 fingerprint: 64 hex digits'))
    .min(1, atLeastOne)
    .transform((all) => all.map((one) => one.replaceAll(':', '').toLowerCase()));

export const tls = z.strictObject({
  certificateFile: own(path(), "The daemon's certificate on this listener, PEM, with its chain.", {
    effect: 'restart',
  }),
  keyFile: own(path(), 'Its private key, PEM. Mode 0600.', { effect: 'restart' }),
  clientCaFile: own(path(), "The CA of the callers' certificates, PEM. Give it no other use.", {
    effect: 'restart',
  }),
  clientFingerprints: own(
    fingerprints(
      'must name at least one; leave the key out to accept every certificate of clientCaFile',
    ).optional(),
    'SHA-256 fingerprints of the callers’ certificates. Without it every certificate of `clientCaFile` may call.',
    { effect: 'restart' },
  ),
});

/** Only one certificate may call where the caller's word decides about devices: EMQX's own. */
export const pinnedTls = z.strictObject({
  ...tls.shape,
  clientFingerprints: own(
    fingerprints('must name at least one'),
    "SHA-256 fingerprints of the caller's certificate; several while it is being replaced. No other certificate of `clientCaFile` may call.",
    { effect: 'restart' },
  ),
});

export function tcpPort<T extends z.ZodType>(tlsKeys: T) {
  return {
    host: own(
      z.string().regex(/^[A-Za-z0-9.:_%-]+$/, 'must be an address or a host name'),
      'The address to listen on.',
      { effect: 'restart' },
    ),
    port: own(z.int().min(0).max(65_535), 'The port; 0 for any free one.', {
      effect: 'restart',
      outOfRange: 'error',
    }),
    tls: tlsKeys,
    insecureLoopback: own(
      z.boolean().default(false),
      'Serve without TLS, on a loopback address only. Any local user can then be the broker; it shows in `status` as a finding.',
      { effect: 'restart' },
    ),
  };
}

/** A port of the daemon that one broker calls, by mutual TLS with its certificate pinned. */
export function callerPort() {
  return tcpPort(pinnedTls.optional());
}
