export { fingerprintOf, passageHash, passageText } from './passage.ts';
export { createQueryVectors } from './query-vectors.ts';
export type { QueryVector, QueryVectorOptions, QueryVectors } from './query-vectors.ts';
export { createEmbeddingStage } from './stage.ts';
export type {
  EmbeddingBudget,
  EmbeddingStage,
  StageOptions,
  StageOutcome,
  StageProgress,
  StageResult,
} from './types.ts';
