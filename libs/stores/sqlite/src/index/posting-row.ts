import type { Database } from '../database.ts';

/** A row of a posting list as stored. */
export interface PostingRow {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  readonly docs: number;
  readonly data: Uint8Array;
}

/** Rows of a list that end at `from` or later, in order. */
export function rowsFrom(db: Database, key: string, from: number): PostingRow[] {
  return rowsBy(db, 'term = ? AND last >= ? ORDER BY first', key, from);
}

/** All rows of a list, in order. */
export function rowsOf(db: Database, key: string): PostingRow[] {
  return rowsBy(db, 'term = ? ORDER BY first', key);
}

/** Rows read at a time, for whoever may end before the last one. */
const STEPS = [2, 16, 512];

/** All rows of a list, in order, read as they are asked for. */
export function* rowsInSteps(db: Database, key: string): Generator<PostingRow> {
  let after = -1;
  for (let step = 0; ; step++) {
    const wanted = STEPS[Math.min(step, STEPS.length - 1)] ?? 1;
    const rows = rowsBy(db, 'term = ? AND first > ? ORDER BY first LIMIT ?', key, after, wanted);
    yield* rows;
    if (rows.length < wanted) return;
    after = rows.at(-1)?.first ?? 0;
  }
}

type Columns = [first: number, last: number, entries: number, docs: number, data: Uint8Array];

/** A frequent term has a thousand rows: objects are made here, at a fraction of what the driver takes for them. */
function rowsBy(db: Database, where: string, ...values: readonly (string | number)[]): PostingRow[] {
  return db
    .tuples<Columns>(`SELECT first, last, entries, docs, data FROM posting WHERE ${where}`, ...values)
    .map(([first, last, entries, docs, data]) => ({ first, last, entries, docs, data }));
}
