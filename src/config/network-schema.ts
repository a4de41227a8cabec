/** The keys about where devices find this host: its addresses, and local discovery. */
import { z } from 'zod';
import { own } from './key.ts';
import { DAY } from './values.ts';

const host = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an IP address, without a port or a zone');

export const connectivity = z.strictObject({
  hosts: own(
    z.array(host()).default([]),
    'Names and addresses by which devices reach this host, beside those of its interfaces: in the server certificates and in discovery. ' +
      'A name that is missing here is one devices cannot verify.',
  ),
  port: own(
    z.int().min(1).max(65_535).default(8883),
    "The broker's MQTT port, told to devices in discovery.",
    { outOfRange: 'error' },
  ),
  interfaces: own(
    z.boolean().default(true),
    'Add the addresses of the network interfaces, and follow them. Never loopback and link-local ones. ' +
      'With `false` a change of address needs a change of `connectivity.hosts`.',
  ),
  excludeInterfaces: own(
    z
      .array(
        z
          .string()
          .regex(/^[A-Za-z0-9_.:*?-]{1,64}$/, 'must be the name of an interface; * and ? are wildcards'),
      )
      .default(['docker*', 'br-*', 'veth*', 'virbr*', 'cni*', 'flannel*', 'cali*', 'podman*']),
    'Interfaces whose addresses devices cannot reach; `*` is any characters, `?` one.',
  ),
  addressFamilies: own(
    z
      .array(z.enum(['IPv4', 'IPv6']))
      .min(1, 'must name at least one')
      .default(['IPv4']),
    'Which addresses of the interfaces count. With `IPv6`, temporary addresses change the certificate every day.',
  ),
  removalDelaySeconds: own(
    z.int().min(0).max(DAY).default(600),
    'How long an address must be gone from the interfaces before it leaves the certificates. A new one is added at once. ' +
      'Too short: a link that comes and goes costs two certificates each time.',
    { unit: 'seconds' },
  ),
});

export const discovery = z.strictObject({
  listen: own(
    z
      .array(z.string().regex(/^.+:\d{1,5}$/, 'must be host:port, such as 0.0.0.0:8443 or [::]:443'))
      .default([]),
    'Where `GET /greengrass/discover/thing/<name>` is answered, over mutual TLS: `host:port`, any number of them. ' +
      "AWS's device clients come to port 443, with the ALPN protocol `x-amzn-http-ca`, or to 8443 without; every port here serves both. " +
      'Empty: nowhere. A port that is taken is a finding in `status`, not a failure to start. A port below 1024 needs a capability or a socket of systemd.',
    { effect: 'restart' },
  ),
  coreName: own(
    z
      .string()
      .regex(/^[A-Za-z0-9:_-]{1,128}$/, 'must be a thing name: 1 to 128 characters of A-Z a-z 0-9 : _ -')
      .optional(),
    "The thing name of this core device. Without it: the machine's host name.",
  ),
  thingArn: own(
    z
      .string()
      .regex(/^arn:[\x21-\x7e]{1,500}$/, 'must be an ARN')
      .optional(),
    'The ARN of the core in the answer. Without it: `arn:aws:iot:local:000000000000:thing/<coreName>`.',
  ),
  groupId: own(
    z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 printable characters')
      .optional(),
    'The group in the answer. Without it: `greengrassV2-coreDevice-<coreName>`.',
  ),
  requestsPerSecond: own(
    z.int().min(1).max(10_000).default(50),
    'How many handshakes and requests all of these ports take in a second; the rest is closed, or answered with 429. ' +
      'Anybody on the network can ask for handshakes: each costs this host about a millisecond.',
    { unit: 'requests' },
  ),
  maxConnections: own(
    z.int().min(1).max(100_000).default(500),
    'How many connections may be open at once, at all of these ports.',
    { unit: 'connections', effect: 'restart' },
  ),
});
