export { createIndexPlaces } from './places.ts';
export { createQdrantIndex, DEFAULT_AVERAGES } from './qdrant-index.ts';
export type { QdrantIndex, QdrantIndexOptions } from './qdrant-index.ts';
export { lengthsOf } from './terms.ts';
export type { Averages } from './terms.ts';
