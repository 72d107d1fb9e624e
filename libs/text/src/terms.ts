import { analyse, BIGRAM, UNIGRAM } from './analyser.ts';

/** Goes up whenever the same text may give other terms; stored with every index. */
export const TOKENISER_VERSION = '2';

/**
 * Terms of one class share statistics and lengths. `word`: English stems, identifiers, Japanese and Chinese words.
 * `bigram`: pairs of neighbouring CJK characters. `unigram`: single CJK characters, for one-character queries only.
 */
export type TermClass = 'word' | 'bigram' | 'unigram';

/**
 * What one text gives the index. All classes share one name space: bigrams start with U+0002, unigrams with U+0001,
 * words with neither, so that one posting list belongs to one class.
 */
export interface TermCounts {
  /** Term → occurrences, > 0. */
  readonly counts: ReadonlyMap<string, number>;
  /** Occurrences in all, by class; the document length of BM25. */
  readonly wordLength: number;
  readonly bigramLength: number;
}

export function termClass(term: string): TermClass {
  if (term.startsWith(BIGRAM)) return 'bigram';
  return term.startsWith(UNIGRAM) ? 'unigram' : 'word';
}

/** Numbers and identifiers with digits: a text has them or has not; repeating one says little (docs/retrieval.md). */
export function isNumbered(term: string): boolean {
  return /\p{Nd}/u.test(term);
}

export function countTerms(text: string): TermCounts {
  const counts = new Map<string, number>();
  let wordLength = 0;
  let bigramLength = 0;
  analyse(text, (term) => {
    counts.set(term, (counts.get(term) ?? 0) + 1);
    const first = term.charCodeAt(0);
    if (first === 2) bigramLength++;
    else if (first !== 1) wordLength++;
  });
  return { counts, wordLength, bigramLength };
}
