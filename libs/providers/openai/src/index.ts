export { askDimension, createOpenaiEmbedder } from './embedder.ts';
export type { OpenaiEmbedderOptions } from './embedder.ts';
