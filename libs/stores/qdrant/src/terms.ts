import { countTerms } from '@fumikura/text';
import type { QueryTerms, TermCounts } from '@fumikura/text';
import { BM25_LENGTH, saturationOf } from '@fumikura/ports';
import type { DocumentWrite, IndexDocument, LexicalWeights } from '@fumikura/ports';

/** Stands in every vector with weight 0, so that texts without any term count among all texts. */
const MARK = 0;

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
export function vectorsOf(document: IndexDocument, averages: Averages): DocumentVectors {
  const { chunks, document: whole, title } = countedParts(document);
  const made = {
    chunks: chunks.map((counts) => vectorOf(counts, averages.chunk, BM25_LENGTH.text)),
    document: vectorOf(whole, averages.document, BM25_LENGTH.text),
    title: vectorOf(title, averages.title, BM25_LENGTH.title),
  };
  const all = [...made.chunks, made.document, made.title];
  return {
    chunks: made.chunks.map(({ vector }) => vector),
    document: made.document.vector,
    title: made.title.vector,
    collisions: all.reduce((sum, { collisions }) => sum + collisions, 0),
  };
}

/** Lengths of a document's parts, to compute averages from. */
export function lengthsOf(document: IndexDocument): {
  readonly chunks: readonly Lengths[];
  readonly document: Lengths;
  readonly title: Lengths;
} {
  const { chunks, document: whole, title } = countedParts(document);
  return { chunks: chunks.map(lengths), document: lengths(whole), title: lengths(title) };
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

/** FNV-1a over UTF-16 units with a final mix; never `MARK`. Part of the format: a change needs another schema version. */
export function numberOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const number = (hash ^ (hash >>> 16)) >>> 0;
  return number === MARK ? 1 : number;
}

interface Counted {
  readonly counts: ReadonlyMap<string, number>;
  readonly wordLength: number;
  readonly bigramLength: number;
}

function countedParts(document: IndexDocument) {
  const title = countTerms(document.title);
  const top = joined(title, countTerms(document.breadcrumbs.join('\n')));
  // A document without chunks has one empty one, so that it is found by its title.
  const slots = document.chunks.length > 0 ? document.chunks : [{ text: '', headingPath: [], context: '' }];
  const parts = slots.map(({ text, headingPath, context = '' }) => ({
    span: countTerms(text),
    head: countTerms([document.title, ...document.breadcrumbs, ...headingPath, context].join('\n')),
  }));
  const whole = new Map(top.counts);
  for (const { span } of parts)
    for (const [term, count] of span.counts) whole.set(term, (whole.get(term) ?? 0) + count);
  for (const { head } of parts)
    for (const term of head.counts.keys()) if (!whole.has(term)) whole.set(term, 0);
  return {
    title,
    document: {
      counts: whole,
      wordLength: parts.reduce((sum, { span }) => sum + span.wordLength, top.wordLength),
      bigramLength: parts.reduce((sum, { span }) => sum + span.bigramLength, top.bigramLength),
    },
    chunks: parts.map(({ span, head }) => joined(span, head)),
  };
}

function joined(a: TermCounts, b: TermCounts): Counted {
  const counts = new Map(a.counts);
  for (const [term, count] of b.counts) counts.set(term, (counts.get(term) ?? 0) + count);
  return { counts, wordLength: a.wordLength + b.wordLength, bigramLength: a.bigramLength + b.bigramLength };
}

function lengths({ wordLength, bigramLength }: Counted): Lengths {
  return { words: wordLength, bigrams: bigramLength };
}

function vectorOf(
  { counts, wordLength, bigramLength }: Counted,
  average: Lengths,
  b: number,
): { readonly vector: SparseVector; readonly collisions: number } {
  const [ofWord, ofBigram] = [
    lengthShare(wordLength, average.words, b),
    lengthShare(bigramLength, average.bigrams, b),
  ];
  const weights = new Map<number, number>([[MARK, 0]]);
  for (const [term, count] of counts) {
    const index = numberOf(term);
    const weight =
      count === 0 ? 0 : count / (count + saturationOf(term) * (isWord(term) ? ofWord : ofBigram));
    weights.set(index, (weights.get(index) ?? 0) + weight);
  }
  const entries = [...weights].sort(([a], [b]) => a - b);
  return {
    vector: { indices: entries.map(([index]) => index), values: entries.map(([, weight]) => weight) },
    collisions: counts.size + 1 - weights.size,
  };
}

function lengthShare(length: number, average: number, b: number): number {
  return 1 - b + (average > 0 ? (b * length) / average : 0);
}

/** Bigrams and single characters start with a control character of their own. */
function isWord(term: string): boolean {
  return term.charCodeAt(0) > 2;
}
