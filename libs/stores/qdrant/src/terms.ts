import type { QueryTerms } from '@fumikura/text';
import { BM25_LENGTH } from '@fumikura/ports';
import type { DocumentWrite, IndexDocument, LexicalWeights } from '@fumikura/ports';
import { MARK, numberOf } from './numbers.ts';
import { TermSum, Vocabulary } from './vocabulary.ts';
import type { CountedText } from './vocabulary.ts';

/** A vector's terms are sorted as one number each: its index, and behind it its place. */
const PLACES = 2 ** 21;

export interface SparseVector {
  readonly indices: number[];
  readonly values: number[];
}

/** Average lengths that scores are relative to: constants of an index, so that nothing has to be written again. */
export interface Averages {
  readonly chunk: Lengths;
  readonly document: Lengths;
  readonly title: Lengths;
}

export interface Lengths {
  readonly words: number;
  readonly bigrams: number;
}

export interface DocumentVectors {
  readonly chunks: readonly SparseVector[];
  readonly document: SparseVector;
  readonly title: SparseVector;
  /** Terms that share a number with another one of the same text; their weights are added. */
  readonly collisions: number;
}

/**
 * A document's three lexical parts as term-frequency halves of BM25; the server multiplies by how rare a term is. Chunk:
 * its span with title, breadcrumbs, headings and context. Document: all spans with title and breadcrumbs once; a term that
 * stands in headings alone is held with weight 0, because it makes the term less rare. Title: the title.
 */
export function vectorsOf(
  document: IndexDocument,
  averages: Averages,
  vocabulary: Vocabulary,
): DocumentVectors {
  const { title, breadcrumbs, slots } = countedParts(document, vocabulary);
  const sum = new TermSum(vocabulary);
  const vector = (lengths: Lengths, b: number) => vectorOf(sum, lengths, b, vocabulary);
  const made = {
    chunks: slots.map(({ span, head }) => {
      sum.clear().add(span).add(head);
      return vector(averages.chunk, BM25_LENGTH.text);
    }),
    title: (sum.clear().add(title), vector(averages.title, BM25_LENGTH.title)),
    document: (addWhole(sum.clear(), title, breadcrumbs, slots), vector(averages.document, BM25_LENGTH.text)),
  };
  const all = [...made.chunks, made.document, made.title];
  return {
    chunks: made.chunks.map((each) => each.vector),
    document: made.document.vector,
    title: made.title.vector,
    collisions: all.reduce((count, { collisions }) => count + collisions, 0),
  };
}

/** Lengths of a document's parts, to compute averages from. */
export function lengthsOf(document: IndexDocument): {
  readonly chunks: readonly Lengths[];
  readonly document: Lengths;
  readonly title: Lengths;
} {
  const { title, breadcrumbs, slots } = countedParts(document, new Vocabulary());
  return {
    chunks: slots.map(({ span, head }) => lengths([span, head])),
    document: lengths([title, breadcrumbs, ...slots.map(({ span }) => span)]),
    title: lengths([title]),
  };
}

/** Of texts like these; what has no length counts with the others. */
export function averagesOf(sample: readonly DocumentWrite[]): Averages {
  const all = sample.map(({ document, chunks }) =>
    lengthsOf({
      documentId: document.id,
      aclId: 0,
      title: document.title,
      breadcrumbs: document.breadcrumbs ?? [],
      source: document.source,
      kind: document.kind,
      language: document.language,
      authors: [],
      labels: [],
      chunks: chunks.map(({ ordinal, headingPath, context, start, end }) => ({
        ordinal,
        headingPath,
        text: document.text.slice(start, end),
        ...(context !== undefined && { context }),
      })),
    }),
  );
  return {
    chunk: meanOf(all.flatMap(({ chunks }) => chunks)),
    document: meanOf(all.map(({ document }) => document)),
    title: meanOf(all.map(({ title }) => title)),
  };
}

function meanOf(parts: readonly Lengths[]): Lengths {
  const mean = (pick: (part: Lengths) => number) =>
    parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + pick(part), 0) / parts.length;
  return { words: mean(({ words }) => words), bigrams: mean(({ bigrams }) => bigrams) };
}

/** A query for one part; empty when no term has a weight. */
export function queryVector({ terms }: QueryTerms, bigram: LexicalWeights['bigram']): SparseVector {
  const weights = new Map<number, number>();
  for (const { term, class: kind, count } of terms) {
    const index = numberOf(term);
    weights.set(index, (weights.get(index) ?? 0) + count * (kind === 'word' ? 1 : bigram));
  }
  const entries = [...weights].filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
  return { indices: entries.map(([index]) => index), values: entries.map(([, weight]) => weight) };
}

interface CountedSlot {
  readonly span: CountedText;
  /** What is found by every chunk below it. */
  readonly head: CountedText;
}

function countedParts({ title, breadcrumbs, chunks }: IndexDocument, vocabulary: Vocabulary) {
  // A document without chunks has one empty one, so that it is found by its title.
  const slots = chunks.length > 0 ? chunks : [{ text: '', headingPath: [], context: '' }];
  return {
    title: vocabulary.count(title),
    breadcrumbs: vocabulary.count(breadcrumbs.join('\n')),
    slots: slots.map(({ text, headingPath, context = '' }): CountedSlot => ({
      span: vocabulary.count(text),
      head: vocabulary.count([title, ...breadcrumbs, ...headingPath, context].join('\n')),
    })),
  };
}

function addWhole(
  sum: TermSum,
  title: CountedText,
  breadcrumbs: CountedText,
  slots: readonly CountedSlot[],
): void {
  sum.add(title).add(breadcrumbs);
  for (const { span } of slots) sum.add(span);
  for (const { head } of slots) sum.note(head.terms);
}

function lengths(texts: readonly CountedText[]): Lengths {
  return {
    words: texts.reduce((sum, { wordLength }) => sum + wordLength, 0),
    bigrams: texts.reduce((sum, { bigramLength }) => sum + bigramLength, 0),
  };
}

function vectorOf(
  sum: TermSum,
  average: Lengths,
  b: number,
  vocabulary: Vocabulary,
): { readonly vector: SparseVector; readonly collisions: number } {
  const ofWord = lengthShare(sum.wordLength, average.words, b);
  const ofBigram = lengthShare(sum.bigramLength, average.bigrams, b);
  const size = sum.seen.length + 1;
  // The mark is the first of all.
  const [keys, weights] = [new Float64Array(size), new Float64Array(size)];
  keys[0] = MARK;
  for (let at = 1; at < size; at++) {
    const term = sum.seen[at - 1] as number;
    const { index, saturation, isWord } = vocabulary.traitsOf(term);
    const count = sum.countOf(term);
    keys[at] = index * PLACES + at;
    weights[at] = count === 0 ? 0 : count / (count + saturation * (isWord ? ofWord : ofBigram));
  }
  const vector = merged(keys.sort(), weights);
  return { vector, collisions: size - vector.indices.length };
}

/** Terms that share an index become one entry. */
function merged(keys: Float64Array, weights: Float64Array): SparseVector {
  const [indices, values]: [number[], number[]] = [[], []];
  for (const key of keys) {
    const at = key % PLACES;
    const index = (key - at) / PLACES;
    const weight = weights[at] as number;
    if (indices.at(-1) === index) values.push((values.pop() ?? 0) + weight);
    else {
      indices.push(index);
      values.push(weight);
    }
  }
  return { indices, values };
}

function lengthShare(length: number, average: number, b: number): number {
  return 1 - b + (average > 0 ? (b * length) / average : 0);
}
