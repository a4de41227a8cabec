/**
 * Every configuration key, once: its name, type, default, range, what it does, what a wrong choice
 * costs, and when a change takes effect. The JSON Schema, docs/configuration.md, the reader and the
 * types of the effective configuration are made from this file. Sections are always present in the
 * effective configuration; so is every key with a default.
 */
import { z } from 'zod';
import { LOG_LEVELS } from '../telemetry/logger.ts';
import { CA_TYPES, certificateAuthority, certificates } from './certificates-schema.ts';
import { cloud } from './cloud-schema.ts';
import { emqx } from './emqx-schema.ts';
import { greengrassIpc } from './greengrass-ipc-schema.ts';
import { own, reference } from './key.ts';
import { limits, tcpPort, tls } from './listener-schema.ts';
import { connectivity, discovery } from './network-schema.ts';
import { BROKER_ALIAS, DEVICE_AUTH_OPERATIONS } from './operations.ts';
import { DAY, entryName, fileMode, INT32, path } from './values.ts';

const performance = z.strictObject({
  maxActiveAuthTokens: reference(
    z
      .int()
      .min(1)
      .max(INT32 - 1)
      .default(2500),
    'How many sessions may be open at once. Below 1, not a number, or 2³¹ and above: 1; 2³¹ − 1: 2³¹ − 2; each with a warning. ' +
      'At the limit the least recently used session goes; when all are held and in use, newcomers are refused with `TOKEN_CACHE_FULL`. ' +
      'Set it to the number of devices that are ever connected at once, and some more; a session costs under 2 KiB. ' +
      'Lowering it closes sessions at once.',
    { reading: 'reference-integer', outOfRange: 'clamp', unit: 'sessions' },
  ),
  cloudRequestQueueSize: reference(
    z.int().min(1).max(INT32).default(100),
    'How many verifications may wait for a worker. Below 1: the running value stays (the default at a first load), with a warning. ' +
      'At the limit a caller is told `CLOUD_QUEUE_FULL` with a retry delay. Too small: devices are turned away in a reconnect storm. ' +
      'Too large: they wait for answers that come after they gave up.',
    { reading: 'reference-integer', outOfRange: 'previous', unit: 'requests' },
  ),
  maxConcurrentCloudRequests: reference(
    z.int().min(1).max(INT32).default(1),
    'How many verifications are with the cloud at once. Below 1: the running value stays (the default at a first load), with a warning. ' +
      'Unlike the reference, all of them work from the first request on. Too small: a reconnect storm takes minutes. ' +
      'Too large: the cloud throttles the account.',
    { reading: 'reference-integer', outOfRange: 'previous', unit: 'requests' },
  ),
});

const security = z.strictObject({
  clientDeviceTrustDurationMinutes: reference(
    z.int().min(1).max(INT32).default(1),
    'How long the last confirmation of a certificate and of its attachment stands in for a cloud that cannot be reached. ' +
      'Below 1, not a number, or 2³¹ and above: 1, with a warning. Too short: devices cannot reconnect during an outage. ' +
      'Too long: a device revoked in the cloud during an outage stays welcome. Of no effect with the embedded registry, which is always at hand. ' +
      'Applies to confirmations already stored.',
    { reading: 'reference-integer', outOfRange: 'lowest', unit: 'minutes' },
  ),
  clientIdRule: own(
    z.enum(['exact', 'any']).default('exact'),
    '`exact`: the MQTT client id is the thing name. `any`: any client id, but only for a certificate that is attached to one thing exclusively, ' +
      'and never the name of another registered thing. With `any` a policy on `mqtt:clientId:` no longer says which thing it is. ' +
      'A change counts from the next connection of a device; live sessions stay.',
  ),
  clockSkewSeconds: own(
    z.int().min(0).max(DAY).default(0),
    "How much a device certificate's validity is widened at both ends, for hosts whose clocks drift. " +
      'Every second lets an expired certificate in for as long.',
    { unit: 'seconds' },
  ),
  outageGraceSeconds: own(
    z
      .int()
      .min(1)
      .max(30 * DAY)
      .default(300),
    'The lease: how long a broker may go on deciding by itself while it hears nothing from the daemon. ' +
      'Then everything is denied until the daemon is back. Below 15 a short pause of the daemon already denies; ' +
      'too long, and a revocation during an outage of the daemon comes late.',
    { unit: 'seconds' },
  ),
  revalidateAfterSeconds: own(
    z
      .int()
      .min(0)
      .max(365 * DAY)
      .default(60),
    'A confirmation younger than this is not asked for again when the device reconnects, so a reconnect storm costs no cloud calls. ' +
      'Never longer than `security.clientDeviceTrustDurationMinutes`; 0 asks every time. Of no effect with the embedded registry.',
    { unit: 'seconds' },
  ),
  liveRevalidationSeconds: own(
    z
      .int()
      .min(1)
      .max(7 * DAY)
      .default(3600),
    'How often the certificates of live sessions are checked again with the verifier. Only a refusal ends a session; an outage does not. ' +
      'Too long: a device revoked in the cloud stays connected as long. Too short: every session costs a call each time.',
    { unit: 'seconds' },
  ),
});

