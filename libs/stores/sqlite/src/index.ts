export { createSqliteStore, openSqliteState } from './store.ts';
export type { RebuildOptions, SqliteState, SqliteStore, SqliteStoreOptions } from './store.ts';
export type { RebuildProgress } from './rebuild.ts';
