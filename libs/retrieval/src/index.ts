export { FUSION_WEIGHTS, fuse, fusionWeights } from './fusion.ts';
export type { FusionWeights } from './fusion.ts';
export { createKnowledge } from './knowledge.ts';
export type { KnowledgeOptions } from './knowledge.ts';
export { cachedRanker } from './cache/ranking-cache.ts';
export type { CacheCounts } from './cache/ranking-cache.ts';
export type { Correction } from './query/corrections.ts';
export { CANDIDATES, createRanker } from './ranker.ts';
export type { EmbedQuery, Ranker, Ranking } from './ranker.ts';
export type {
  DocumentPage,
  Hit,
  HitSummary,
  Knowledge,
  KnowledgeQuery,
  OnWithheld,
  ReadRequest,
  SearchPage,
  Snippet,
  SourceSummary,
} from './types.ts';
export { withLongForms } from './query/long-forms.ts';
export type { SuggestRequest, Suggestions } from './suggest.ts';
