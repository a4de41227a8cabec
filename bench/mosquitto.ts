/**
 * Mosquitto with the plugin beside Mosquitto without it, and beside what else it has to authorize with:
 * `npm run bench -- mosquitto [PART…] [2.0|2.1] [plain|tls] [qos0|qos1] [--quick]`. Each part is a module of mosquitto/ that
 * says what it measures; words narrow it; `--quick` only shows that everything works.
 */
import { isWord, type Plan, planOf } from './mosquitto/plan.ts';
import type { Row } from './row.ts';

const PARTS = ['instructions', 'messages', 'connections', 'stall', 'memory'] as const;

interface Part {
  run(plan: Plan): Promise<readonly Row[]>;
}

/** One part, named by the first word. */
export async function run([name = '', ...words]: readonly string[]): Promise<readonly Row[]> {
  const plan = planOf(words);
  if (plan.releases.length === 0) return [];
  const part = (await import(`./mosquitto/${name}.ts`)) as Part;
  return await part.run(plan);
}

export function isMosquittoWord(word: string): boolean {
  return isWord(word) || PARTS.some((part) => part === word);
}

/** The parts that these words are about, or all, each with the words that narrow it. */
export function partsOf(words: readonly string[]): readonly (readonly string[])[] {
  const named = PARTS.filter((part) => words.includes(part));
  return (named.length > 0 ? named : PARTS).map((part) => [part, ...words.filter(isWord)]);
}
