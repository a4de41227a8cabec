/** The keys about the socket for broker components that were written for AWS IoT Greengrass. */
import { z } from 'zod';
import { own } from './key.ts';
import { fileMode, path } from './values.ts';

const limits = z.strictObject({
  maxConnections: own(
    z.int().min(1).max(100_000).default(100),
    'Connections that may be open at once. A component needs one.',
    { unit: 'connections', effect: 'restart' },
  ),
  maxConcurrentCalls: own(
    z.int().min(1).max(100_000).default(2_000),
    'Calls of one component that may be open at once, streams included; over it a `ServiceError`.',
    { unit: 'calls', effect: 'restart' },
  ),
  maxCallsPerSecond: own(
    z.int().min(1).max(10_000_000).default(100_000),
    'Calls of one component that may begin in a second; over it a `ServiceError`.',
    { unit: 'calls per second', effect: 'restart' },
  ),
  maxMessageBytes: own(
    z
      .int()
      .min(128 * 1024)
      .max(24 * 1024 * 1024)
      .default(1024 * 1024),
    'The largest frame a component may send. The protocol itself ends at 24 MiB.',
    { unit: 'bytes', effect: 'restart' },
  ),
});

export const greengrassIpc = z.strictObject({
  socket: own(
    path().optional(),
    'The Unix socket where broker components written for AWS IoT Greengrass call, `AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT` to them. ' +
      'At most 107 bytes; a relative path begins where the daemon was started. Without it: nowhere. Who may call is said by `deviceauthctl component add`.',
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
  limits: limits.prefault({}),
});
