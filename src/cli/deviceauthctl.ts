/** The verbs of deviceauthctl. Data only: what a verb does is loaded when it runs. */
import { CLOUD } from './cloud-commands.ts';
import type { CommandSpec, OptionSpec, Program } from './command.ts';

const thing: OptionSpec = { type: 'string', value: 'THING', describe: 'The thing' };
const exclusive: OptionSpec = {
  type: 'boolean',
  describe: 'The certificate speaks for this thing only (needed for security.clientIdRule any)',
};
const createThing: OptionSpec = { type: 'boolean', describe: 'Make the thing if there is none' };
const status: OptionSpec = {
  type: 'string',
  value: 'STATUS',
  choices: ['active', 'inactive', 'pending-activation'],
  describe: 'What the certificate begins as (active)',
};
const keyType: OptionSpec = {
  type: 'string',
  value: 'TYPE',
  choices: ['ec', 'rsa'],
  describe: 'EC P-256 (the default) or RSA 2048',
};
const limit: OptionSpec = { type: 'string', value: 'N', describe: 'Stop after N (all)' };
const type: OptionSpec = { type: 'string', value: 'TYPE', describe: 'Its type' };
const attribute: OptionSpec = {
  type: 'string',
  value: 'KEY=VALUE',
  multiple: true,
  describe: 'An attribute',
};
const group: OptionSpec = {
  type: 'string',
  value: 'GROUP',
  multiple: true,
  describe: 'A thing group it is in',
};
const provisioning: OptionSpec = {
  type: 'boolean',
  describe:
    'A certificate of this CA is registered by its first connection, for the thing of its common name',
};
const pem: OptionSpec = { type: 'boolean', describe: 'Print the certificate only, as PEM' };
const certificateOperand = {
  name: 'CERTIFICATE',
  required: true,
  describe: 'Its id (SHA-256 of the DER in hex), or at least the first eight characters',
};
const thingOperand = { name: 'THING', required: true, describe: 'Its name: 1 to 128 of A-Z a-z 0-9 : _ -' };
const caOperand = { name: 'NAME', required: true, describe: 'Its name' };

const THINGS: readonly CommandSpec[] = [
  {
    words: ['thing', 'create'],
    summary: 'Register a device',
    operands: [thingOperand],
    options: { type, attribute, group },
    daemon: 'always',
    example: 'deviceauthctl thing create sensor-1 --type sensor --attribute site=north',
    load: async () => (await import('./verbs/thing.ts')).create,
  },
  {
    words: ['thing', 'update'],
    summary: 'Change the type, attributes or groups of a thing',
    details:
      'What is given replaces the old as a whole: one --attribute leaves the thing with that one attribute.',
    operands: [thingOperand],
    options: {
      type,
      attribute,
      group,
      'no-attributes': { type: 'boolean', describe: 'Take all attributes away' },
      'no-groups': { type: 'boolean', describe: 'Take it out of all groups' },
    },
    daemon: 'always',
    example: 'deviceauthctl thing update sensor-1 --group outdoor --group north',
    load: async () => (await import('./verbs/thing.ts')).update,
  },
  {
    words: ['thing', 'show'],
    summary: 'Show a thing and its certificates',
    operands: [thingOperand],
    daemon: 'always',
    example: 'deviceauthctl thing show sensor-1',
    load: async () => (await import('./verbs/thing.ts')).show,
  },
  {
    words: ['thing', 'list'],
    summary: 'List things',
    options: { prefix: { type: 'string', value: 'TEXT', describe: 'Only names that begin so' }, limit },
    daemon: 'always',
    example: 'deviceauthctl thing list --prefix sensor-',
    load: async () => (await import('./verbs/thing.ts')).list,
  },
  {
    words: ['thing', 'delete'],
    summary: 'Delete a thing, detach its certificates, end its sessions',
    operands: [thingOperand],
    daemon: 'always',
    example: 'deviceauthctl thing delete sensor-1',
    load: async () => (await import('./verbs/thing.ts')).remove,
  },
];

