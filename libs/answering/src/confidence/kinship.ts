import type { EvidenceDocument } from '@fumikura/retrieval';
import { countTerms } from '@fumikura/text';
import { windowOf } from './window.ts';
import { gramsOf, resemblance } from './wording.ts';

/** How alike a document is to the question, and to the others that were found with it. Each 0 to 1. */
export interface Kinship {
  /** Cosine of question and document, words by how rare they are among those found. */
  readonly cosine: number;
  /** Mean cosine with the three documents most like it: how much it is what the others are about. */
  readonly central: number;
  /** Mean cosine with all of them. */
  readonly company: number;
  /** Share of its title that the question has. */
  readonly title: number;
  /** Rarity of the question's words that it has, and in part of those that one of its words is much like. */
  readonly resembled: number;
}

/** Characters of a document that are compared. */
const COMPARED = 12_000;
const NEAREST = 3;
/** Documents beside one, and their usual cosine: that a small collection has fewer says nothing. */
const OTHERS = 7;
const USUAL = 0.209;

interface Profile {
  readonly weights: ReadonlyMap<string, number>;
  readonly length: number;
}

/** One for each document, in their order. Cost: about that of reading them once more. */
export function kinshipOf(
  documents: readonly EvidenceDocument[],
  terms: ReadonlySet<string>,
  words: ReadonlyMap<string, number>,
): Kinship[] {
  const texts = documents.map((document) => `${document.title}\n${windowOf(document, COMPARED)}`);
  const counts = texts.map((text) => countTerms(text).counts);
  const rarity = rarityAmong(counts);
  const profiles = counts.map((each) => profileOf(each, rarity));
  const question: Profile = { weights: words, length: lengthOf(words) };
  return documents.map(({ title }, at) => {
    const own = profiles[at] ?? question;
    const others = profiles
      .filter((_, other) => other !== at)
      .map((other) => cosine(own, other))
      .toSorted((a, b) => b - a);
    return {
      cosine: cosine(question, own),
      central: sum(others.slice(0, NEAREST)) / NEAREST,
      company: (sum(others) + Math.max(0, OTHERS - others.length) * USUAL) / Math.max(OTHERS, others.length),
      resembled: resembledIn(words, counts[at] ?? new Map(), texts[at] ?? ''),
      title: shareIn(terms, countTerms(title).counts, rarity),
    };
  });
}

function resembledIn(
  words: ReadonlyMap<string, number>,
  counts: ReadonlyMap<string, number>,
  text: string,
): number {
  const grams = gramsOf(text);
  let [held, all] = [0, 0];
  for (const [word, rarity] of words) {
    all += rarity;
    held += rarity * (counts.has(word) ? 1 : resemblance(word, grams));
  }
  return all === 0 ? 0 : held / all;
}

function rarityAmong(counts: readonly ReadonlyMap<string, number>[]): (term: string) => number {
  const holding = new Map<string, number>();
  for (const each of counts) for (const term of each.keys()) holding.set(term, (holding.get(term) ?? 0) + 1);
  return (term) => Math.log(1 + (counts.length + 0.5) / ((holding.get(term) ?? 0) + 0.5));
}

function profileOf(counts: ReadonlyMap<string, number>, rarity: (term: string) => number): Profile {
  const weights = new Map(
    [...counts].map(([term, count]) => [term, (1 + Math.log(count)) * rarity(term)] as const),
  );
  return { weights, length: lengthOf(weights) };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function lengthOf(weights: ReadonlyMap<string, number>): number {
  return Math.sqrt(sum([...weights.values()].map((weight) => weight * weight))) || 1;
}

function cosine(a: Profile, b: Profile): number {
  const [fewer, more] = a.weights.size < b.weights.size ? [a, b] : [b, a];
  let shared = 0;
  for (const [term, weight] of fewer.weights) shared += weight * (more.weights.get(term) ?? 0);
  return shared / (a.length * b.length);
}

function shareIn(
  terms: ReadonlySet<string>,
  counts: ReadonlyMap<string, number>,
  rarity: (term: string) => number,
): number {
  let [held, all] = [0, 0];
  for (const term of counts.keys()) {
    all += rarity(term);
    if (terms.has(term)) held += rarity(term);
  }
  return all === 0 ? 0 : held / all;
}
