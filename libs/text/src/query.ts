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

export function analyseQuery(_query: string): QueryTerms {
  return { terms: [], language: 'und' };
}