const CERTIFICATES: readonly CommandSpec[] = [
  {
    words: ['certificate', 'register'],
    summary: 'Register a certificate that exists, and attach it to a thing',
    operands: [
      {
        name: 'FILE',
        required: true,
        describe: 'PEM (its first certificate), base64 or DER; - is standard input',
      },
    ],
    options: {
      thing,
      exclusive,
      'create-thing': createThing,
      status,
      revive: { type: 'boolean', describe: 'Take a certificate that was deleted before' },
    },
    daemon: 'always',
    example: 'deviceauthctl certificate register sensor-1.pem --thing sensor-1 --create-thing',
    load: async () => (await import('./verbs/certificate.ts')).register,
  },
  {
    words: ['certificate', 'issue'],
    summary: 'Make a key and a certificate for a thing, registered and attached',
    details:
      'With --out the files are THING.pem, THING.key (mode 0600) and ca.pem; none that exists is replaced without --force. Without it they go to standard output as PEM. The daemon does not keep the key.',
    options: {
      thing: { ...thing, required: true },
      out: { type: 'string', value: 'DIR', describe: 'Where the files go; made if missing' },
      force: { type: 'boolean', describe: 'Replace files that exist' },
      'key-type': keyType,
      days: { type: 'string', value: 'N', describe: 'Validity (certificates.deviceCertificateValidityDays)' },
      'create-thing': createThing,
      exclusive,
      ca: { type: 'string', value: 'NAME', describe: 'The device CA (the only local one, or "default")' },
    },
    daemon: 'always',
    example: 'deviceauthctl certificate issue --thing sensor-1 --create-thing --out ./sensor-1',
    load: async () => (await import('./verbs/issue.ts')).issue,
  },
  {
    words: ['certificate', 'import'],
    summary: 'Register many certificates from a CSV file or a directory',
    details: [
      'The first line of a CSV file names its columns: certificate (a file, relative to the CSV file, or the PEM in quotes; required), thing, type, groups (a;b), attributes (k=v;k=v), exclusive, status. Type, groups and attributes are for things that are made.',
      'In a directory every *.pem, *.crt, *.cer and *.der is attached to the thing of its file name; CA certificates are left out.',
      'A line that fails does not stop the others; the exit code is then 1. Importing the same again changes nothing.',
    ].join('\n'),
    operands: [
      { name: 'SOURCE', required: true, describe: 'A CSV file (- is standard input) or a directory' },
    ],
    options: {
      'create-things': { type: 'boolean', describe: 'Make the things there are not' },
      status: { ...status, describe: 'What the certificates begin as, where no column says (active)' },
      errors: { type: 'string', value: 'FILE', describe: 'Write what failed, and why, to a CSV file' },
    },
    daemon: 'always',
    example: 'deviceauthctl certificate import devices.csv --create-things --errors failed.csv',
    load: async () => (await import('./verbs/import.ts')).importCertificates,
  },
  {
    words: ['certificate', 'show'],
    summary: 'Show a certificate and what it is attached to',
    operands: [certificateOperand],
    options: { pem },
    daemon: 'always',
    example: 'deviceauthctl certificate show 3f2a9c01',
    load: async () => (await import('./verbs/certificate.ts')).show,
  },
  {
    words: ['certificate', 'list'],
    summary: 'List certificates',
    options: {
      thing: { ...thing, describe: "Only this thing's" },
      status: {
        type: 'string',
        value: 'STATUS',
        choices: ['active', 'inactive', 'revoked', 'pending-activation'],
        describe: 'Only these',
      },
      limit,
    },
    daemon: 'always',
    example: 'deviceauthctl certificate list --thing sensor-1',
    load: async () => (await import('./verbs/certificate.ts')).list,
  },
  {
    words: ['certificate', 'activate'],
    summary: 'Let a certificate in again',
    operands: [certificateOperand],
    daemon: 'always',
    example: 'deviceauthctl certificate activate 3f2a9c01',
    load: async () => (await import('./verbs/certificate.ts')).activate,
  },
  {
    words: ['certificate', 'deactivate'],
    summary: 'Refuse a certificate until it is activated, end its sessions',
    operands: [certificateOperand],
    daemon: 'always',
    example: 'deviceauthctl certificate deactivate 3f2a9c01',
    load: async () => (await import('./verbs/certificate.ts')).deactivate,
  },
  {
    words: ['certificate', 'revoke'],
    summary: 'Refuse a certificate for ever, end its sessions',
    operands: [certificateOperand],
    daemon: 'always',
    example: 'deviceauthctl certificate revoke 3f2a9c01',
    load: async () => (await import('./verbs/certificate.ts')).revoke,
  },
  {
    words: ['certificate', 'delete'],
    summary: 'Forget a certificate, end its sessions',
    operands: [certificateOperand],
    daemon: 'always',
    example: 'deviceauthctl certificate delete 3f2a9c01',
    load: async () => (await import('./verbs/certificate.ts')).remove,
  },
  {
    words: ['certificate', 'attach'],
    summary: 'Let a certificate speak for a thing',
    operands: [certificateOperand, thingOperand],
    options: { exclusive },
    daemon: 'always',
    example: 'deviceauthctl certificate attach 3f2a9c01 sensor-1',
    load: async () => (await import('./verbs/certificate.ts')).attach,
  },
  {
    words: ['certificate', 'detach'],
    summary: 'Let a certificate no longer speak for a thing, end those sessions',
    operands: [certificateOperand, thingOperand],
    daemon: 'always',
    example: 'deviceauthctl certificate detach 3f2a9c01 sensor-1',
    load: async () => (await import('./verbs/certificate.ts')).detach,
  },
  {
    words: ['certificate', 'server', 'list'],
    summary: "List the brokers' server certificates",
    daemon: 'always',
    example: 'deviceauthctl certificate server list',
    load: async () => (await import('./verbs/server-certificate.ts')).list,
  },
  {
    words: ['certificate', 'server', 'rotate'],
    summary: 'Issue a server certificate anew, with a new key',
    details: 'Brokers that listen have it within seconds; connected devices stay connected.',
    operands: [{ name: 'NAME', required: false, describe: 'As `certificate server list` shows it (all)' }],
    daemon: 'always',
    example: 'deviceauthctl certificate server rotate mosquitto/mqtt',
    load: async () => (await import('./verbs/server-certificate.ts')).rotate,
  },
];

