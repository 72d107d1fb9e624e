import type { DocumentId } from '@fumikura/model';
import type { Hit } from '../types.ts';

/**
 * Live lists bring ranks and no scores that mean anything beside ours: score(d) = 1 / (10 + rank in the index) + Σ .7 / (10 + rank in a
 * source's own list). With these the first of a source stands near the sixth of the index, and what both find stands above either.
 */
const DAMPING = 10;
const LIVE_WEIGHT = 0.7;

export interface LivePlace {
  readonly hit: Hit;
  readonly rank: number;
}

/**
 * One list of both, best first, ties by document id; ranks counted anew. A live place takes the place of an indexed hit of the same
 * item, or of one that names it as its duplicate.
 */
export function mergeByRank(
  indexed: readonly Hit[],
  lists: readonly (readonly LivePlace[])[],
  limit: number,
): Hit[] {
  const scores = new Map<DocumentId, { hit: Hit; score: number; live?: number }>();
  const owners = new Map<DocumentId, DocumentId>();
  for (const [at, hit] of indexed.entries()) {
    scores.set(hit.id, { hit, score: 1 / (DAMPING + at + 1) });
    for (const { id } of [hit, ...hit.duplicates]) owners.set(id, hit.id);
  }
  for (const { hit, rank } of lists.flat()) {
    const id = owners.get(hit.id) ?? hit.id;
    const known = scores.get(id);
    const score = (known?.score ?? 0) + LIVE_WEIGHT / (DAMPING + rank);
    const shown = !known || (hit.live && id === hit.id) ? hit : known.hit;
    scores.set(id, { hit: shown, score, live: rank });
  }
  return [...scores.values()]
    .sort((a, b) => b.score - a.score || (a.hit.id < b.hit.id ? -1 : 1))
    .slice(0, limit)
    .map(({ hit, score, live }, at) => ({ ...hit, rank: at + 1, ...explained(hit, score, live) }));
}

function explained(hit: Hit, merged: number, live: number | undefined): Pick<Hit, 'explain'> {
  return hit.explain
    ? { explain: { ...hit.explain, merged, ...(live !== undefined && { 'rank.live': live }) } }
    : {};
}
