export { createOpenaiModel } from './language-model.ts';
export type { OpenaiModelOptions } from './language-model.ts';
export { askDimension, createOpenaiEmbedder } from './embedder.ts';
export type { OpenaiEmbedderOptions } from './embedder.ts';
export { createEndpointReranker, createListwiseReranker } from './reranker.ts';
export type { EndpointRerankerOptions, RerankerOptions } from './reranker.ts';
export { countTokens } from './tokens.ts';
