/** Device groups for the scenarios, short to write. */
export type Statements = readonly (readonly [
  operations: string | readonly string[],
  ...resources: string[],
])[];

const NAME = `$${'{iot:Connection.Thing.ThingName}'}`;

/** Everything a thing named after its client id needs to connect. */
export const CONNECT = ['mqtt:connect', `mqtt:clientId:${NAME}`] as const;
export const OWN = NAME;
/** Where rights are not what the scenario is about. */
export const ANY_TOPIC: Statements = [
  ['mqtt:publish', 'mqtt:topic:*'],
  ['mqtt:subscribe', 'mqtt:topicfilter:*'],
];

/** One group with one policy. */
export function everyThing(...statements: Statements): Record<string, unknown> {
  return things({ '*': statements });
}

/** A group and a policy for each selection `thingName: <key>`. */
export function things(groups: Readonly<Record<string, Statements>>): Record<string, unknown> {
  const definitions: Record<string, unknown> = {};
  const policies: Record<string, unknown> = {};
  Object.entries(groups).forEach(([selection, statements], index) => {
    definitions[`group${index}`] = { selectionRule: `thingName: ${selection}`, policyName: `policy${index}` };
    policies[`policy${index}`] = Object.fromEntries(
      statements.map(([operations, ...resources], number) => [
        `statement${number}`,
        { operations: [operations].flat(), resources },
      ]),
    );
  });
  return { formatVersion: '2021-03-05', definitions, policies };
}
