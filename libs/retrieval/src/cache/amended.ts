import type { AnswerChanges } from '@fumikura/ports';
import { fuse } from '../fusion.ts';
import type { FusionWeights, Ranked } from '../fusion.ts';
import type { Ranking } from '../ranker.ts';

export interface Shortened {
  readonly ranking: Ranking;
  /** Highest lexical score of all that was ranked, kept or not. */
  readonly scale: number;
}

/** Share of what was kept of a cut ranking that has to be left of it. */
const LEAST_LEFT = 0.7;

/** The first `depth` of a ranking. */
export function shortened(ranking: Ranking, depth: number, scale = highest(ranking.ranked)): Shortened {
  const isCut = ranking.isCut === true || ranking.ranked.length > depth;
  const ranked = ranking.ranked.slice(0, depth);
  return { ranking: { ...ranking, ranked, ...(isCut && { isCut }) }, scale: Math.fround(scale) };
}

/**
 * A kept ranking brought up to date: what went is taken out, what came is put where a ranking made anew would have it.
 * Undefined where only the index can tell what stands there.
 */
export function amended(
  { ranking, scale }: Shortened,
  { mark, gone, candidates }: AnswerChanges,
  depth: number,
  weights?: FusionWeights,
): Shortened | undefined {
  if (gone.length === 0 && candidates.length === 0) return { ranking: { ...ranking, mark }, scale };
  const { isCut, request } = ranking;
  const isGone = new Set(gone);
  const left = ranking.ranked.filter(({ candidate }) => !isGone.has(candidate.documentId));
  if (isCut && left.length < LEAST_LEFT * depth) return undefined;
  if (!(request.lexical ?? request.dense)) return { ranking: { ...ranking, mark, ranked: left }, scale };
  if (request.dense) {
    // Words are measured by the best of the list, and what has no vector yet by the middle of it.
    if (candidates.some(({ cosine }) => cosine === undefined)) return undefined;
    if (isCut && Math.fround(highest(left)) !== scale) return undefined;
  }
  const fused = fuse([...left.map(({ candidate }) => candidate), ...candidates], weights);
  const ranked = isCut ? withoutTail(fused, left) : fused;
  return shortened({ ...ranking, mark, ranked }, depth, highest(fused));
}

/** What came and stands below all that was kept may stand below what was cut off, too. */
function withoutTail(fused: readonly Ranked[], left: readonly Ranked[]): readonly Ranked[] {
  const kept = new Set(left.map(({ candidate }) => candidate));
  return fused.slice(0, fused.findLastIndex(({ candidate }) => kept.has(candidate)) + 1);
}

function highest(ranked: readonly Ranked[]): number {
  return ranked.reduce((most, { candidate }) => Math.max(most, candidate.lexical), 0);
}
