import type { Database } from '../database.ts';
import { readDelta } from './delta.ts';
import type { IndexMeta } from './meta.ts';
import { PostingLists } from './posting-lists.ts';
import { appendLists } from './posting-writer.ts';

/** Bounds of the next: every reader keeps what waits in memory, about 2 MB a thousand chunks. */
const LEAST_WAITING = 1_000;
const MOST_WAITING = 4_000;
const SHARE_WAITING = 0.004;

/**
 * Chunks waiting in the delta that make a fold worth its writes, of an index of so many chunks. A fold touches the end of
 * each list that has something new, so the larger the lists, the more it should bring.
 */
export function foldAt(chunks: number): number {
  return Math.min(MOST_WAITING, Math.max(LEAST_WAITING, Math.round(chunks * SHARE_WAITING)));
}

/** Lists extended in one step: about 20 ms under the write lock. */
const LISTS_PER_STEP = 2_000;

/**
 * Moves a slice of the delta into the lists and changes `meta` to say how far it came. Readers meanwhile take from the
 * delta only what lies behind the end of a list, so each entry counts once at every moment.
 * @returns true while more of this fold is to do
 */
export function foldStep(
  db: Database,
  meta: IndexMeta,
  docOf: (chunk: number) => number,
  mostLists = LISTS_PER_STEP,
): boolean {
  const upTo =
    meta.foldUpTo ?? db.get<{ last: number | null }>('SELECT max(doc) AS last FROM delta')?.last ?? -1;
  if (upTo < 0) return false;
  const postings = new PostingLists();
  readDelta(db, -1, upTo, postings);
  const done = meta.foldTerm;
  const rest = postings.keys().filter((key) => done === undefined || key > done);
  const slice = rest.slice(0, mostLists);
  appendLists(db, postings, slice, docOf);
  if (rest.length > slice.length) {
    meta.foldUpTo = upTo;
    meta.foldTerm = slice.at(-1) ?? '';
    return true;
  }
  db.run('DELETE FROM delta WHERE doc <= ?', upTo);
  delete meta.foldUpTo;
  delete meta.foldTerm;
  return false;
}
