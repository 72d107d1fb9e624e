export { readItem } from './documents.ts';
export { createIngest } from './ingest.ts';
export { DEFAULT_INGEST_LIMITS } from './types.ts';
export type { Counters, Ingest, IngestLimits, IngestOptions, SyncOptions, SyncProgress } from './types.ts';
