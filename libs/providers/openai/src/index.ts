export { createOpenaiModel } from './language-model.ts';
export type { OpenaiModelOptions } from './language-model.ts';
export { askDimension, createOpenaiEmbedder } from './embedder.ts';
export type { OpenaiEmbedderOptions } from './embedder.ts';
