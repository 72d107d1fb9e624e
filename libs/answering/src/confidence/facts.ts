import type { Evidence, EvidenceDocument } from '@fumikura/retrieval';
import { countTerms } from '@fumikura/text';
import { entitiesOf } from '../question.ts';
import { weightIn } from '../relevance.ts';
import type { ScoredUnit, TermWeights } from '../relevance.ts';
import { kinshipOf } from './kinship.ts';
import type { Kinship } from './kinship.ts';
import { windowOf } from './window.ts';
import { beginningsHeld, orderedPairs, pairsHeld } from './wording.ts';

/** Of one document, what of a question it holds. Shares are 0 to 1. */
export interface Facts extends Kinship {
  /** Its score as a share of what the question could have. */
  readonly score: number;
  /** Neighbouring words of the question that stand together. */
  readonly phrase: number;
  readonly names: number;
  /** How often it uses the question's words. */
  readonly use: number;
  /** Weight of the question's terms in it at all, and in its best sentence. */
  readonly covered: number;
  readonly own: number;
  /** The same in the best three sentences that stand together. */
  readonly window: number;
  /** The most terms of the question in one sentence. */
  readonly longest: number;
  /** Words of the question that begin as one of its words does. */
  readonly begins: number;
}

/** Characters of a document that are compared. */
const COMPARED = 30_000;
/** Sentences that are read together. */
const WINDOW = 3;
const OFTEN = 1.2;

/** What a question asks of any document. */
interface Asked {
  readonly question: string;
  readonly weights: TermWeights;
  readonly pairs: readonly string[];
  readonly names: readonly string[];
}

/** One for each document, in their order. Cost: about that of reading them once more. */
export function factsOf(
  question: string,
  { documents, terms, rarity }: Evidence,
  weights: TermWeights,
  units: readonly ScoredUnit[],
): Facts[] {
  const asked: Asked = {
    question,
    weights,
    pairs: orderedPairs(question),
    names: entitiesOf(question).map(fold),
  };
  const words = terms.terms.filter(({ class: kind }) => kind === 'word');
  const rarities = new Map(words.map(({ term }) => [term, rarity.get(term) ?? 1]));
  const kinship = kinshipOf(documents, new Set(weights.weights.keys()), rarities);
  return documents.map((document, index) => ({
    ...(kinship[index] ?? { cosine: 0, central: 0, company: 0, title: 0, resembled: 0 }),
    ...factsOfDocument(
      document,
      units.filter((unit) => unit.document === index),
      asked,
    ),
  }));
}

function factsOfDocument(
  document: EvidenceDocument,
  units: readonly ScoredUnit[],
  asked: Asked,
): Omit<Facts, keyof Kinship> {
  const { question, weights, pairs, names } = asked;
  const title = countTerms([document.title, ...document.breadcrumbs].join('\n')).counts;
  const counts = new Map<string, number>();
  for (const unit of units)
    for (const [term, count] of unit.counts) counts.set(term, (counts.get(term) ?? 0) + count);
  const has = (word: string) => counts.has(word) || title.has(word);
  const text = `${document.title}\n${windowOf(document, COMPARED)}`;
  const folded = fold(text);
  return {
    score: document.lexical / weights.total,
    phrase: pairsHeld(pairs, text),
    names: names.length === 0 ? 1 : names.filter((name) => folded.includes(name)).length / names.length,
    use: useOf(weights, counts),
    covered: weightIn(weights, has),
    own: most(units.map((unit) => unit.own)),
    window: most(units.map((_, at) => coveredBy(units.slice(at, at + WINDOW), weights))),
    longest: most(units.map(({ terms }) => terms.size)) / Math.max(1, weights.weights.size),
    begins: beginningsHeld(question, text),
  };
}

function coveredBy(units: readonly ScoredUnit[], weights: TermWeights): number {
  return weightIn(weights, (term) => units.some(({ terms }) => terms.has(term)));
}

/** The tenth time says less than the second. */
function useOf(weights: TermWeights, counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [term, count] of counts)
    sum += ((weights.weights.get(term) ?? 0) * count) / (count + OFTEN) / weights.total;
  return sum;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function most(values: readonly number[]): number {
  return values.reduce((best, value) => Math.max(best, value), 0);
}