const passphraseFile: OptionSpec = {
  type: 'string',
  value: 'FILE',
  describe: 'Its first line is the passphrase (else $DEVICEAUTHD_PASSPHRASE, else asked for)',
};
const replace = (what: string): OptionSpec => ({ type: 'boolean', describe: what });
const copyOperand = (which: string) => ({
  name: 'FILE',
  required: true,
  describe: `${which}; - is standard ${which === 'Where it goes' ? 'output' : 'input'}`,
});
const force: OptionSpec = { type: 'boolean', describe: 'Replace a file that exists' };

const CAS: readonly CommandSpec[] = [
  {
    words: ['ca', 'create'],
    summary: 'Make a device CA whose key the daemon keeps',
    operands: [{ name: 'NAME', required: false, describe: '1 to 64 of a-z 0-9 - (default)' }],
    options: {
      'key-type': keyType,
      days: { type: 'string', value: 'N', describe: 'Validity (3650)' },
      provisioning,
    },
    daemon: 'always',
    example: 'deviceauthctl ca create',
    load: async () => (await import('./verbs/ca.ts')).create,
  },
  {
    words: ['ca', 'register'],
    summary: 'Register a device CA whose key is elsewhere',
    operands: [{ name: 'FILE', required: true, describe: 'Its certificate; - is standard input' }],
    options: {
      name: { type: 'string', value: 'NAME', required: true, describe: '1 to 64 of a-z 0-9 -' },
      provisioning,
    },
    daemon: 'always',
    example: 'deviceauthctl ca register factory-ca.pem --name factory --provisioning',
    load: async () => (await import('./verbs/ca.ts')).register,
  },
  {
    words: ['ca', 'list'],
    summary: 'List device CAs',
    daemon: 'always',
    example: 'deviceauthctl ca list',
    load: async () => (await import('./verbs/ca.ts')).list,
  },
  {
    words: ['ca', 'show'],
    summary: "Show the CA of the brokers' certificates, or a device CA",
    details:
      'Without NAME: the server CA (the one that signs, an announced and retired ones), then the device CAs. --pem prints what devices must trust to verify their broker: all of it, joined, for one CA file. --crl prints the CRL of the CA that signs, or of NAME.',
    operands: [{ name: 'NAME', required: false, describe: 'A device CA' }],
    options: {
      pem: { type: 'boolean', describe: 'Print certificates only, as PEM' },
      crl: { type: 'boolean', describe: 'Print the CRL only, as PEM' },
    },
    daemon: 'always',
    example: 'deviceauthctl ca show --pem > ca.pem',
    load: async () => (await import('./verbs/ca.ts')).show,
  },
  {
    words: ['ca', 'remove'],
    summary: 'Admit nothing new through a device CA',
    operands: [caOperand],
    daemon: 'always',
    example: 'deviceauthctl ca remove factory',
    load: async () => (await import('./verbs/ca.ts')).remove,
  },
  {
    words: ['ca', 'rotate'],
    summary: "Replace the CA of the brokers' certificates by a new one",
    details: [
      'The new CA is announced first: devices that ask (discovery, caCertificates) get both, the old one still signs. After certificateAuthority.overlapDays the new one signs; the old one is told of until its last certificate has expired.',
      'A device that has not fetched the new one by then cannot verify its broker any more.',
    ].join('\n'),
    options: {
      now: {
        type: 'boolean',
        describe: 'Switch at once, to what is announced or to a new one; asks first',
      },
      cancel: { type: 'boolean', describe: 'Drop what is announced' },
      yes: { type: 'boolean', describe: 'Do not ask' },
    },
    daemon: 'always',
    example: 'deviceauthctl ca rotate',
    load: async () => (await import('./verbs/server-ca.ts')).rotate,
  },
  {
    words: ['ca', 'export'],
    summary: 'Write the CAs whose keys are here to an encrypted file',
    details:
      'The server CA, announced and retired ones included, and the device CAs with their keys. Whoever has the file and the passphrase can pass for every broker and every device.',
    operands: [copyOperand('Where it goes')],
    options: { 'passphrase-file': passphraseFile, force },
    daemon: 'always',
    json: false,
    example: 'deviceauthctl ca export /media/backup/host-1.cas',
    load: async () => (await import('./verbs/copies.ts')).exportCas,
  },
  {
    words: ['ca', 'import'],
    summary: 'Take the CAs of an exported file',
    details:
      'All of it or nothing. A server CA that has signed here, or a device CA of the same name, is not replaced without --replace; keys that are replaced are kept in ca/removed of the state directory.',
    operands: [copyOperand('What `ca export` wrote')],
    options: {
      'passphrase-file': passphraseFile,
      replace: replace('Replace CAs that are different here'),
    },
    daemon: 'always',
    example: 'deviceauthctl ca import /media/backup/host-1.cas',
    load: async () => (await import('./verbs/copies.ts')).importCas,
  },
  {
    words: ['registry', 'export'],
    summary: 'Write things, certificates, attachments and device CAs to an encrypted file',
    details:
      'As they are at one instant; devices go on connecting meanwhile. Keys are not in it: see `ca export`.',
    operands: [copyOperand('Where it goes')],
    options: { 'passphrase-file': passphraseFile, force },
    daemon: 'always',
    json: false,
    example: 'deviceauthctl registry export /media/backup/host-1.registry',
    load: async () => (await import('./verbs/copies.ts')).exportRegistry,
  },
  {
    words: ['registry', 'import'],
    summary: 'Take the registry of an exported file',
    details:
      'All of it or nothing. What is the same here stays, what is new comes in; if anything is different here, revoked or deleted, nothing is changed. --replace makes the registry exactly that of the file and ends the sessions of what is not in it.',
    operands: [copyOperand('What `registry export` wrote')],
    options: {
      'passphrase-file': passphraseFile,
      replace: replace('Make the registry exactly that of the file'),
    },
    daemon: 'always',
    example: 'deviceauthctl registry import /media/backup/host-1.registry',
    load: async () => (await import('./verbs/copies.ts')).importRegistry,
  },
];

