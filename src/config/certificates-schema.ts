/** The keys about certificates: brokers' and devices', the CAs that make them, where they are delivered. */
import { z } from 'zod';
import { own, reference } from './key.ts';
import { DAY, entryName, fileMode, path } from './values.ts';

const certificateValidity = (whose: string) =>
  reference(
    z
      .int()
      .min(60)
      .max(30 * DAY)
      .default(7 * DAY),
    `How long a ${whose} certificate made by the daemon is valid, at most \`certificates.maxValiditySeconds\`. ` +
      'Outside the range the nearer end is used, with a warning. ' +
      'Too short: brokers change certificates all day, and clients that were offline meet a stranger. ' +
      'Too long: a stolen key stays useful.',
    {
      reading: 'reference-integer',
      outOfRange: 'clamp',
      overflow: 'high',
      unit: 'seconds',
      effect: 'next issue',
    },
  );

const fileName = (fallback: string, what: string) =>
  own(
    z
      .string()
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/,
        'must be a plain file name: letters, digits, _ . - and no directory',
      )
      .default(fallback),
    `Name of the file with ${what}.`,
  );

const sinkFiles = z.strictObject({
  certificate: fileName('server.pem', 'the server certificate and its intermediates'),
  privateKey: fileName('server.key', 'its private key, PKCS#8'),
  caCertificates: fileName('ca.pem', 'what devices may have to trust'),
  deviceCas: fileName('device-cas.pem', "the registry's device CAs, for the broker's `cafile`"),
  deviceCaCrls: fileName(
    'device-cas.crl',
    'their CRLs, for `crlfile`; there only while every device CA has a current one',
  ),
  pkcs12: fileName('server.p12', 'certificate, chain and key as PKCS#12; only with `pkcs12PasswordFile`'),
});

const reload = z.strictObject({
  pidFile: own(
    path().optional(),
    'The file with the process id that gets `signal`. The daemon must be allowed to signal it (same user).',
  ),
  signal: own(z.enum(['SIGHUP', 'SIGUSR1', 'SIGUSR2']).default('SIGHUP'), 'Which signal.'),
  command: own(
    z.array(z.string().min(1, 'must not be empty')).min(1, 'must name a program').optional(),
    'The program and its arguments instead of a signal; run without a shell, as the user of the daemon.',
  ),
  timeoutSeconds: own(
    z.int().min(1).max(300).default(30),
    'How long the command may take; then it is killed, which is a finding in `status`.',
    { unit: 'seconds' },
  ),
});

const sink = z.strictObject({
  directory: own(
    path(),
    'Where the files are. The daemon keeps them in a directory of its own below it, and points links at them, so that ' +
      'whoever opens them sees one set, never a new certificate beside an old key. Only the daemon may write there.',
  ),
  files: sinkFiles.prefault({}),
  mode: own(
    fileMode().default('0640'),
    'File mode of all of them, octal, in quotes; the private key is one of them. One that lets others read is an error.',
  ),
  group: own(
    z.string().min(1).optional(),
    "Their group, by name or number in quotes: the broker's. The daemon's user must be in it. Without it: the group of the daemon.",
  ),
  keyType: own(
    z.enum(['EC_P256', 'RSA_2048']).optional(),
    'Of the private key; without it `certificates.serverKeyType`.',
  ),
  pkcs12PasswordFile: own(
    path().optional(),
    'A file whose first line encrypts the PKCS#12. Without it there is no PKCS#12.',
  ),
  reload: own(
    reload.optional(),
    'What is done after the files have changed. Without it: nothing, for a broker that watches them.',
  ),
});

