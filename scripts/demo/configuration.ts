/** The configuration the demo starts with; written once, then the reader's own to change. */
import { existsSync, writeFileSync } from 'node:fs';
import type { Places } from './places.ts';

export function writeConfiguration(places: Places): boolean {
  if (existsSync(places.configuration)) return false;
  writeFileSync(places.configuration, text(places));
  return true;
}

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the policy language */
const text = ({ state, adminSocket, brokerSocket }: Places): string =>
  `# The demo's configuration. Change it while the demo runs: the daemon reads it again by itself,
# and devices that are connected have their new rights at once.
stateDirectory: ${state}
admin:
  socket: ${adminSocket}
listeners:
  broker:
    socket: ${brokerSocket}
    operations: [broker]
metrics:
  listen: ""
# What the broker's certificate is made out to; devices connect to no other name or address.
connectivity:
  hosts: ["127.0.0.1"]
  interfaces: false
certificateAuthority:
  caType: [ECDSA_P256]

deviceGroups:
  formatVersion: "2021-03-05"
  definitions:
    everything:
      selectionRule: "thingName: *"
      policyName: ownTopics
    displays:
      selectionRule: "thingName: display*"
      policyName: readAll
  policies:
    ownTopics:
      connect:
        statementDescription: Every thing connects under its own name.
        operations: ["mqtt:connect"]
        resources: ["mqtt:clientId:` +
  '${iot:Connection.Thing.ThingName}' +
  `"]
      publish:
        statementDescription: It publishes below its own topic.
        operations: ["mqtt:publish"]
        resources: ["mqtt:topic:clients/` +
  '${iot:Connection.Thing.ThingName}' +
  `/*"]
      subscribe:
        statementDescription: It subscribes there, and to announcements.
        operations: ["mqtt:subscribe"]
        resources:
          - "mqtt:topicfilter:clients/` +
  '${iot:Connection.Thing.ThingName}' +
  `/*"
          - "mqtt:topicfilter:announcements/*"
    readAll:
      subscribe:
        statementDescription: Displays show what any client says.
        operations: ["mqtt:subscribe"]
        resources: ["mqtt:topicfilter:clients/*"]
`;
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of the policy language */
