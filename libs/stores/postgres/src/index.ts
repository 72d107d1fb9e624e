export { createPostgresCatalog, planPostgresMigration } from './postgres-catalog.ts';
export type { PostgresCatalog, PostgresCatalogOptions } from './postgres-catalog.ts';
export type { ConnectionOptions } from './connection.ts';
