import type { Hit } from './hit.ts';
import { invalid } from './refusal.ts';

export interface Diversity {
  readonly diversity?: number | null;
  readonly candidates_limit?: number | null;
}

/** Hits in the order in which each is near to the question and far from those before it; scores stay. */
export function diverse(
  hits: readonly Hit[],
  { diversity }: Diversity,
  count: number,
  similar: (a: Hit, b: Hit) => number,
): Hit[] {
  const relevance = 1 - (diversity ?? 0.5);
  if (relevance < 0 || relevance > 1)
    throw invalid(`internal.query.mmr.diversity: value ${1 - relevance} invalid, must be from 0.0 to 1.0`);
  const rest = [...hits].sort((a, b) => b.score - a.score);
  const chosen = rest.splice(0, 1);
  while (chosen.length < count && rest.length > 0) {
    const worths = rest.map(
      (each) =>
        relevance * each.score - (1 - relevance) * Math.max(...chosen.map((before) => similar(each, before))),
    );
    const best = worths.indexOf(Math.max(...worths));
    chosen.push(...rest.splice(best, 1));
  }
  return chosen;
}
