export { estimateTokens } from './estimate.ts';
export { detectLanguage } from './language.ts';
export { normaliseText } from './normalise.ts';
export { analyseQuery, MAX_QUERY_TERMS } from './query.ts';
export type { QueryTerm, QueryTerms } from './query.ts';
export { matchSpans } from './spans.ts';
export type { MatchSpan } from './spans.ts';
export { countTerms, termClass, TOKENISER_VERSION } from './terms.ts';
export type { TermClass, TermCounts } from './terms.ts';
