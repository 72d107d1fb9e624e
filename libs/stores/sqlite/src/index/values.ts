import type { ExcludedValues, FilterField, IndexDocument, IndexFilter } from '@fumikura/ports';
import { abbreviationsOf } from '@fumikura/text';
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
    ['space', document.breadcrumbs.slice(0, 1)],
    ...abbreviationValues(document),
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

/** Beside the fields of filters: what a document explains, as short form, tabulator, long form. */
export const ABBREVIATION = 'abbreviation';

function abbreviationValues({ chunks }: IndexDocument): (readonly [string, readonly string[]])[] {
  const learned = chunks.flatMap(({ text }) => abbreviationsOf(text));
  return learned.length === 0 ? [] : [[ABBREVIATION, learned.map(({ short, long }) => `${short}\t${long}`)]];
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
  for (const { field, values, isExcluded } of conditionsOf(filter)) {
    const column = columnOf(columns, field);
    const ids = knownIds(db, field, values);
    const listed = column ? havingOneOf(column, ids, docs) : listedUnder(db, ids, docs);
    for (let doc = 0; doc < docs; doc++)
      matching[doc] = (matching[doc] ?? 0) & ((listed[doc] ?? 0) ^ (isExcluded ? 1 : 0));
  }
  keepTimes(matching, columns.docs.updated.values, filter);
  return matching;
}

const KEYS: readonly (readonly [keyof ExcludedValues, FilterField])[] = [
  ['sources', 'source'],
  ['kinds', 'kind'],
  ['languages', 'language'],
  ['authors', 'author'],
  ['labels', 'label'],
  ['spaces', 'space'],
];

interface ValueCondition {
  readonly field: FilterField;
  readonly values: readonly string[];
  readonly isExcluded: boolean;
}

function conditionsOf(filter: IndexFilter): ValueCondition[] {
  return [
    { of: filter, isExcluded: false },
    { of: filter.excluded ?? {}, isExcluded: true },
  ].flatMap(({ of, isExcluded }) =>
    KEYS.flatMap(([key, field]): ValueCondition[] => {
      const values = of[key];
      return values ? [{ field, values, isExcluded }] : [];
    }),
  );
}

/** Of fields with one value a document; the others are listed by value. */
function columnOf({ docs }: Columns, field: FilterField): Int32Array | undefined {
  if (field === 'source' || field === 'kind' || field === 'language') return docs[field].values;
  return undefined;
}

function knownIds(db: Database, field: string, values: readonly string[]): ReadonlySet<number> {
  const rows = values.map((text) =>
    db.get<{ value: number }>('SELECT value FROM index_value WHERE field = ? AND text = ?', field, text),
  );
  return new Set(rows.flatMap((row) => (row ? [row.value] : [])));
}

function havingOneOf(column: Int32Array, wanted: ReadonlySet<number>, docs: number): Uint8Array {
  const having = new Uint8Array(docs);
  for (let doc = 0; doc < docs; doc++) if (wanted.has(column[doc] ?? 0)) having[doc] = 1;
  return having;
}

function listedUnder(db: Database, wanted: ReadonlySet<number>, docs: number): Uint8Array {
  const listed = new Uint8Array(docs);
  for (const value of wanted)
    for (const { doc } of db.all<{ doc: number }>('SELECT doc FROM index_doc_value WHERE value = ?', value))
      listed[doc] = 1;
  return listed;
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
