import { AppError } from '@fumikura/errors';
import { CATALOG_SCHEMA } from './catalog/schema.ts';
import type { Database } from './database.ts';
import { DENSE_SCHEMA } from './dense/dense-index.ts';
import { INDEX_SCHEMA } from './index/schema.ts';

/** Steps from one version to the next, forward only; each in one transaction with all that follow. */
const MIGRATIONS: readonly ((db: Database) => void)[] = [
  (db) => {
    for (const schema of [CATALOG_SCHEMA, INDEX_SCHEMA, DENSE_SCHEMA]) db.exec(schema);
  },
];

const SCHEMA_VERSION = MIGRATIONS.length;
/** Marks the file as ours ("fumi"), so that another program's database is not written into. */
const APPLICATION_ID = 0x66756d69;

/** Brings an empty or older file up to date. @throws AppError STORE_NEWER, STORE_OLDER, STORE_DAMAGED (config) */
export function migrate(db: Database, readOnly: boolean): void {
  const version = numberOf(db, 'user_version');
  if (version > SCHEMA_VERSION) throw newer(db.file, version);
  if (version === SCHEMA_VERSION) return;
  if (readOnly) throw older(db.file);
  db.write(() => {
    const current = numberOf(db, 'user_version');
    if (current === 0 && hasTables(db)) throw foreign(db.file);
    for (const step of MIGRATIONS.slice(current)) step(db);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; PRAGMA application_id = ${APPLICATION_ID};`);
  });
}

function numberOf(db: Database, pragma: 'user_version'): number {
  return db.get<{ user_version: number }>(`PRAGMA ${pragma}`)?.user_version ?? 0;
}

function hasTables(db: Database): boolean {
  return db.get('SELECT 1 FROM sqlite_schema LIMIT 1') !== undefined;
}

function newer(file: string, version: number): AppError {
  return new AppError('STORE_NEWER', 'config', `schema ${version}, this program knows ${SCHEMA_VERSION}`, {
    publicMessage: `The database ${file} was written by a newer Fumikura (format ${version}, this one reads ${SCHEMA_VERSION}). Install the newer version.`,
  });
}

function older(file: string): AppError {
  return new AppError('STORE_OLDER', 'config', 'schema is older and the file is read-only', {
    publicMessage: `The database ${file} is of an older format and cannot be changed. Open it once with the right to write.`,
  });
}

function foreign(file: string): AppError {
  return new AppError('STORE_DAMAGED', 'config', 'tables of another program', {
    publicMessage: `The database ${file} belongs to another program. Choose another data folder.`,
  });
}
