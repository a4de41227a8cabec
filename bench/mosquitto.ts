/**
 * Mosquitto with the plugin beside Mosquitto without it, and beside what else it has to authorize with:
 * `npm run bench -- mosquitto [instructions|messages|connections|stall|memory …] [2.0|2.1] [plain|tls] [qos0|qos1] [--quick]`.
 * Each part is a module of mosquitto/ and says what it measures.
 */
import type { Row } from './row.ts';
import { leaveBrokerCore } from './mosquitto/processor.ts';
import { isWord, type Plan, planOf } from './mosquitto/plan.ts';

export const MOSQUITTO_PARTS = ['instructions', 'messages', 'connections', 'stall', 'memory'] as const;

interface Part {
  run(plan: Plan): Promise<readonly Row[]>;
}

export async function run([name = '', ...words]: readonly string[]): Promise<readonly Row[]> {
  const plan = planOf(words);
  if (plan.releases.length === 0) return [];
  leaveBrokerCore();
  const part = (await import(`./mosquitto/${name}.ts`)) as Part;
  return await part.run(plan);
}

/** The parts these words of the command line are about, each with its words. */
export function partsOf(words: readonly string[]): readonly (readonly string[])[] {
  const named = MOSQUITTO_PARTS.filter((part) => words.includes(part));
  const rest = words.filter((word) => isWord(word));
  return (named.length > 0 ? named : MOSQUITTO_PARTS).map((part) => [part, ...rest]);
}