const metrics = z.strictObject({
  disableMetrics: reference(
    z.boolean().default(false),
    'Close the metrics endpoint and log no aggregate. Read like `certificates.disableCertificateRotation`. ' +
      'With `true` nobody sees refusals rise.',
    { reading: 'reference-flag' },
  ),
  aggregatePeriodSeconds: reference(
    z.int().min(1).max(INT32).default(3600),
    "How often the reference's counters of the period are logged. 0 and below: 3600. Too short fills the log.",
    { reading: 'reference-integer', outOfRange: 'default', unit: 'seconds' },
  ),
  listen: own(
    z.string().default('127.0.0.1:9464'),
    'Where `GET /metrics` (Prometheus) and `GET /-/ready` answer, over plain HTTP: `host:port` of a loopback address, port 0 for any free one; ' +
      'another address is an error. Empty: nowhere. A taken port is a finding in `status`, not a failure to start.',
  ),
});

const sessions = z.strictObject({
  minimumHeldSeconds: own(
    z.int().min(0).max(DAY).default(60),
    'When every session is held by a broker, a newcomer displaces the least recently used one only if that has been idle this long. ' +
      'Too short: devices take turns in evicting each other. Too long: newcomers wait for clients that went away.',
    { unit: 'seconds' },
  ),
  maxPerClientId: own(
    z.int().min(1).max(1000).default(4),
    'How many sessions one client id may have at one broker; the oldest is closed first. ' +
      'With 1, a client that reconnects loses its new connection when the broker closes the old one late.',
    { unit: 'sessions' },
  ),
});

const log = z.strictObject({
  level: own(
    z.enum(LOG_LEVELS).default('info'),
    'The least severe lines that are logged. `debug` and `trace` write several lines for each connection.',
  ),
  auditFile: own(
    z
      .string()
      .regex(/^[^\0]*$/, 'must not contain NUL')
      .default(''),
    'The file for audit events (one JSON object a line; made with mode 0600, appended, opened again after rotation). ' +
      'Empty: audit events go to the log, marked `audit: true`.',
  ),
});

const admin = z.strictObject({
  socket: own(
    path().default('/run/deviceauthd/admin.sock'),
    'The Unix socket of the operator (`deviceauthctl`). At most 107 bytes; a relative path begins where the daemon was started. Whoever can open it may do everything.',
    { effect: 'restart' },
  ),
  mode: own(
    fileMode().default('0600'),
    'Its file mode, octal, in quotes. One that lets everybody write is an error.',
    { effect: 'restart' },
  ),
  group: own(
    z.string().min(1).optional(),
    'Its group, by name or number in quotes. Without it: the group of the daemon.',
    {
      effect: 'restart',
    },
  ),
});

const operations = own(
  z
    .array(z.enum([BROKER_ALIAS, ...DEVICE_AUTH_OPERATIONS]))
    .default([])
    .transform((names) =>
      names.includes(BROKER_ALIAS)
        ? [...DEVICE_AUTH_OPERATIONS]
        : DEVICE_AUTH_OPERATIONS.filter((name) => names.includes(name)),
    ),
  'What callers of this listener may ask: names of DeviceAuth operations, or `broker` for all of them. ' +
    'On the stream of SubscribeToSessionUpdates a caller may close sessions too. ' +
    'The default is nothing: every call is `UNAUTHORIZED`.',
  { effect: 'restart' },
);

const unixListener = z.strictObject({
  socket: own(
    path(),
    'The Unix socket of this caller. At most 107 bytes, and no other listener’s; a relative path begins where the daemon was started. Who can open it is who may call.',
    { effect: 'restart' },
  ),
  mode: own(
    fileMode().default('0660'),
    'Its file mode, octal, in quotes. One that lets everybody write is an error.',
    { effect: 'restart' },
  ),
  group: own(
    z.string().min(1).optional(),
    "Its group, by name or number in quotes: the broker's. Without it: the group of the daemon, and the broker may not be able to call.",
    { effect: 'restart' },
  ),
  operations,
  limits: limits.prefault({}),
});

