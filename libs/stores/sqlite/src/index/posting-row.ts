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
  return db.all<PostingRow>(
    'SELECT first, last, entries, docs, data FROM posting WHERE term = ? AND last >= ? ORDER BY first',
    key,
    from,
  );
}

/** All rows of a list, in order. */
export function rowsOf(db: Database, key: string): PostingRow[] {
  return db.all<PostingRow>(
    'SELECT first, last, entries, docs, data FROM posting WHERE term = ? ORDER BY first',
    key,
  );
}
