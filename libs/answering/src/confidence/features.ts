import type { Evidence } from '@fumikura/retrieval';
import type { ScoredUnit, TermWeights } from '../relevance.ts';
import { factsOf } from './facts.ts';
import type { Facts } from './facts.ts';

/** What is known of an answer before anybody judges it. Their order is that of the calibration. */
export const FEATURES = [
  'scoreGap',
  'phrase',
  'phraseSecond',
  'phraseInUnitFirst',
  'names',
  'namesFirst',
  'likenessGap',
  'pairsFirst',
  'useThree',
  'foundGap',
  'foundThree',
  'missing',
  'rarestMissing',
  'rareFirst',
  'isUnspaced',
] as const;

/** Documents that are compared. */
const DOCUMENTS = 8;
/** The best ones; what the others have is what any document has. */
const HEAD = 3;
/** How values usually fall from one document to the next. */
const ORDINARY = 0.93;
const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff]/u;

/**
 * Most of these compare the best documents with the others: how hard a question is, and how alike a collection, then cancel
 * out. Where the second one answers too, that speaks for it and not against the first.
 * @returns as many numbers as FEATURES, each about 0 to 1
 */
export function featuresOf(
  question: string,
  evidence: Evidence,
  weights: TermWeights,
  units: readonly ScoredUnit[],
): readonly number[] {
  const compared = { ...evidence, documents: evidence.documents.slice(0, DOCUMENTS) };
  const facts = factsOf(question, compared, weights, units);
  const of = (name: keyof Facts) => spreadOf(facts.map((each) => each[name]));
  const [phrase, names, found] = [of('phrase'), of('names'), of('found')];
  return [
    of('score').gap,
    phrase.best,
    phrase.second,
    of('phraseInUnit').first,
    names.best,
    names.first,
    of('likeness').gap,
    of('pairs').first,
    of('use').three,
    found.gap,
    found.three,
    of('missing').best,
    of('rarestMissing').best,
    of('rare').first,
    UNSPACED.test(question) ? 1 : 0,
  ].map(bounded);
}

/** The largest value, and how far it, the second, the best three together and that of the first hit are from the rest. */
function spreadOf(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => b - a);
  const [best = 0] = sorted;
  // That a small collection has few documents says nothing for the first: the missing ones are taken to be ordinary.
  while (sorted.length < DOCUMENTS) sorted.push(best * ORDINARY ** (sorted.length + 1));
  const rest = mean(sorted.slice(HEAD));
  return {
    best,
    gap: best - rest,
    second: (sorted[1] ?? 0) - rest,
    three: mean(sorted.slice(0, HEAD)) - rest,
    first: (values[0] ?? 0) - rest,
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function bounded(value: number): number {
  return Number.isFinite(value) ? Math.min(3, Math.max(-2, value)) : 0;
}
