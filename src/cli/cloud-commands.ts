/** The verbs of deviceauthctl about AWS. Data only, as in deviceauthctl.ts. */
import type { CommandSpec } from './command.ts';

export const CLOUD: readonly CommandSpec[] = [
  {
    words: ['cloud', 'status'],
    summary: 'Show what the daemon asks AWS, how that goes, and what it does there by itself',
    daemon: 'always',
    example: 'deviceauthctl cloud status',
    load: async () => (await import('./verbs/cloud.ts')).status,
  },
  {
    words: ['cloud', 'refresh'],
    summary: 'Ask AWS again, now: refused devices, what waits for another try, CAs, all known devices',
    details:
      'For after a change in AWS: a certificate that was activated or attached there counts at its next connection. Nothing is waited for; `cloud status` tells how it goes.',
    daemon: 'always',
    example: 'deviceauthctl cloud refresh',
    load: async () => (await import('./verbs/cloud.ts')).refresh,
  },
  {
    words: ['cloud', 'publish-addresses'],
    summary: "Tell Greengrass this host's addresses, so that its discovery tells devices",
    details:
      'Those of the configuration and of the interfaces, with the port of the broker. They take the place of all that was given there.',
    daemon: 'always',
    example: 'deviceauthctl cloud publish-addresses',
    load: async () => (await import('./verbs/cloud.ts')).publishAddresses,
  },
  {
    words: ['doctor'],
    summary: 'Check what AWS needs of this host, one by one, and say what to do',
    details: [
      'Files, names, connections, TLS, the clock, credentials and permissions, by calls that change nothing. The daemon looks, as its user; with --config this command does, and needs no daemon.',
      'Exit code: 0, or 1 when anything failed. Warnings and what was skipped are not failures.',
    ].join('\n'),
    options: {
      config: { type: 'string', value: 'FILE', describe: 'Look without a daemon, as this file says' },
    },
    daemon: 'sometimes',
    example: 'deviceauthctl doctor',
    load: async () => (await import('./verbs/doctor.ts')).doctor,
  },
];