const componentOperand = {
  name: 'NAME',
  required: true,
  describe: 'Its name, such as aws.greengrass.clientdevices.mqtt.EMQX',
};
const componentOperations: OptionSpec = {
  type: 'string',
  value: 'LIST',
  required: true,
  describe: 'What it may call: names with commas between, or * for all four',
};
const envFile: OptionSpec = {
  type: 'string',
  value: 'FILE',
  describe: 'Write its environment to FILE (mode 0600) instead of printing the token',
};

const COMPONENTS: readonly CommandSpec[] = [
  {
    words: ['component', 'add'],
    summary: 'Let a broker component written for AWS IoT Greengrass call',
    details:
      'Prints the two variables of its environment, the token (SVCUID) among them: it is told once, and only its hash is kept. Operations are VerifyClientDeviceIdentity, GetClientDeviceAuthToken, AuthorizeClientDeviceAction and SubscribeToCertificateUpdates.',
    operands: [componentOperand],
    options: { operations: componentOperations, 'env-file': envFile, force },
    daemon: 'always',
    example: "deviceauthctl component add my.broker --operations '*' --env-file /etc/my-broker/ipc.env",
    load: async () => (await import('./verbs/component.ts')).add,
  },
  {
    words: ['component', 'list'],
    summary: 'List the components and what each may call',
    daemon: 'always',
    example: 'deviceauthctl component list',
    load: async () => (await import('./verbs/component.ts')).list,
  },
  {
    words: ['component', 'allow'],
    summary: 'Change what a component may call',
    details: 'What is given replaces the old as a whole. What it may not call any more ends at once.',
    operands: [componentOperand],
    options: { operations: componentOperations },
    daemon: 'always',
    example:
      'deviceauthctl component allow my.broker --operations GetClientDeviceAuthToken,AuthorizeClientDeviceAction',
    load: async () => (await import('./verbs/component.ts')).allow,
  },
  {
    words: ['component', 'renew-token'],
    summary: 'Give a component another token; the old one is refused at once',
    operands: [componentOperand],
    options: { 'env-file': envFile, force },
    daemon: 'always',
    example: 'deviceauthctl component renew-token my.broker --env-file /etc/my-broker/ipc.env --force',
    load: async () => (await import('./verbs/component.ts')).renewToken,
  },
  {
    words: ['component', 'remove'],
    summary: 'Refuse a component, close its connections, end its sessions',
    operands: [componentOperand],
    daemon: 'always',
    example: 'deviceauthctl component remove my.broker',
    load: async () => (await import('./verbs/component.ts')).remove,
  },
];

