import type { IndexDocument, IndexFilter } from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { Columns } from './columns.ts';
import { NO_TIME } from './columns.ts';

const MINUTE = 60_000;

/** Number of a filter value, made when it is new. 0 stands for no value. */
export function valueId(db: Database, field: string, text: string): number {
  if (text === '') return 0;
  const known = db.get<{ value: number }>(
    'SELECT value FROM index_value WHERE field = ? AND text = ?',
    field,
    text,
  );
  if (known) return known.value;
  return (
    db.get<{ value: number }>(
      'INSERT INTO index_value(field, text) VALUES(?, ?) RETURNING value',
      field,
      text,
    )?.value ?? 0
  );
}

export function writeManyValues(db: Database, doc: number, document: IndexDocument): void {
  for (const [field, values] of [
    ['author', document.authors],
    ['label', document.labels],
  ] as const) {
    for (const text of new Set(values)) {
      if (text !== '')
        db.run(
          'INSERT OR IGNORE INTO index_doc_value(value, doc) VALUES(?, ?)',
          valueId(db, field, text),
          doc,
        );
    }
  }
}

/** Minutes since 1970; text that is no time means none. */
export function minutesOf(time: string | undefined): number {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? NO_TIME : Math.floor(ms / MINUTE);
}

/** One byte per document: 1 where every condition holds. Undefined when there is no condition. */
export function matchingDocs(
  db: Database,
  columns: Columns,
  filter: IndexFilter | undefined,
  docs: number,
): Uint8Array | undefined {
  if (!filter || Object.keys(filter).length === 0) return undefined;
  const matching = new Uint8Array(docs).fill(1);
  for (const [field, values, column] of [
    ['source', filter.sources, columns.docs.source.values],
    ['kind', filter.kinds, columns.docs.kind.values],
    ['language', filter.languages, columns.docs.language.values],
  ] as const) {
    if (values) keepOneOf(matching, column, knownIds(db, field, values));
  }
  if (filter.authors) keepListed(db, matching, knownIds(db, 'author', filter.authors));
  if (filter.labels) keepListed(db, matching, knownIds(db, 'label', filter.labels));
  keepTimes(matching, columns.docs.updated.values, filter);
  return matching;
}

function knownIds(db: Database, field: string, values: readonly string[]): ReadonlySet<number> {
  const rows = values.map((text) =>
    db.get<{ value: number }>('SELECT value FROM index_value WHERE field = ? AND text = ?', field, text),
  );
  return new Set(rows.flatMap((row) => (row ? [row.value] : [])));
}

function keepOneOf(matching: Uint8Array, column: Int32Array, wanted: ReadonlySet<number>): void {
  for (let doc = 0; doc < matching.length; doc++) if (!wanted.has(column[doc] ?? 0)) matching[doc] = 0;
}

function keepListed(db: Database, matching: Uint8Array, wanted: ReadonlySet<number>): void {
  const listed = new Uint8Array(matching.length);
  for (const value of wanted) {
    for (const { doc } of db.all<{ doc: number }>('SELECT doc FROM index_doc_value WHERE value = ?', value))
      listed[doc] = 1;
  }
  for (let doc = 0; doc < matching.length; doc++) matching[doc] = (matching[doc] ?? 0) & (listed[doc] ?? 0);
}

function keepTimes(
  matching: Uint8Array,
  column: Int32Array,
  { updatedFrom, updatedBefore }: IndexFilter,
): void {
  if (updatedFrom === undefined && updatedBefore === undefined) return;
  const from = updatedFrom === undefined ? NO_TIME + 1 : Math.ceil(Date.parse(updatedFrom) / MINUTE);
  const before = updatedBefore === undefined ? 2_147_483_647 : Math.ceil(Date.parse(updatedBefore) / MINUTE);
  for (let doc = 0; doc < matching.length; doc++) {
    const time = column[doc] ?? NO_TIME;
    if (time < from || time >= before || time === NO_TIME) matching[doc] = 0;
  }
}
