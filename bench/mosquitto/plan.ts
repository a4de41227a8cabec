/** What of a measurement is wanted: words of the command line narrow it. */
import { type MosquittoRelease, missing, RELEASES } from '../../test/e2e/support/mosquitto-broker.ts';
import type { Qos } from './load.ts';

export interface Plan {
  readonly releases: readonly MosquittoRelease[];
  /** Mutual TLS or not. */
  readonly transports: readonly boolean[];
  readonly qualities: readonly Qos[];
  /** Enough to see that everything works, not enough for figures. */
  readonly quick: boolean;
}

const WORDS = ['2.0', '2.1', 'plain', 'tls', 'qos0', 'qos1', '--quick'] as const;
type Word = (typeof WORDS)[number];

export function isWord(word: string): word is Word {
  return WORDS.some((each) => each === word);
}

/** Says on standard error which broker is left out because it cannot run here. */
export function planOf(words: readonly string[]): Plan {
  const picked = <T>(all: readonly T[], wordOf: (each: T) => Word): readonly T[] => {
    const named = all.filter((each) => words.includes(wordOf(each)));
    return named.length > 0 ? named : all;
  };
  const releases = picked(RELEASES, ({ series }) => series).filter((release) => {
    const why = missing(release);
    if (why !== undefined) console.error(`Mosquitto ${release.series} is left out: ${why}`);
    return why === undefined;
  });
  return {
    releases,
    transports: picked([false, true], (tls) => (tls ? 'tls' : 'plain')),
    qualities: picked([0, 1] as const, (qos) => (qos === 0 ? 'qos0' : 'qos1')),
    quick: words.includes('--quick'),
  };
}
