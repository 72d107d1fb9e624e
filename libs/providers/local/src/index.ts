export { createLocalEmbedder } from './embedder.ts';
export type { LocalEmbedderOptions } from './embedder.ts';
export { createLocalReranker } from './reranker.ts';
export type { LocalRerankerOptions } from './reranker.ts';
export { addModel, listModels, MODEL_HOST, PINNED_MODELS, pullModel } from './models.ts';
export type { InstalledModel, PinnedModel, PullOptions } from './models.ts';
export type { RuntimeKind } from './runtime.ts';