export const certificates = z.strictObject({
  serverCertificateValiditySeconds: certificateValidity("broker's server"),
  clientCertificateValiditySeconds: certificateValidity("component's client"),
  disableCertificateRotation: reference(
    z.boolean().default(false),
    'Issue each certificate once and never renew it. Anything but `true` (or what the reference takes for it: `"true"`, `"yes"`, ' +
      '`"on"`, `"t"`, `"y"`, `"Y"`, a number that is not 0) is `false`. With `true` a broker stops being reachable when its certificate ends.',
    { reading: 'reference-flag', effect: 'next issue' },
  ),
  maxValiditySeconds: own(
    z
      .int()
      .min(10 * DAY)
      .max(30 * DAY)
      .default(10 * DAY),
    'The upper end of the two validities above. 10 days is the limit of AWS IoT Greengrass V2; V1 had 30, for devices that are offline for weeks.',
    { unit: 'seconds', effect: 'next issue' },
  ),
  serverKeyType: own(
    z.enum(['EC_P256', 'RSA_2048']).default('EC_P256'),
    "The key of brokers' server certificates, unless the broker asks for another. `RSA_2048` is for devices that know no elliptic curves; it costs the broker about ten times as much at each handshake.",
    { effect: 'next issue' },
  ),
  deviceCertificateValidityDays: own(
    z.int().min(1).max(36_500).default(3650),
    'How long a device certificate made by `deviceauthctl certificate issue` is valid, unless the command says otherwise. ' +
      'Too short: devices must be enrolled again in the field. Too long: a lost device is held off by revocation only.',
    { unit: 'days', effect: 'next issue' },
  ),
  crlValiditySeconds: own(
    z
      .int()
      .min(3600)
      .max(365 * DAY)
      .default(7 * DAY),
    'How long a CRL made by the daemon is current. It is renewed at half of that and at every revocation. ' +
      'Too short: while the daemon is down for longer than half of it, a broker that checks CRLs refuses every device of these CAs.',
    { unit: 'seconds', effect: 'next issue' },
  ),
  deviceCaCrls: own(
    z.record(z.string(), path()).default({}),
    "CRLs of device CAs whose key is elsewhere: the CA's name in the registry and the file, PEM or DER. Read again when it changes. " +
      'A certificate in it is refused, and its sessions end. A file that cannot be used is a finding, and the last good one stays in force.',
  ),
  expiredCrl: own(
    z.enum(['refuse', 'accept']).default('refuse'),
    'What becomes of the devices of a CA of `certificates.deviceCaCrls` whose CRL has expired or was never readable: ' +
      '`refuse` new connections (nobody knows who was revoked since), or `accept` by what was last known. An alarm comes a day before. Live sessions stay.',
  ),
  sinks: own(
    z.record(entryName(), sink).default({}),
    'Files that always hold a current server certificate, for brokers that do not ask for it over gRPC.',
  ),
});

export const CA_TYPES = ['RSA_2048', 'ECDSA_P256'] as const;

const uri = () =>
  z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/,
      'must be a URI with a scheme, such as file:///etc/ca.pem',
    );

export const certificateAuthority = z
  .strictObject({
    caType: reference(
      z
        .array(z.enum(CA_TYPES))
        .default(['RSA_2048'])
        .transform((types) => types[0] ?? 'RSA_2048'),
      "The key of the CA that signs brokers' certificates. Only the first entry is used; more give a warning, a name that is not known is an error. " +
        'A change makes a new CA, which takes over after `certificateAuthority.overlapDays`.',
      { reading: 'reference-list' },
    ),
    privateKeyUri: reference(
      uri().optional(),
      "Your own CA's private key, a `file:` of PEM. Without a scheme: an error. Used only together with `certificateUri`. " +
        '`pkcs11:` is not supported: with it nothing is issued, and `status` says so.',
      { reading: 'reference-uri' },
    ),
    certificateUri: reference(
      uri().optional(),
      "Your own CA's certificate, a `file:` of PEM. Without a scheme: an error. Used only together with `privateKeyUri`.",
      { reading: 'reference-uri' },
    ),
    certificateChainUri: reference(
      uri().optional(),
      'The certificates between your CA and its root, the root included, as a `file:` of PEM in any order. Without a scheme: an error.',
      { reading: 'reference-uri' },
    ),
    overlapDays: own(
      z.int().min(0).max(365).default(30),
      'How long a new CA is announced to devices (in `caCertificates` and in discovery) before it signs. ' +
        'Too short: devices that did not ask meanwhile cannot connect after the switch. 0 switches at once.',
      { unit: 'days' },
    ),
  })
  .transform((ca) => ({
    ...ca,
    customCA: ca.privateKeyUri !== undefined && ca.certificateUri !== undefined,
  }));