const tcpListener = z.strictObject({
  ...tcpPort(tls.optional()),
  operations,
  limits: limits.prefault({}),
});

/** The documented shape of device groups. Policy checks them; here it serves the docs and finds misspelt names. */
export const deviceGroupsShape = z.looseObject({
  formatVersion: z
    .enum(['2021-03-05'])
    .default('2021-03-05')
    .describe('The language of the groups and policies.'),
  definitions: z
    .record(
      z.string(),
      z.looseObject({
        selectionRule: z
          .string()
          .describe('Which things are in the group, such as `thingName: sensor* OR thingName: gateway1`.'),
        policyName: z.string().describe('A key of `policies`.'),
      }),
    )
    .optional()
    .describe('Groups by name.'),
  policies: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.looseObject({
          statementDescription: z.string().optional().describe('For people.'),
          effect: z.enum(['ALLOW']).default('ALLOW').describe('What the statement does.'),
          operations: z
            .array(z.string())
            .default([])
            .describe('Such as `mqtt:publish`; `mqtt:*` or `*` for all.'),
          resources: z
            .array(z.string())
            .default([])
            .describe('Such as `mqtt:topic:${iot:Connection.Thing.ThingName}/data/*`.'),
        }),
      ),
    )
    .optional()
    .describe('Policies by name, each of statements by name.'),
});

export const configurationSchema = z.strictObject({
  deviceGroups: reference(
    z.record(z.string(), z.unknown()).default({}),
    'Which devices may do what: groups of things, and the policy of each. Empty: every device is denied everything. ' +
      'A mistake in it is an error, and the groups in force stay. Names of properties are read without regard to case; an unknown one is ignored, with a warning. ' +
      'A change reaches live sessions at once.',
    { reading: 'opaque' },
  ),
  certificates: certificates.prefault({}),
  performance: performance.prefault({}),
  security: security.prefault({}),
  certificateAuthority: certificateAuthority.prefault({}),
  ca_type: reference(
    z
      .array(z.enum(CA_TYPES))
      .transform((types) => types[0] ?? 'RSA_2048')
      .optional(),
    'The old name of `certificateAuthority.caType`. Deprecated: used only where that is absent, with a warning.',
    { reading: 'reference-list' },
  ),
  connectivity: connectivity.prefault({}),
  discovery: discovery.prefault({}),
  metrics: metrics.prefault({}),
  verifier: own(
    z.enum(['registry', 'aws-iot', 'greengrass']).default('registry'),
    'Who confirms certificates and attachments: `registry`, the embedded one; `aws-iot`, AWS IoT Core by its public API; ' +
      '`greengrass`, the Greengrass data plane, as the reference does, whose paths AWS does not publish. See docs/aws.md.',
    { effect: 'restart' },
  ),
  stateDirectory: own(
    path().default('/var/lib/deviceauthd'),
    'Where the registry, trust records and CA keys are kept. Only the daemon may write there. A new place begins empty: every device is unknown.',
    { effect: 'restart' },
  ),
  admin: admin.prefault({}),
  listeners: z
    .record(entryName(), z.union([unixListener, tcpListener]))
    .default({})
    .describe(
      'Where brokers call, by name (`admin`, `discovery` and `sink` are taken). Either a Unix socket, or a TCP port with mutual TLS. Without one, only the operator can reach the daemon.',
    ),
  emqx: z
    .record(entryName(), emqx)
    .default({})
    .describe(
      'EMQX brokers, by name (those of `listeners`, and `admin`, `discovery` and `sink`, are taken). See docs/emqx.md.',
    ),
  greengrassIpc: greengrassIpc.prefault({}),
  sessions: sessions.prefault({}),
  cloud: cloud.prefault({}),
  log: log.prefault({}),
});

/** The effective configuration: every value within its range, every default filled in. */
export type Configuration = z.infer<typeof configurationSchema>;
export type UnixListener = z.infer<typeof unixListener>;
export type CertificateSink = Configuration['certificates']['sinks'][string];
export type TcpListener = z.infer<typeof tcpListener>;
export type Listener = UnixListener | TcpListener;
export type EmqxBrokerConfig = Configuration['emqx'][string];
export type GreengrassIpcConfig = Configuration['greengrassIpc'];
export type ListenerLimits = z.infer<typeof limits>;

/** `"0660"` as a number. */
export function modeBits(mode: string): number {
  return Number.parseInt(mode, 8);
}
