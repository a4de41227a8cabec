/** The JSON Schema and the reference page, made from the schema; `scripts/generate-configuration.ts` writes them. */
import { z } from 'zod';
import { describeKeys, type KeyDescription } from './describe.ts';
import { configurationSchema, deviceGroupsShape } from './schema.ts';

/** For editors: what one should write. The daemon itself is more tolerant, see docs/configuration.md. */
export function jsonSchema(): string {
  const generated = z.toJSONSchema(configurationSchema, { io: 'input' });
  const groups = z.toJSONSchema(deviceGroupsShape, { io: 'input' });
  const { $schema: _, ...shape } = groups;
  const described = generated.properties?.['deviceGroups'];
  const description = typeof described === 'object' ? described.description : undefined;
  const schema = {
    ...generated,
    title: 'Configuration of deviceauthd',
    properties: { ...generated.properties, deviceGroups: { description, ...shape } },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const HEAD = `# Configuration

<!-- Made from src/config/schema.ts by \`npm run generate\`. Do not edit. -->

One file, YAML or JSON, UTF-8, at most 8 MiB. A component's configuration of the reference
(\`aws.greengrass.clientdevices.Auth\`) can be pasted in as it is: its keys keep their names,
defaults, ranges and ways of reading a value. Our own keys stand beside them. A JSON Schema for
editors is in [configuration.schema.json](configuration.schema.json).

\`deviceauthctl config check FILE\` prints the effective values, warnings and errors without a
daemon, and exits with 0, or 2 with errors.

How a value is read:

- \`null\` means the default.
- An unknown key is ignored with a warning that names the nearest known one.
- A number outside its range is brought into it with a warning, as its key says. The wrong type is an error.
- The reference's keys are coerced as the reference does: text that begins with a number is that number
  (\`0x\` hexadecimal, \`0b\` binary, a leading \`0\` octal), other text is 0, fractions are cut off.
  Whatever was not plain is a warning.
- Write file modes in quotes: YAML reads \`0660\` as six hundred and sixty.
- Keys that are there twice, tags, a second document, more than 1,000 aliases, 1,000,000 values or
  100 levels are errors.

Changes are picked up when the file changes (also by a rename or a swapped link) and on SIGHUP or
\`deviceauthctl config reload\`. A file with an error changes nothing: the last good configuration
stays, and \`deviceauthctl status\` says why. An empty file is an error then; write \`{}\` to mean all
defaults. *Takes effect* says what happens next: \`live\` at once, \`next issue\` with the next
certificate, \`restart\` when the daemon is started again (\`status\` lists what waits for it).
`;

export function markdown(): string {
  const sections = Map.groupBy(describeKeys(), (key) => sectionOf(key.path));
  const parts = [...sections].map(
    ([section, keys]) => `## ${title(section)}\n\n${keys.map(entry).join('\n\n')}\n`,
  );
  return [HEAD, ...parts, DEVICE_GROUPS, EXAMPLE].join('\n');
}

function sectionOf(path: string): string {
  const top = path.split('.')[0] ?? path;
  return top === path ? '' : top;
}

function title(section: string): string {
  return section === '' ? 'Top level' : `\`${section}\``;
}

function entry(key: KeyDescription): string {
  const { facts } = key;
  const rows = [
    ['type', facts.unit === undefined ? key.type : `${key.type} (${facts.unit})`],
    ['default', key.required ? 'none: required' : fallbackText(key)],
    ...(key.range === undefined ? [] : [[key.type.includes('name') ? 'one of' : 'range', key.range]]),
    ['takes effect', facts.effect],
    ['from', facts.origin === 'reference' ? 'the reference' : 'deviceauthd'],
  ];
  const table = rows.map(([name, value]) => `${name}: ${value}`).join(' · ');
  return `### \`${key.path}\`\n\n${table}\n\n${facts.text}`;
}

function fallbackText({ fallback }: KeyDescription): string {
  return fallback === undefined ? 'none' : `\`${JSON.stringify(fallback)}\``;
}

const DEVICE_GROUPS = `## The shape of \`deviceGroups\`

\`\`\`yaml
deviceGroups:
  formatVersion: "2021-03-05"        # the default, and the only one
  definitions:
    sensors:                         # any name
      selectionRule: "thingName: sensor* OR thingName: gateway1"
      policyName: sensing            # a key of policies
  policies:
    sensing:
      own-data:                      # any name
        statementDescription: Sensors report under their own name.
        effect: ALLOW                # the default
        operations: ["mqtt:connect", "mqtt:publish"]
        resources: ["mqtt:clientId:\${iot:Connection.Thing.ThingName}", "mqtt:topic:\${iot:Connection.Thing.ThingName}/*"]
\`\`\`
`;

const EXAMPLE = `## An example

\`\`\`yaml
stateDirectory: /var/lib/deviceauthd
performance:
  maxActiveAuthTokens: 10000
listeners:
  mosquitto:
    socket: /run/deviceauthd/mosquitto.sock
    mode: "0660"
    group: mosquitto
    operations: [broker]
  other-host:
    host: 192.0.2.10
    port: 7443
    tls:
      certificateFile: /etc/deviceauthd/server.pem
      keyFile: /etc/deviceauthd/server.key
      clientCaFile: /etc/deviceauthd/callers-ca.pem
      clientFingerprints: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    operations: [broker]
metrics:
  listen: 127.0.0.1:9464
log:
  level: info
  auditFile: /var/log/deviceauthd/audit.jsonl
\`\`\`
`;
