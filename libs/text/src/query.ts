import { analyse } from './analyser.ts';
import { detectLanguage } from './language.ts';
import { stem } from './stemmer.ts';
import { ENGLISH_STOP_WORDS } from './stop-words.ts';
import { termClass } from './terms.ts';
import type { TermClass } from './terms.ts';

export interface QueryTerm {
  readonly term: string;
  readonly class: TermClass;
  /** Occurrences in the query, >= 1; a factor of the term's score. */
  readonly count: number;
}

export interface QueryTerms {
  /** Distinct terms in order of appearance, stop words left out unless nothing else remains. */
  readonly terms: readonly QueryTerm[];
  /** BCP 47 primary language by script and words, or `und`. */
  readonly language: string;
}

/** Distinct terms used of one query; the rest of a very long one adds cost and no precision. */
export const MAX_QUERY_TERMS = 256;

const stopStems = new Set([...ENGLISH_STOP_WORDS].map(stem));

export function analyseQuery(query: string): QueryTerms {
  const counts = new Map<string, number>();
  analyse(query, (term) => counts.set(term, (counts.get(term) ?? 0) + 1));
  const all = [...counts].map(([term, count]): QueryTerm => ({ term, class: termClass(term), count }));
  const useful = all.filter(({ term, class: kind }) => kind !== 'unigram' && !stopStems.has(term));
  return { terms: withFallback(useful, all).slice(0, MAX_QUERY_TERMS), language: detectLanguage(query) };
}

/** Nothing but stop words: they are what is looked for. Nothing but single characters: likewise. */
function withFallback(useful: readonly QueryTerm[], all: readonly QueryTerm[]): readonly QueryTerm[] {
  if (useful.length === 0) {
    const words = all.filter(({ class: kind }) => kind !== 'unigram');
    return words.length > 0 ? words : all;
  }
  const isOneCharacter = useful.length === 1 && all.some(({ term }) => term.slice(1) === useful[0]?.term);
  return isOneCharacter ? all : useful;
}
