export { FUSION_WEIGHTS, fuse } from './fusion.ts';
export type { FusionWeights } from './fusion.ts';
export { createKnowledge } from './knowledge.ts';
export type { KnowledgeOptions } from './knowledge.ts';
export { CANDIDATES, createRanker } from './ranker.ts';
export type { EmbedQuery, Ranker } from './ranker.ts';
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
