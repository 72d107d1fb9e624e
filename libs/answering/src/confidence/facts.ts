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
  /** Neighbouring words of the question that stand together, in the document and in its best sentences. */
  readonly phrase: number;
  readonly phraseInUnit: number;
  readonly names: number;
  /** How alike its most alike sentence is to the question. */
  readonly likeness: number;
  /** Pairs of the question's words that meet in one sentence. */
  readonly pairs: number;
  /** How often it uses the question's words. */
  readonly use: number;
  /** Rarities of the words it has and has not, summed, and of the rarest that it has not. */
  readonly found: number;
  readonly missing: number;
  readonly rarestMissing: number;
  /** Of the three rarest words. */
  readonly rare: number;
  /** Weight of the question's terms in it at all, and in its best sentence. */
  readonly covered: number;
  readonly own: number;
  /** The most terms of the question in one sentence. */
  readonly longest: number;
  /** Words of the question that begin as one of its words does. */
  readonly begins: number;
}

/** Characters of a document that are compared. */
const COMPARED = 30_000;
/** Words of a question whose pairs are looked for, and sentences that its phrases are. */
const PAIRED = 20;
const SENTENCES = 5;
/** Brings sums of rarities, and one rarity, to about 1. */
const BITS = 30;
const BIT = 8;
const OFTEN = 1.2;

/** What a question asks of any document. */
interface Asked {
  readonly question: string;
  readonly weights: TermWeights;
  readonly words: readonly string[];
  readonly rarity: (word: string) => number;
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
  const words = terms.terms
    .filter(({ term, class: kind }) => kind === 'word' && weights.weights.has(term))
    .map(({ term }) => term);
  const asked: Asked = {
    question,
    weights,
    words,
    rarity: (word) => rarity.get(word) ?? 1,
    pairs: orderedPairs(question),
    names: entitiesOf(question).map(fold),
  };
  const rarities = new Map(words.map((word) => [word, asked.rarity(word)]));
  const kinship = kinshipOf(documents, new Set(weights.weights.keys()), rarities);
  return documents.map((document, index) => ({
    ...(kinship[index] ?? { cosine: 0, central: 0, company: 0, title: 0 }),
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
  const { question, weights, words, rarity, pairs, names } = asked;
  const title = countTerms([document.title, ...document.breadcrumbs].join('\n')).counts;
  const counts = new Map<string, number>();
  for (const unit of units)
    for (const [term, count] of unit.counts) counts.set(term, (counts.get(term) ?? 0) + count);
  const has = (word: string) => counts.has(word) || title.has(word);
  const text = `${document.title}\n${windowOf(document, COMPARED)}`;
  const folded = fold(text);
  const missing = words.filter((word) => !has(word));
  const rarest = words.toSorted((a, b) => rarity(b) - rarity(a)).slice(0, 3);
  const nearest = units.toSorted((a, b) => b.own - a.own).slice(0, SENTENCES);
  const bits = (of: readonly string[]) => of.reduce((sum, word) => sum + rarity(word), 0) / BITS;
  return {
    score: document.lexical / weights.total,
    phrase: pairsHeld(pairs, text),
    phraseInUnit: most(nearest.map((unit) => pairsHeld(pairs, unit.text))),
    names: names.length === 0 ? 1 : names.filter((name) => folded.includes(name)).length / names.length,
    likeness: most(
      units
        .filter(({ kind }) => kind !== 'heading')
        .map(({ terms, distinct }) => (2 * terms.size) / (distinct + weights.weights.size)),
    ),
    pairs: pairsMet(asked, units),
    use: useOf(weights, counts),
    found: bits(words.filter(has)),
    missing: bits(missing),
    rarestMissing: most(missing.map(rarity)) / BIT,
    rare: rarest.length === 0 ? 0 : rarest.filter(has).length / rarest.length,
    covered: weightIn(weights, has),
    own: most(units.map((unit) => unit.own)),
    longest: most(units.map(({ terms }) => terms.size)) / Math.max(1, weights.weights.size),
    begins: beginningsHeld(question, text),
  };
}

/** Each counted by the rarity of both words. */
function pairsMet({ words, rarity }: Asked, units: readonly ScoredUnit[]): number {
  let [met, all] = [0, 0];
  const paired = words.slice(0, PAIRED);
  for (const [at, a] of paired.entries())
    for (const b of paired.slice(at + 1)) {
      const weight = rarity(a) * rarity(b);
      all += weight;
      if (units.some(({ terms }) => terms.has(a) && terms.has(b))) met += weight;
    }
  return all === 0 ? 0 : met / all;
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
