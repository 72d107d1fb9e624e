import type { AnswerChanges, Candidate } from '@fumikura/ports';
import { fuse } from '../fusion.ts';
import type { FusionWeights, Ranked } from '../fusion.ts';
import type { Ranking } from '../ranker.ts';

/** By its words, of all that was ranked: by it the others are measured, whether it is kept or not. */
export type BestByWords = Pick<Candidate, 'documentId' | 'lexical'>;

export interface Shortened {
  readonly ranking: Ranking;
  readonly best: BestByWords | undefined;
}

/** Share of what was kept of a cut ranking that has to be left of it. */
const LEAST_LEFT = 0.7;

/** The first `depth` of a ranking. */
export function shortened(ranking: Ranking, depth: number): Shortened {
  const isCut = ranking.isCut === true || ranking.ranked.length > depth;
  const ranked = ranking.ranked.slice(0, depth);
  return { ranking: { ...ranking, ranked, ...(isCut && { isCut }) }, best: bestOf(ranking.ranked) };
}

/**
 * A kept ranking brought up to date: what went is taken out, what came is put where a ranking made anew would have it.
 * Undefined where only the index can tell what stands there.
 */
export function amended(
  { ranking, best }: Shortened,
  { mark, gone, candidates }: AnswerChanges,
  depth: number,
  weights?: FusionWeights,
): Shortened | undefined {
  if (gone.length === 0 && candidates.length === 0) return { ranking: { ...ranking, mark }, best };
  const { isCut, request } = ranking;
  const isGone = new Set(gone);
  const left = ranking.ranked.filter(({ candidate }) => !isGone.has(candidate.documentId));
  if (isCut && left.length < LEAST_LEFT * depth) return undefined;
  if (!(request.lexical ?? request.dense)) return { ranking: { ...ranking, mark, ranked: left }, best };
  // What has no vector yet is ranked by the middle of all the others, and what is gone measures nothing any more.
  if (request.dense && candidates.some(({ cosine }) => cosine === undefined)) return undefined;
  if (request.dense && isCut && best && isGone.has(best.documentId)) return undefined;
  const standing = left.map(({ candidate }) => candidate);
  const measure = best && !isGone.has(best.documentId) ? [measureOf(best)] : [];
  const fused = fuse([...standing, ...candidates, ...measure], weights);
  const shown = fused.filter(({ candidate }) => candidate !== measure[0]);
  const ranked = isCut ? withoutTail(shown, new Set(standing)) : shown;
  return { ...shortened({ ...ranking, mark, ranked }, depth), best: bestOf(fused) };
}

function measureOf({ documentId, lexical }: BestByWords): Candidate {
  return { documentId, lexical, parts: { document: 0, chunk: 0, title: 0 }, chunkOrdinal: -1 };
}

/** What came and stands below all that was kept may stand below what was cut off, too. */
function withoutTail(fused: readonly Ranked[], kept: ReadonlySet<Candidate>): readonly Ranked[] {
  return fused.slice(0, fused.findLastIndex(({ candidate }) => kept.has(candidate)) + 1);
}

function bestOf(ranked: readonly Ranked[]): BestByWords | undefined {
  const [first, ...others] = ranked.map(({ candidate }) => candidate);
  if (!first) return undefined;
  const { documentId, lexical } = others.reduce((a, b) => (b.lexical > a.lexical ? b : a), first);
  return { documentId, lexical };
}
