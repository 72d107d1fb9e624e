import { AppError } from '@fumikura/errors';
import { ACCESS_CHANGE_SCHEMA } from './catalog/access-changes.ts';
import { ACCESS_HISTORY_SCHEMA } from './catalog/access-history.ts';
import { DIRECTORY_SCHEMA } from './catalog/directory.ts';
import { JOBS_SCHEMA } from './catalog/jobs.ts';
import { CATALOG_SCHEMA } from './catalog/schema.ts';
import { STATE_SCHEMA } from './catalog/state.ts';
import { APPLICATION_ID } from './database.ts';
import type { Database } from './database.ts';
import { DENSE_SCHEMA } from './dense/dense-index.ts';
import { EMBEDDING_SCHEMA } from './embedding/schema.ts';
import { INDEX_SCHEMA, VOCABULARY_SCHEMA } from './index/schema.ts';

/** Brings a file from the format before to its own, inside of a transaction. */
export type Migration = (db: Database) => void;

/** Formats before it were never released: such a file is made anew. */
const FIRST_FORMAT = 2;

/** The first makes an empty file one of `FIRST_FORMAT`, each of the others one of the next format. */
const MIGRATIONS: readonly Migration[] = [
  (db) => {
    for (const schema of [CATALOG_SCHEMA, INDEX_SCHEMA, DENSE_SCHEMA]) db.exec(schema);
  },
  (db) => db.exec(DIRECTORY_SCHEMA),
  (db) => db.exec(JOBS_SCHEMA),
  (db) => db.exec(EMBEDDING_SCHEMA),
  (db) => db.exec(STATE_SCHEMA),
  (db) => db.exec(ACCESS_CHANGE_SCHEMA),
  (db) => {
    db.exec(VOCABULARY_SCHEMA);
    db.exec(FILL_VOCABULARY);
    db.exec(FILL_SPACES);
  },
  (db) => db.exec(ACCESS_HISTORY_SCHEMA),
  (db) => db.exec(VALUES_BY_DOCUMENT),
];

/** A document that is written again leaves its values: without this each of them is looked at. */
const VALUES_BY_DOCUMENT = 'CREATE INDEX IF NOT EXISTS index_doc_value_doc ON index_doc_value(doc);';

const FILL_VOCABULARY = `
INSERT INTO vocabulary(term, entries)
  SELECT term, sum(entries) FROM posting WHERE unicode(term) > 3 GROUP BY term;`;

const SPACE = `json_extract(d.head, '$.breadcrumbs[0]')`;
const FILL_SPACES = `
INSERT INTO facet(field, value, acl_id, documents)
  SELECT 'space', ${SPACE}, d.acl_id, count(*) FROM document AS d WHERE ${SPACE} <> '' GROUP BY 2, 3;
INSERT OR IGNORE INTO index_value(field, text)
  SELECT DISTINCT 'space', ${SPACE} FROM document AS d WHERE ${SPACE} <> '';
INSERT INTO index_doc_value(value, doc)
  SELECT v.value, i.doc FROM document AS d JOIN index_doc AS i ON i.id = d.id
  JOIN index_value AS v ON v.field = 'space' AND v.text = ${SPACE};`;

/**
 * Brings an empty or older file up to date, all steps in one transaction; forward only.
 * @throws AppError STORE_NEWER, STORE_OLDER, STORE_DAMAGED (config); the file is then as it was
 */
export function migrate(db: Database, readOnly: boolean, migrations = MIGRATIONS): void {
  const format = FIRST_FORMAT + migrations.length - 1;
  const current = formatOf(db, format);
  if (current === format) return;
  if (readOnly) throw current === 0 ? empty(db.file) : older(db.file);
  db.write(() => {
    // Asked again: another process may have done it since.
    const done = formatOf(db, format);
    for (const step of migrations.slice(done === 0 ? 0 : done - FIRST_FORMAT + 1)) step(db);
    db.exec(`PRAGMA user_version = ${format}; PRAGMA application_id = ${APPLICATION_ID};`);
  });
}

/** @throws AppError STORE_NEWER (config) when the format changed under an open file */
export function requireFormat(db: Database): void {
  formatOf(db, FIRST_FORMAT + MIGRATIONS.length - 1);
}

/** 0 for an empty file. */
function formatOf(db: Database, known: number): number {
  const format = numberOf(db, 'user_version');
  if (format === 0 && !hasTables(db)) return 0;
  if (numberOf(db, 'application_id') !== APPLICATION_ID) throw foreign(db.file);
  if (format > known) throw newer(db.file, format, known);
  if (format < FIRST_FORMAT) throw unreleased(db.file, format);
  return format;
}

/** The tables of an index alone, in an empty file. Inside a transaction. */
export function createIndexTables(db: Database): void {
  for (const schema of [INDEX_SCHEMA, DENSE_SCHEMA]) db.exec(schema);
}

function numberOf(db: Database, pragma: 'user_version' | 'application_id'): number {
  return db.get<Record<string, number>>(`PRAGMA ${pragma}`)?.[pragma] ?? 0;
}

function hasTables(db: Database): boolean {
  return db.get('SELECT 1 FROM sqlite_schema LIMIT 1') !== undefined;
}

function newer(file: string, format: number, known: number): AppError {
  return new AppError('STORE_NEWER', 'config', `format ${format}, this program knows ${known}`, {
    publicMessage: `The database ${file} was written by a newer Fumikura (format ${format}, this one reads ${known}). Install the newer version.`,
  });
}

function older(file: string): AppError {
  return new AppError('STORE_OLDER', 'config', 'the format is older and the file is opened to read', {
    publicMessage: `The database ${file} is of an older format and cannot be changed. Open it once with the right to write.`,
  });
}

function unreleased(file: string, format: number): AppError {
  return new AppError('STORE_OLDER', 'config', `format ${format} cannot be brought up to date`, {
    publicMessage: `The database ${file} is of format ${format}, from before the first release, and cannot be brought up to date. Delete it and run "fumi sync".`,
  });
}

function empty(file: string): AppError {
  return new AppError('STORE_READ_ONLY', 'config', 'the file is empty and opened to read', {
    publicMessage: `The database ${file} is empty and cannot be changed. Open it once with the right to write.`,
  });
}

function foreign(file: string): AppError {
  return new AppError('STORE_DAMAGED', 'config', 'tables of another program', {
    publicMessage: `The database ${file} belongs to another program. Choose another data folder.`,
  });
}
