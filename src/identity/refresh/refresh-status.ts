/** A refresh in one line, for operators. */
import type { RefreshRun } from './refresh-run.ts';

export interface DescribedRun {
  readonly run: Pick<RefreshRun, 'counts' | 'associationTrouble'>;
  /** Certificates known when it began. */
  readonly known: number;
  readonly turns: { readonly outOfReach: boolean };
}

export function describeRun(
  described: DescribedRun | undefined,
  { off, underWay }: { readonly off: boolean; readonly underWay: boolean },
): string {
  const parts: string[] = [];
  if (off && !underWay) parts.push('cloud.refreshIntervalHours is 0');
  if (described !== undefined) parts.push(...describeCounts(described, underWay));
  return parts.length === 0 ? 'no run since the start' : parts.join('; ');
}

function describeCounts({ known, run, turns }: DescribedRun, underWay: boolean): readonly string[] {
  const { certificates, confirmed, rejected, unanswered, forgotten } = run.counts;
  const parts = [
    underWay
      ? `${certificates} of about ${known} certificates looked at`
      : `${certificates} certificates looked at`,
    `${confirmed} answers that confirm, ${rejected} that reject`,
  ];
  if (unanswered > 0) parts.push(`${unanswered} questions without an answer`);
  if (forgotten > 0) parts.push(`${forgotten} records forgotten`);
  if (run.associationTrouble !== '') {
    parts.push(`nothing is forgotten for want of an association: ${run.associationTrouble}`);
  }
  if (underWay && turns.outOfReach) parts.push('the verifier is out of reach');
  return parts;
}
