export { FUSION_WEIGHTS, fuse, fusionWeights } from './fusion.ts';
export type { FusionWeights } from './fusion.ts';
export { createKnowledge } from './knowledge.ts';
export type { KnowledgeOptions } from './knowledge.ts';
export { CANDIDATES, createRanker } from './ranker.ts';
export type { EmbedQuery, Ranker, Ranking } from './ranker.ts';
export type {
  DocumentPage,
  Evidence,
  EvidenceDocument,
  EvidenceQuery,
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