const RUNNING: readonly CommandSpec[] = [
  {
    words: ['session', 'list'],
    summary: 'List the sessions of connected devices',
    options: { thing: { ...thing, describe: "Only this thing's" }, limit },
    daemon: 'always',
    example: 'deviceauthctl session list --thing sensor-1',
    load: async () => (await import('./verbs/session.ts')).list,
  },
  {
    words: ['session', 'revoke'],
    summary: 'End the sessions that match everything given',
    details: 'The device may connect again; to keep it out, deactivate or revoke its certificate.',
    operands: [{ name: 'SESSION', required: false, describe: 'As `session list` shows it' }],
    options: { thing, certificate: { type: 'string', value: 'ID', describe: 'The certificate' } },
    daemon: 'always',
    example: 'deviceauthctl session revoke --thing sensor-1',
    load: async () => (await import('./verbs/session.ts')).revoke,
  },
  {
    words: ['status'],
    summary: 'Show how the daemon is: findings first',
    daemon: 'always',
    example: 'deviceauthctl status',
    load: async () => (await import('./verbs/status.ts')).status,
  },
  {
    words: ['refusals'],
    summary: 'Show the devices refused of late, and why',
    options: { limit: { type: 'string', value: 'N', describe: 'At most N, 1 to 1000 (50)' } },
    daemon: 'always',
    example: 'deviceauthctl refusals --limit 10',
    load: async () => (await import('./verbs/status.ts')).refusals,
  },
  {
    words: ['explain'],
    summary: 'Tell whether a thing may do something, and why',
    details: [
      'Asks the daemon; with --config the policy of a configuration file is asked instead, with --rule one selection rule, and neither needs a daemon.',
      '--batch reads JSON lines {"id","deviceGroups","thingName","operation","resource"} from FILE or standard input and prints one line for each: {"id","allowed"} or {"id","error":{"reason","message"}}.',
      'Exit code: 0 allowed (matches), 1 denied (does not match), 2 error. --batch: 0 when every line was answered, whatever the answers; 2 when the input cannot be read.',
    ].join('\n'),
    operands: [
      { name: 'FILE', required: false, describe: 'With --batch: the lines; - or none is standard input' },
    ],
    options: {
      thing: { ...thing, describe: 'Who: the name of a thing, registered or not' },
      operation: {
        type: 'string',
        value: 'OP',
        describe: 'mqtt:connect, mqtt:publish, mqtt:subscribe, mqtt:receive',
      },
      resource: {
        type: 'string',
        value: 'RESOURCE',
        describe: 'mqtt:clientId:ID, mqtt:topic:TOPIC, mqtt:topicfilter:FILTER',
      },
      config: { type: 'string', value: 'FILE', describe: 'Ask the deviceGroups of this file' },
      rule: { type: 'string', value: 'RULE', describe: 'Ask one selection rule' },
      batch: { type: 'boolean', describe: 'Answer JSON lines' },
    },
    daemon: 'sometimes',
    example: 'deviceauthctl explain --thing sensor-1 --operation mqtt:publish --resource mqtt:topic:a/b',
    load: async () => (await import('./verbs/explain.ts')).explain,
  },
  {
    words: ['config', 'check'],
    summary: 'Check a configuration file and print its effective values; needs no daemon',
    operands: [{ name: 'FILE', required: true, describe: 'YAML or JSON' }],
    example: 'deviceauthctl config check /etc/deviceauthd/deviceauthd.yaml',
    load: async () => (await import('./verbs/config.ts')).check,
  },
  {
    words: ['config', 'show'],
    summary: 'Show the configuration in force',
    daemon: 'always',
    example: 'deviceauthctl config show',
    load: async () => (await import('./verbs/config.ts')).show,
  },
  {
    words: ['config', 'reload'],
    summary: 'Read the configuration file again now',
    daemon: 'always',
    example: 'deviceauthctl config reload',
    load: async () => (await import('./verbs/config.ts')).reload,
  },
  {
    words: ['emqx', 'check'],
    summary: 'Find what in a configuration of EMQX lets in whom the daemon would not',
    details: [
      'Reads emqx.conf, with what it includes, and names what lets somebody in without deviceauthd or has devices refused, and what to write instead. Needs neither EMQX nor a daemon.',
      'Later files win, as in EMQX: from 5.1 on `base.hocon cluster.hocon emqx.conf` (those of data/configs), before it `emqx.conf cluster-override.conf local-override.conf`.',
      'Exit code: 0 nothing found but warnings; 1 errors were found; 2 something cannot be read: nothing was checked.',
    ].join('\n'),
    operands: [
      { name: 'FILE', required: true, repeats: true, describe: 'emqx.conf; several: later ones win' },
    ],
    options: {
      config: {
        type: 'string',
        value: 'FILE',
        describe: "deviceauthd's configuration: ports and doors are compared",
      },
      'emqx-version': {
        type: 'string',
        value: 'V',
        describe: 'Such as 5.8.9 (else the worst defaults are assumed)',
      },
      'env-file': {
        type: 'string',
        value: 'FILE',
        describe: "EMQX's environment, NAME=value lines; wins over all files",
      },
    },
    example: 'deviceauthctl emqx check /etc/emqx/emqx.conf --emqx-version 5.8.9',
    load: async () => (await import('./verbs/emqx.ts')).check,
  },
  {
    words: ['clock', 'show'],
    summary: "Show the daemon's clock and whether it is suspect",
    daemon: 'always',
    example: 'deviceauthctl clock show',
    load: async () => (await import('./verbs/status.ts')).showClock,
  },
  {
    words: ['clock', 'accept'],
    summary: 'Accept the clock as it is now as right',
    daemon: 'always',
    example: 'deviceauthctl clock accept',
    load: async () => (await import('./verbs/status.ts')).acceptClock,
  },
];

export const DEVICEAUTHCTL: Program = {
  name: 'deviceauthctl',
  summary: 'Manages deviceauthd: devices, certificates, sessions, policy',
  commands: [...THINGS, ...CERTIFICATES, ...CAS, ...COMPONENTS, ...RUNNING, ...CLOUD],
  notes: [
    'Exit codes: 0 done; 1 refused or partly failed; 2 the command line, a file or',
    'the configuration is wrong; 3 the daemon is not reachable (explain: 2).',
  ].join('\n'),
};
