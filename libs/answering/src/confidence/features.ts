import type { Evidence, EvidenceDocument } from '@fumikura/retrieval';
import { countTerms } from '@fumikura/text';
import { entitiesOf } from '../question.ts';
import { weightIn } from '../relevance.ts';
import type { ScoredUnit, TermWeights } from '../relevance.ts';
import { orderedPairs, pairsHeld } from './wording.ts';

/** What is known of an answer before anybody judges it. Their order is that of the calibration. */
export const FEATURES = [
  'score',
  'scoreGap',
  'scoreSpread',
  'scoreDeviation',
  'chunk',
  'chunkGap',
  'unit',
  'unitGap',
  'phrase',
  'phraseGap',
  'entities',
  'bitsFound',
  'bitsMissing',
] as const;

/** Characters of a document that are compared. */
const COMPARED = 30_000;
const DOCUMENTS = 8;
/** Scores that the first is compared with. */
const SCORES = 20;
/** How scores usually fall from one candidate to the next. */
const ORDINARY = 0.93;
/** Brings sums of rarities to about 1. */
const BITS = 30;

interface Facts {
  readonly whole: number;
  readonly chunk: number;
  readonly unit: number;
  readonly phrase: number;
  readonly entities: number;
}

/**
 * Most of these compare the best document with the others: how hard a question is, and how alike a collection, then cancel
 * out. @returns as many numbers as FEATURES, each about 0 to 1
 */
export function featuresOf(
  question: string,
  { documents, scores }: Evidence,
  weights: TermWeights,
  units: readonly ScoredUnit[],
): readonly number[] {
  const pairs = orderedPairs(question);
  const names = entitiesOf(question).map(fold);
  const facts = documents.slice(0, DOCUMENTS).map((document, index) =>
    factsOf(
      document,
      weights,
      pairs,
      names,
      units.filter((unit) => unit.document === index),
    ),
  );
  const of = (name: keyof Facts) => facts.map((each) => each[name]);
  return [
    ...scoreFeatures(scores, weights.total),
    ...both(of('chunk')),
    ...both(of('unit')),
    ...both(of('phrase')),
    most(of('entities')),
    (most(of('chunk')) * weights.total) / BITS,
    ((1 - most(of('whole'))) * weights.total) / BITS,
  ].map(bounded);
}

function scoreFeatures(scores: readonly number[], total: number): number[] {
  const [first = 0] = scores;
  if (first <= 0) return [0, 0, 0, 0];
  // That a small collection has few candidates says nothing for the first: the missing ones are taken to be ordinary.
  const others = Array.from(
    { length: SCORES - 1 },
    (_, at) => scores[at + 1] ?? first * ORDINARY ** (at + 1),
  );
  return [
    first / total,
    1 - (others[0] ?? 0) / first,
    1 - (others[8] ?? 0) / first,
    (first - mean(others)) / (deviation(others) + 0.05 * first) / 5,
  ];
}

/** The best, and how far it is from the others, of which there are as many as in a large collection. */
function both(values: readonly number[]): [number, number] {
  const best = most(values);
  const others = values.toSorted((a, b) => b - a).slice(1);
  while (others.length < DOCUMENTS - 1) others.push(best * ORDINARY ** (others.length + 1));
  return [best, best - mean(others)];
}

function factsOf(
  document: EvidenceDocument,
  weights: TermWeights,
  pairs: readonly string[],
  names: readonly string[],
  units: readonly ScoredUnit[],
): Facts {
  const text = `${document.title}\n${windowOf(document)}`;
  const folded = fold(text);
  const chunks = new Map<number, Set<string>>();
  for (const { chunk, terms } of units) {
    const held = chunks.get(chunk) ?? new Set();
    for (const term of terms) held.add(term);
    chunks.set(chunk, held);
  }
  const title = countTerms(document.title).counts;
  const headings = headingTerms(units);
  return {
    // The units are the text as far as it is looked at: nothing is tokenised twice.
    whole: weightIn(
      weights,
      (term) => title.has(term) || [...chunks.values()].some((held) => held.has(term)),
    ),
    chunk: most(
      [...chunks].map(([chunk, held]) =>
        weightIn(
          weights,
          (term) => held.has(term) || title.has(term) || (headings.get(chunk)?.has(term) ?? false),
        ),
      ),
    ),
    unit: most(units.map(({ own }) => own)),
    phrase: pairsHeld(pairs, text),
    entities: names.length === 0 ? 1 : names.filter((name) => folded.includes(name)).length / names.length,
  };
}

function headingTerms(units: readonly ScoredUnit[]): ReadonlyMap<number, ReadonlySet<string>> {
  const found = new Map<number, ReadonlySet<string>>();
  for (const { chunk, headingPath } of units)
    if (!found.has(chunk)) found.set(chunk, new Set(countTerms(headingPath.join('\n')).counts.keys()));
  return found;
}

function windowOf({ stored: { text, chunks }, bestChunk }: EvidenceDocument): string {
  if (text.length <= COMPARED) return text;
  const centre = chunks[Math.max(0, bestChunk)]?.start ?? 0;
  const from = Math.max(0, Math.min(centre - COMPARED / 3, text.length - COMPARED));
  return text.slice(from, from + COMPARED);
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function most(values: readonly number[]): number {
  return values.reduce((best, value) => Math.max(best, value), 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function bounded(value: number): number {
  return Number.isFinite(value) ? Math.min(3, Math.max(-1, value)) : 0;
}
