/** What is asked, and under which policy, where several measurements are to be about the same. */

export type Groups = Record<string, { selectionRule: string; policyName: string }>;
export type Policies = Record<string, Record<string, { operations: string[]; resources: string[] }>>;

/** Five levels, 40 bytes, and as flat a string as one that came off a socket. */
export function topic(first: string, i: number): string {
  const number = String(i).padStart(4, '0');
  const text = `${first}/b${number}/c${number}/d${number}/`;
  const topic = `${text}${'e'.repeat(36 - text.length)}${number}`;
  return Buffer.from(topic).toString();
}

/**
 * 10 groups, each with its policy of 20 statements of 5 operations and 5 resources; `resource`
 * says what the resource with this number is. The last statement of the last group holds `extra`.
 */
export function largePolicy(
  selectionRule: string,
  resource: (i: number) => string,
  extra: readonly string[],
): { definitions: Groups; policies: Policies } {
  const definitions: Groups = {};
  const policies: Policies = {};
  const operations = ['mqtt:connect', 'mqtt:subscribe', 'mqtt:unsubscribe', 'mqtt:other', 'mqtt:publish'];
  for (let group = 0; group < 10; group++) {
    definitions[`group${group}`] = { selectionRule, policyName: `policy${group}` };
    const statements: Policies[string] = {};
    for (let statement = 0; statement < 20; statement++) {
      const first = 100 * group + 5 * statement;
      const resources = Array.from({ length: 5 }, (_, i) => resource(first + i));
      if (group === 9 && statement === 19) resources.splice(5 - extra.length, extra.length, ...extra);
      statements[`statement${statement}`] = { operations, resources };
    }
    policies[`policy${group}`] = statements;
  }
  return { definitions, policies };
}
