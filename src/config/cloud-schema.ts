/** The keys about the cloud: how it is asked, and as whom. */
import { z } from 'zod';
import { own } from './key.ts';
import { path } from './values.ts';

const host = () =>
  z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
      'must be a host name, without scheme and port',
    );

const operationPath = (operation: string) =>
  own(
    z
      .string()
      .regex(
        /^(?:(?:GET|POST|PUT) )?\/[\x21-\x7e]{0,500}$/,
        'must be a path, such as /a/b, or a method and a path, such as PUT /a/b',
      )
      .optional(),
    `The path of ${operation}, which AWS does not publish; with a method before it where that is not POST. ` +
      'Names of request members in braces are filled in, such as `{clientDeviceThingName}`.',
    { effect: 'restart' },
  );

const paths = z.strictObject({
  verifyClientDeviceIdentity: operationPath('VerifyClientDeviceIdentity'),
  verifyClientDeviceIoTCertificateAssociation: operationPath('VerifyClientDeviceIoTCertificateAssociation'),
  putCertificateAuthorities: operationPath('PutCertificateAuthorities'),
});

const dataPlane = z.strictObject({
  enabled: own(
    z.boolean().optional(),
    'Whether this daemon is a Greengrass core to the cloud: uploads its CAs, and reads the addresses that the operator gave there. ' +
      'Without it: when `verifier` is `greengrass`. With `aws-iot`, `true` gives both.',
    { effect: 'restart' },
  ),
  endpoint: own(
    host().optional(),
    'The host of the Greengrass data plane. Without it: `greengrass-ats.iot.<region>.amazonaws.com`. ' +
      "The account's own data endpoint (`<prefix>-ats.iot.<region>.amazonaws.com`) serves the same.",
    { effect: 'restart' },
  ),
  port: own(
    z.int().min(1).max(65_535).default(8443),
    '8443, or 443 where only that gets through; then the ALPN protocol `x-amzn-http-ca` is asked for.',
    { effect: 'restart', outOfRange: 'error' },
  ),
  paths: paths.prefault({}),
  connectivityPollSeconds: own(
    z.int().min(0).max(86_400).default(60),
    "How often the core's connectivity information is read, give or take a fifth: addresses of this host that the operator gave in the cloud, " +
      'which join those in the server certificates and in discovery. 0: never.',
    { unit: 'seconds' },
  ),
});

const awsIot = z.strictObject({
  endpoint: own(
    z.url({ protocol: /^https$/, error: 'must be an https:// address' }).optional(),
    "The address of AWS IoT's control plane, such as a VPC endpoint. Without it: `https://iot.<region>.amazonaws.com`.",
    { effect: 'restart' },
  ),
  credentials: own(
    z.enum(['default', 'role-alias']).default('default'),
    "`default`: as AWS's SDK finds them: environment, shared files, container or instance role. " +
      "`role-alias`: short-lived ones, for the core device's own certificate, from AWS IoT's credential provider.",
    { effect: 'restart' },
  ),
  roleAlias: own(
    z
      .string()
      .regex(/^[A-Za-z0-9_=,@-]{1,128}$/, 'must be the name of a role alias')
      .optional(),
    'The role alias, with `credentials: role-alias`.',
    { effect: 'restart' },
  ),
  credentialEndpoint: own(
    host().optional(),
    'The host of the credential provider: `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` tells it.',
    { effect: 'restart' },
  ),
});

const proxy = z.strictObject({
  url: own(
    z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
    'The proxy by which the cloud is reached (CONNECT), with user and password where it wants them. ' +
      'Without it: `HTTPS_PROXY` or `ALL_PROXY` of the environment. It sees the host names only.',
    { effect: 'restart' },
  ),
  noProxy: own(
    z.array(z.string().regex(/^[A-Za-z0-9.*:-]{1,253}$/, 'must be a host name, or *.domain')).optional(),
    'Hosts that are reached without it. Without the key: `NO_PROXY` of the environment.',
    { effect: 'restart' },
  ),
});

export const cloud = z.strictObject({
  verificationDeadlineSeconds: own(
    z.int().min(1).max(300).default(30),
    'How long one verification may take, its wait for a worker and every retry included, whether or not the broker still waits for it. ' +
      'Too short: no verdict on slow links. Too long: a cloud that hangs holds a worker as long.',
    { unit: 'seconds' },
  ),
  requestTimeoutSeconds: own(
    z.int().min(1).max(60).default(10),
    'How long one try of one request may take; another may follow within the deadline. A device that trust can let in is decided from trust after 3 seconds. ' +
      'Too short: no verdict on slow links. Too long: a connection that hangs leaves no time for a second one.',
    { unit: 'seconds' },
  ),
  requestsPerSecond: own(
    z.int().min(0).max(10_000).default(5),
    "How many requests go out in a second, retries included; as many may go out at once. AWS throttles the whole account, this host's devices and all others. 0: no limit.",
    { unit: 'requests' },
  ),
  negativeCacheSeconds: own(
    z.int().min(0).max(3600).default(30),
    'How long a refusal by the cloud is remembered for the very certificate, or certificate and thing, that it was about: a refused device in a loop costs nothing. ' +
      'A device whose certificate was just attached or activated waits as long; `deviceauthctl cloud refresh` forgets them. 0: not at all.',
    { unit: 'seconds' },
  ),
  refreshIntervalHours: own(
    z.int().min(0).max(720).default(24),
    'How often every known device is verified again, connected or not, so that it can come back while the cloud is out of reach, and none that was revoked can. ' +
      'It counts only as long as the trust duration is longer. 0: never.',
    { unit: 'hours' },
  ),
  forgetUnassociated: own(
    z.boolean().default(false),
    'Forget, at each refresh, devices that are not associated with this core in Greengrass. The reference does. ' +
      'With `true` devices that connect without being associated lose offline access every day; needs the permission `greengrass:ListClientDevicesAssociatedWithCoreDevice`, and `cloud.region`.',
    { effect: 'restart' },
  ),
  region: own(
    z
      .string()
      .regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/, 'must be a region, such as eu-west-1')
      .optional(),
    'The AWS region of the devices, such as `eu-west-1`. Required with the verifier `aws-iot`; with another one it names the data plane.',
    { effect: 'restart' },
  ),
  coreThingName: own(
    z
      .string()
      .regex(/^[A-Za-z0-9:_-]{1,128}$/, 'must be a thing name: 1 to 128 characters of A-Z a-z 0-9 : _ -')
      .optional(),
    "The thing name of this core device. Without it: `discovery.coreName`, or the machine's host name.",
    { effect: 'restart' },
  ),
  certificateFile: own(path().optional(), "The core device's certificate, PEM.", { effect: 'restart' }),
  keyFile: own(path().optional(), 'Its private key, PEM. Mode 0600, of the daemon’s user.', {
    effect: 'restart',
  }),
  rootCaFile: own(
    path().optional(),
    "The roots that the cloud's servers are held against, PEM. Without it: Amazon's, which come with the daemon. Nothing of the system's is trusted.",
    { effect: 'restart' },
  ),
  proxy: proxy.prefault({}),
  awsIot: awsIot.prefault({}),
  dataPlane: dataPlane.prefault({}),
});
