export { createLocalEmbedder } from './embedder.ts';
export type { LocalEmbedderOptions } from './embedder.ts';
export type { RuntimeKind } from './runtime.ts';
