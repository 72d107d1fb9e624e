export type { BoostSettings } from './boosts.ts';
export { FUSION_WEIGHTS, fuse, fusionWeights } from './fusion.ts';
export type { FusionWeights, Ranked } from './fusion.ts';
export { createKnowledge } from './knowledge.ts';
export type { KnowledgeOptions } from './knowledge.ts';
export { withLiveSources } from './live/live-knowledge.ts';
export type { LiveOptions } from './live/live-knowledge.ts';
export { LIVE_SETTINGS } from './live/types.ts';
export type { LiveSettings, LiveSource, ReadItem } from './live/types.ts';
export { createPlaceReranker } from './rerank/places.ts';
export { createRerankStage, RERANK_SETTINGS } from './rerank/stage.ts';
export type { RerankSettings, RerankStage, RerankStageOptions } from './rerank/stage.ts';
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
