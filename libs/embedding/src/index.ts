export { fingerprintOf, passageHash, passageText } from './passage.ts';
export { createQueryVectors, knowsLanguage } from './query-vectors.ts';
export type { QueryVector, QueryVectorOptions, QueryVectors } from './query-vectors.ts';
