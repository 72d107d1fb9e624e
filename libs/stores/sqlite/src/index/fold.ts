import type { Database } from '../database.ts';
import { decodeDelta, TermPostings } from './delta.ts';
import type { IndexMeta } from './meta.ts';
import { appendPostings } from './posting-writer.ts';
import { TITLE_LIST } from './schema.ts';

/** Chunks waiting in the delta that make a fold worth its writes. */
export const FOLD_AT_CHUNKS = 1_000;
/** Terms moved in one step: about 20 ms under the write lock. */
const TERMS_PER_STEP = 2_000;

/** Appends whole documents to the lists, in order of their terms so that pages are touched once. */
export function appendAll(db: Database, postings: TermPostings, docOfChunk: (chunk: number) => number): void {
  for (const term of [...postings.body.keys()].sort())
    appendPostings(db, term, postings.body.get(term) ?? [], docOfChunk);
  for (const term of [...postings.title.keys()].sort()) {
    appendPostings(db, TITLE_LIST + term, postings.title.get(term) ?? [], (doc) => doc);
  }
}

/**
 * Moves a slice of the delta into the lists and changes `meta` to say how far it came. Readers meanwhile take from the
 * delta only what lies behind the end of a term's list, so each entry counts once at every moment.
 * @returns true while more of this fold is to do
 */
export function foldStep(
  db: Database,
  meta: IndexMeta,
  docOfChunk: (chunk: number) => number,
  mostTerms = TERMS_PER_STEP,
): boolean {
  const upTo =
    meta.foldUpTo ?? db.get<{ last: number | null }>('SELECT max(doc) AS last FROM delta')?.last ?? -1;
  if (upTo < 0) return false;
  const postings = readDelta(db, upTo);
  const keys = [
    ...[...postings.body.keys()].map((term) => term),
    ...[...postings.title.keys()].map((term) => TITLE_LIST + term),
  ];
  const rest = keys.filter((key) => meta.foldTerm === undefined || key > meta.foldTerm).sort();
  for (const key of rest.slice(0, mostTerms)) {
    const isTitle = key.startsWith(TITLE_LIST);
    const list = isTitle ? postings.title.get(key.slice(TITLE_LIST.length)) : postings.body.get(key);
    appendPostings(db, key, list ?? [], isTitle ? (doc) => doc : docOfChunk);
  }
  if (rest.length > mostTerms) {
    meta.foldUpTo = upTo;
    meta.foldTerm = rest[mostTerms - 1] ?? '';
    return true;
  }
  db.run('DELETE FROM delta WHERE doc <= ?', upTo);
  delete meta.foldUpTo;
  delete meta.foldTerm;
  return false;
}

function readDelta(db: Database, upTo: number): TermPostings {
  const postings = new TermPostings();
  for (const { doc, data } of db.all<{ doc: number; data: Uint8Array }>(
    'SELECT doc, data FROM delta WHERE doc <= ? ORDER BY doc',
    upTo,
  )) {
    const { firstChunk, terms } = decodeDelta(doc, data);
    postings.add(doc, firstChunk, terms);
  }
  return postings;
}
