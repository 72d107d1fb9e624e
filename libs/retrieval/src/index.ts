export { BOOSTED_PLACES, createBoost } from './boosts/boosts.ts';
export type { Boost, BoostSettings } from './boosts/boosts.ts';
export { FUSION_WEIGHTS, fuse, fusionWeights } from './fusion.ts';
export type { FusionWeights, Ranked } from './fusion.ts';
export { createKnowledge } from './knowledge.ts';
export type { KnowledgeOptions } from './knowledge.ts';
export { cachedRanker } from './cache/ranking-cache.ts';
export { cacheReports } from './cache/cache-reports.ts';
export { familiarQuestions } from './cache/familiar.ts';
export { openQuestionNotes } from './cache/question-notes.ts';
export type { CacheCounts } from './cache/ranking-cache.ts';
export type { Correction } from './query/corrections.ts';
export { withLiveSources } from './live/live-knowledge.ts';
export type { LiveOptions } from './live/live-knowledge.ts';
export { LIVE_SETTINGS } from './live/types.ts';
export type { LiveSettings, LiveSource, ReadItem } from './live/types.ts';
export { createPlaceReranker } from './rerank/places.ts';
export { createRerankStage, RERANK_SETTINGS } from './rerank/stage.ts';
export type { RerankSettings, RerankStage, RerankStageOptions } from './rerank/stage.ts';
export { CANDIDATES, createRanker } from './ranker.ts';
export type { EmbedQuery, RankedQuery, Ranker, Ranking } from './ranker.ts';
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
  WithheldDocument,
} from './types.ts';
export { expanded } from './query/expand.ts';
export type { TellingExpansion } from './query/expand.ts';
export { NO_SYNONYMS, parseSynonyms } from './query/synonyms.ts';
export type { Expansion, Synonyms } from './query/synonyms.ts';
export type { SuggestRequest, Suggestions } from './suggest.ts';
export { createFeedback, FEEDBACK_SPACE } from './feedback.ts';
export type { Feedback, Opinion, Verdict } from './feedback.ts';
