export { createSqliteStore } from './store.ts';
export type { RebuildOptions, SqliteStore, SqliteStoreOptions } from './store.ts';
export type { RebuildProgress } from './rebuild.ts';
