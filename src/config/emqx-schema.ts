/** The keys about EMQX: the ports it calls, which of its own it is, and where its REST API is. */
import { z } from 'zod';
import { own } from './key.ts';
import { callerPort, limits } from './listener-schema.ts';
import { DAY, path } from './values.ts';

const exhook = z.strictObject({
  ...callerPort(),
  limits: limits.prefault({}),
});

const http = z.strictObject({
  ...callerPort(),
  sharedSecretFile: own(
    path().optional(),
    'A file whose first line, 32 characters or more, EMQX sends as `Authorization: Bearer <secret>`. Asked for beside `tls`, and ' +
      'required with `insecureLoopback`. Read again on a reload; mode 0600.',
    { effect: 'restart' },
  ),
  acl: own(
    z.enum(['exact', 'prefixes', 'none']).default('exact'),
    'What EMQX is told of a device’s rights when it lets it in, so that it decides by itself. `exact`: rules without wildcards; about everything else it asks here, as far as its ' +
      'cache does not know. `prefixes`: also what ends in `/*`, so that for most policies it never asks; a topic below a granted prefix is then allowed even if it has characters that ' +
      'device groups call malformed (emoji, most symbols beyond ASCII, control characters). `none`: it asks about everything.',
    { effect: 'restart' },
  ),
  limits: limits.prefault({}),
});

const api = z.strictObject({
  url: own(
    z
      .string()
      .regex(
        /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:\/[A-Za-z0-9._~/-]*)?$/,
        'must be http:// or https://, a host, and a port or path where there is one',
      ),
    'Where the REST API of EMQX is, without `/api/v5`, such as `http://127.0.0.1:18083`. `http:` on a loopback address only: the key goes with every request.',
    { effect: 'restart' },
  ),
  keyFile: own(
    path(),
    'A file whose first line is `<API key>:<secret>` of EMQX. Read again on a reload. Mode 0600.',
    { effect: 'restart' },
  ),
  caFile: own(
    path().optional(),
    "The CA of EMQX's certificate, PEM, for `https:`. Without it: Node's own list of CAs.",
    { effect: 'restart' },
  ),
  requestsPerSecond: own(
    z.int().min(1).max(10_000).default(100),
    'How many requests EMQX is sent in a second at most, kicks before everything else. Too small: after a change of a policy that concerns ' +
      'many devices the last of them are told late.',
    { unit: 'requests', effect: 'restart' },
  ),
  retrySeconds: own(
    z.int().min(1).max(DAY).default(3600),
    'How long a kick or a flush that EMQX does not take is tried again. Then it is given up with an alarm; the next action of the client is refused all the same.',
    { unit: 'seconds', effect: 'restart' },
  ),
});

export const emqx = z.strictObject({
  mutualTlsPorts: own(
    z.array(own(z.int().min(1).max(65_535), 'A port.', { outOfRange: 'error' })).default([]),
    "The ports of EMQX's listeners that demand a client certificate (`verify_peer` and `fail_if_no_peer_cert = true`). Clients on any other port are refused by ExHook, " +
      'whatever they claim: only there is a certificate proven. A port that is named here and does not demand one lets anybody in who knows a certificate.',
    { effect: 'restart' },
  ),
  listeners: own(
    z
      .array(
        own(
          z
            .string()
            .regex(
              /^(?:ssl|wss):[A-Za-z][A-Za-z0-9_-]{0,127}$/,
              'must be ssl:<name> or wss:<name>, as EMQX names it',
            ),
          "A listener's id, such as `ssl:default`.",
          { outOfRange: 'error' },
        ),
      )
      .default([]),
    'Listeners that EMQX itself leaves shut when it starts (`enable = false` in emqx.conf), because it would let everybody in until it asks here. ' +
      'The daemon opens them by `api` as soon as EMQX asks, looks after them while it runs, and never shuts one. An EMQX that starts while the daemon is away ' +
      'stays shut until it is back. Too few: devices cannot connect to those that are not named.',
    { effect: 'restart' },
  ),
  exhook: exhook.optional(),
  http: http.optional(),
  api: api.optional(),
});
