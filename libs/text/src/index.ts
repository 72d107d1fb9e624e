export { analyseQuery } from './query.ts';
export type { QueryTerm, QueryTerms } from './query.ts';
export { countTerms, TOKENISER_VERSION } from './terms.ts';
export type { TermClass, TermCounts } from './terms.ts';
