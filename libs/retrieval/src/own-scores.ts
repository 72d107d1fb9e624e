import { BM25_LENGTH, LEXICAL_WEIGHTS, saturationOf } from '@fumikura/ports';
import { countTerms } from '@fumikura/text';
import type { QueryTerms, TermCounts } from '@fumikura/text';
import type { EvidenceDocument } from './types.ts';

interface Counted {
  readonly text: TermCounts;
  readonly title: TermCounts;
  readonly chunks: readonly TermCounts[];
}

/**
 * Lexical scores of documents by their own texts and lengths and by how rare words are among what was found: for engines
 * whose scores follow all documents, hidden ones too. Cost: reading each once more.
 */
export function ownScores(
  documents: readonly EvidenceDocument[],
  { terms }: QueryTerms,
  rarity: ReadonlyMap<string, number>,
): number[] {
  const counted = documents.map(countsOf);
  const averages = {
    document: averageOf(counted.map(({ text }) => text)),
    chunk: averageOf(counted.flatMap(({ chunks }) => chunks)),
    title: averageOf(counted.map(({ title }) => title)),
  };
  const scoreOf = (counts: TermCounts, part: keyof typeof averages): number =>
    terms.reduce((sum, { term, class: kind, count }) => {
      const frequency = counts.counts.get(term) ?? 0;
      if (frequency === 0) return sum;
      const isWord = kind === 'word';
      const { bigram, titleBigram } = LEXICAL_WEIGHTS;
      const weight = isWord ? 1 : part === 'title' ? titleBigram : bigram;
      const b = part === 'title' ? BM25_LENGTH.title : BM25_LENGTH.text;
      const length = isWord
        ? counts.wordLength / (averages[part].word || 1)
        : counts.bigramLength / (averages[part].bigram || 1);
      const saturation = frequency / (frequency + saturationOf(term) * (1 - b + b * length));
      return sum + weight * count * (rarity.get(term) ?? 0) * saturation;
    }, 0);
  return counted.map(
    ({ text, title, chunks }) =>
      LEXICAL_WEIGHTS.document * scoreOf(text, 'document') +
      LEXICAL_WEIGHTS.chunk * Math.max(0, ...chunks.map((chunk) => scoreOf(chunk, 'chunk'))) +
      LEXICAL_WEIGHTS.title * scoreOf(title, 'title'),
  );
}

function countsOf({ title, breadcrumbs, stored: { text, chunks } }: EvidenceDocument): Counted {
  const above = [title, ...breadcrumbs].join('\n');
  return {
    text: countTerms(`${above}\n${text}`),
    title: countTerms(title),
    chunks: chunks.map(({ start, end, headingPath }) =>
      countTerms([above, ...headingPath, text.slice(start, end)].join('\n')),
    ),
  };
}

function averageOf(counts: readonly TermCounts[]) {
  const mean = (of: (each: TermCounts) => number) =>
    counts.reduce((sum, each) => sum + of(each), 0) / Math.max(1, counts.length);
  return { word: mean(({ wordLength }) => wordLength), bigram: mean(({ bigramLength }) => bigramLength) };
}
