import type { Evidence } from '@fumikura/retrieval';
import type { ScoredUnit, TermWeights } from '../relevance.ts';
import { factsOf } from './facts.ts';
import type { Facts } from './facts.ts';

/** What is known of an answer before anybody judges it. Their order is that of the calibration. */
export const FEATURES = [
  'scoreGap',
  'scoreFall',
  'phraseFirst',
  'namesHeld',
  'namesFirst',
  'beginsFirst',
  'coveredGap',
  'coveredThree',
  'longestGap',
  'ownSecond',
  'ownLead',
  'cosineLead',
  'companyFirst',
  'isFirstInTitle',
  'isFirstInUse',
  'isFirstInCentre',
  'scoreThree',
  'windowLead',
  'resembledGap',
] as const;

/** Documents that are compared. */
const DOCUMENTS = 8;
/** The best ones; what the others have is what any document has. */
const HEAD = 3;
/** How values usually fall from one document to the next. */
const ORDINARY = 0.93;
/** Values that hardly differ are not as far apart as their differences make them look. */
const LEAST_DEVIATION = 0.02;
const MOST = 5;

/**
 * Most of these compare the best documents with the others: how hard a question is, and how alike a collection, then cancel
 * out. Where the second one answers too, that speaks for it and not against the first. That the first hit is the first by
 * other measures as well, and is what the others are about, speaks for it most.
 * @returns as many numbers as FEATURES, each about 0 to 1, and never beyond 5
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
  const [score, names, covered, own] = [of('score'), of('names'), of('covered'), of('own')];
  const values: Record<(typeof FEATURES)[number], number> = {
    scoreGap: score.gap,
    scoreFall: ((evidence.scores[HEAD - 1] ?? 0) - (evidence.scores[HEAD] ?? 0)) / weights.total,
    phraseFirst: of('phrase').first,
    namesHeld: names.first,
    namesFirst: names.first - names.rest,
    beginsFirst: of('begins').first,
    coveredGap: covered.gap,
    coveredThree: covered.three,
    longestGap: of('longest').gap,
    ownSecond: own.second,
    ownLead: own.lead,
    cosineLead: of('cosine').lead,
    companyFirst: of('company').first,
    isFirstInTitle: of('title').isFirst,
    isFirstInUse: of('use').isFirst,
    isFirstInCentre: of('central').isFirst,
    scoreThree: score.three,
    windowLead: of('window').lead,
    resembledGap: of('resembled').gap,
  };
  return FEATURES.map((name) => bounded(values[name]));
}

/** The value of the first hit, and how far the largest ones are from the rest. */
function spreadOf(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => b - a);
  const [best = 0] = sorted;
  // That a small collection has few documents says nothing for the first: the missing ones are taken to be ordinary.
  while (sorted.length < DOCUMENTS) sorted.push(best * ORDINARY ** (sorted.length + 1));
  const [first = 0] = values;
  const rest = mean(sorted.slice(HEAD));
  return {
    first,
    rest,
    gap: best - rest,
    second: (sorted[1] ?? 0) - rest,
    three: mean(sorted.slice(0, HEAD)) - rest,
    /** In deviations of those that are not the best two. */
    lead: (best - rest) / Math.max(LEAST_DEVIATION, deviation(sorted.slice(2))),
    isFirst: first >= best - 1e-9 ? 1 : 0,
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function bounded(value: number): number {
  return Number.isFinite(value) ? Math.min(MOST, Math.max(-MOST, value)) : 0;
}
