import { AppError } from '@fumikura/errors';
import type { Candidate } from '@fumikura/ports';

/** How two scores of unlike scale become one. See docs/retrieval.md for the figures behind the defaults. */
export interface FusionWeights {
  /** Of BM25 divided by the highest BM25 of the list, so 0 to 1. */
  readonly lexical: number;
  /** Of the cosine. */
  readonly dense: number;
  /** Share of the first chunk's cosine in it, 0 to 1; the rest is the best chunk's. Default 0. */
  readonly lead?: number;
  /** Divide the cosine by the highest of the list, so that it does not matter how far a model's cosines spread. */
  readonly normaliseDense?: boolean;
}

/** Of the cosine beside the words, when nothing else is configured; measured on all collections together. */
const DENSE_WEIGHT = 0.6;
/** Of the first chunk in that; likewise. */
const LEAD_SHARE = 0.3;

/** @param dense 0 to 1; what is left is the words' */
export function fusionWeights(dense = DENSE_WEIGHT): FusionWeights {
  return { lexical: 1 - dense, dense, lead: LEAD_SHARE };
}

export const FUSION_WEIGHTS = fusionWeights();

export interface Ranked {
  readonly candidate: Candidate;
  readonly score: number;
  /** The summands of `score`, by name. */
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * Score fusion: every candidate carries both real scores, whichever list found it. Without a vector query the order is
 * the lexical one. A document whose vectors are still to come is taken to have the median cosine of the others: neither
 * hidden nor preferred for it.
 * @returns all candidates, best first; ties by document id
 * @throws AppError FUSION_WEIGHT_INVALID (invalid-input) when a weight is negative or not finite
 */
export function fuse(candidates: readonly Candidate[], weights: FusionWeights = FUSION_WEIGHTS): Ranked[] {
  for (const weight of [weights.lexical, weights.dense]) {
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new AppError(
        'FUSION_WEIGHT_INVALID',
        'invalid-input',
        `fusion weight ${weight} is not a number >= 0`,
      );
    }
  }
  const lexicalMax = maximum(candidates.map(({ lexical }) => lexical));
  const meanings = candidates.map((candidate) => meaningOf(candidate, weights.lead ?? 0));
  const cosines = meanings.filter((cosine) => cosine !== undefined);
  const hasDense = cosines.length > 0;
  const unknown = median(cosines);
  const denseMax = weights.normaliseDense ? maximum(cosines) : 1;
  const ranked = candidates.map((candidate, at) => {
    const lexical = lexicalMax > 0 ? candidate.lexical / lexicalMax : 0;
    if (!hasDense) return { candidate, score: lexical, parts: { lexical } };
    const parts = {
      lexical: weights.lexical * lexical,
      dense: (weights.dense * (meanings[at] ?? unknown)) / (denseMax || 1),
    };
    return { candidate, score: parts.lexical + parts.dense, parts };
  });
  return ranked.sort(byScoreThenId);
}

/** A document is near by its best passage, and a little by what it begins with. */
function meaningOf({ cosine, leadCosine = cosine }: Candidate, lead: number): number | undefined {
  return cosine === undefined || leadCosine === undefined ? cosine : (1 - lead) * cosine + lead * leadCosine;
}

function byScoreThenId(a: Ranked, b: Ranked): number {
  return b.score - a.score || (a.candidate.documentId < b.candidate.documentId ? -1 : 1);
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
