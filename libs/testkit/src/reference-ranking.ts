import type { IndexDocument, LexicalWeights } from '@fumikura/ports';
import { analyseQuery, countTerms } from '@fumikura/text';
import type { TermCounts } from '@fumikura/text';

const K1 = 1.2;
const K1_WITH_DIGITS = 0.3;

/** Average lengths of an index that holds them constant; without them they are those of the documents. */
export interface ReferenceAverages {
  readonly chunk: { readonly words: number; readonly bigrams: number };
  readonly document: { readonly words: number; readonly bigrams: number };
  readonly title: { readonly words: number; readonly bigrams: number };
}

/**
 * The ranking as it is defined, computed the slow and obvious way: BM25 over chunks, documents and titles. What an index
 * finds is compared with it. Cost: every document for every term.
 * @returns document id → score, only documents with a score above 0
 */
export function referenceRanking(
  documents: readonly IndexDocument[],
  query: string,
  weights: LexicalWeights,
  isReadable: (document: IndexDocument) => boolean,
  averages?: ReferenceAverages,
): Map<string, number> {
  const all = documents.map(counted);
  const scores = new Map<string, number>();
  for (const { term, class: kind, count } of analyseQuery(query).terms) {
    const isWord = kind === 'word';
    const has = (counts: TermCounts) => counts.counts.get(term) ?? 0;
    const length = (counts: TermCounts) => (isWord ? counts.wordLength : counts.bigramLength);
    const chunks = all.flatMap((each) =>
      each.chunks.map((chunk) => ({
        tf: has(chunk.span) + has(chunk.head),
        length: length(chunk.span) + length(chunk.head),
      })),
    );
    const wholes = all.map((each) => ({
      tf: each.chunks.reduce((sum, { span }) => sum + has(span), has(each.top)),
      length: each.chunks.reduce((sum, { span }) => sum + length(span), length(each.top)),
      // A word of a heading above a chunk counts as one of the document's, for how rare it is.
      holds: each.chunks.some(({ span, head }) => has(span) + has(head) > 0),
    }));
    const titles = all.map((each) => ({ tf: has(each.title), length: length(each.title) }));
    const constant = (part: keyof ReferenceAverages) => averages?.[part][isWord ? 'words' : 'bigrams'];
    const k1 = /[0-9]/u.test(term) ? K1_WITH_DIGITS : K1;
    const inChunks = bm25(chunks, 0.75, k1, constant('chunk'));
    const inWholes = bm25(wholes, 0.75, k1, constant('document'));
    const inTitles = bm25(titles, 0.5, k1, constant('title'));
    const factor = count * (isWord ? 1 : weights.bigram);
    let next = 0;
    for (const [index, each] of all.entries()) {
      for (const chunk of each.chunks) chunk.score += factor * (inChunks[next++] ?? 0);
      each.whole += factor * (inWholes[index] ?? 0);
      each.titleScore += count * (isWord ? 1 : weights.titleBigram) * (inTitles[index] ?? 0);
    }
  }
  for (const { document, whole, chunks, titleScore } of all) {
    const best = Math.max(0, ...chunks.map(({ score }) => score));
    const total = weights.document * whole + weights.chunk * best + weights.title * titleScore;
    if (total > 0 && isReadable(document)) scores.set(document.documentId, total);
  }
  return scores;
}

function counted(document: IndexDocument) {
  const { title, breadcrumbs } = document;
  const slots = document.chunks.length > 0 ? document.chunks : [{ text: '', headingPath: [], context: '' }];
  return {
    document,
    title: countTerms(title),
    top: joined(countTerms(title), countTerms(breadcrumbs.join('\n'))),
    chunks: slots.map(({ text, headingPath, context = '' }) => ({
      span: countTerms(text),
      head: countTerms([title, ...breadcrumbs, ...headingPath, context].join('\n')),
      score: 0,
    })),
    whole: 0,
    titleScore: 0,
  };
}

function joined(a: TermCounts, b: TermCounts): TermCounts {
  const counts = new Map(a.counts);
  for (const [term, count] of b.counts) counts.set(term, (counts.get(term) ?? 0) + count);
  return { counts, wordLength: a.wordLength + b.wordLength, bigramLength: a.bigramLength + b.bigramLength };
}

function bm25(
  fields: readonly { tf: number; length: number; holds?: boolean }[],
  b: number,
  k1: number,
  constant?: number,
): number[] {
  const containing = fields.filter(({ tf, holds = tf > 0 }) => holds).length;
  const idf = Math.log(1 + (fields.length - containing + 0.5) / (containing + 0.5));
  const average = constant ?? fields.reduce((sum, { length }) => sum + length, 0) / fields.length;
  return fields.map(({ tf, length }) =>
    tf === 0 ? 0 : (idf * tf) / (tf + k1 * (1 - b + (average > 0 ? (b * length) / average : 0))),
  );
}
