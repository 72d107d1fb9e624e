import type { Database } from '../database.ts';
import { ByteWriter } from './bytes.ts';
import { encodePosting, ROW_BYTES } from './posting-codec.ts';
import { isTitleList } from './posting-lists.ts';
import type { PostingLists, Postings } from './posting-lists.ts';

interface Tail {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  readonly docs: number;
  /** Of its data. */
  readonly size: number;
}

type DocOf = (chunk: number) => number;

/** One buffer for all rows: a bulk load writes a hundred thousand of them. */
const writer = new ByteWriter();

/** Appends lists to what the database has, in order of their keys, so that its pages are touched once. */
export function appendLists(db: Database, lists: PostingLists, keys: readonly string[], docOf: DocOf): void {
  for (const key of keys) appendPostings(db, key, lists.get(key), isTitleList(key) ? itself : docOf);
}

/** Whole documents only: a document's entries in a list are never parted by another append. */
function appendPostings(db: Database, key: string, postings: Postings, docOf: DocOf): void {
  const tail = db.get<Tail>(
    'SELECT first, last, entries, docs, length(data) AS size FROM posting WHERE term = ? ORDER BY first DESC LIMIT 1',
    key,
  );
  let open = tail && tail.size < ROW_BYTES ? tail : undefined;
  let previousDoc = -1;
  for (let from = 0; from < postings.length;) {
    const { to, docs } = encodeRow(postings, from, open, docOf, previousDoc);
    const last = postings[to - 3] ?? 0;
    const entries = (to - from) / 3;
    if (open) extendRow(db, key, open.first, { last, entries, docs });
    else addRow(db, key, postings[from] ?? 0, { last, entries, docs });
    if (!open && isWord(key)) countWord(db, key, entries);
    previousDoc = docOf(last);
    from = to;
    open = undefined;
  }
}

type Added = Pick<Tail, 'last' | 'entries' | 'docs'>;

/** Joined by the database: what is there already is neither read nor sent. */
function extendRow(db: Database, key: string, first: number, { last, entries, docs }: Added): void {
  db.run(
    'UPDATE posting SET last = ?, entries = entries + ?, docs = docs + ?, data = CAST(data || ? AS BLOB) WHERE term = ? AND first = ?',
    ...[last, entries, docs, writer.finish(), key, first],
  );
}

function addRow(db: Database, key: string, first: number, { last, entries, docs }: Added): void {
  db.run(
    'INSERT INTO posting(term, first, last, entries, docs, data) VALUES(?, ?, ?, ?, ?, ?)',
    ...[key, first, last, entries, docs, writer.finish()],
  );
}

/** Bigrams, single characters and titles have lists too, and are no words. */
function isWord(key: string): boolean {
  return key.charCodeAt(0) > 3;
}

function countWord(db: Database, term: string, entries: number): void {
  db.run(
    'INSERT INTO vocabulary(term, entries) VALUES(?, ?) ON CONFLICT(term) DO UPDATE SET entries = entries + excluded.entries',
    term,
    entries,
  );
}

/** Fills the buffer with as many entries as fit behind the open row's bytes, at least one. */
function encodeRow(
  postings: Postings,
  from: number,
  open: Tail | undefined,
  docOf: DocOf,
  lastDoc: number,
): { to: number; docs: number } {
  writer.length = 0;
  const room = ROW_BYTES - (open?.size ?? 0);
  let previous = open?.last ?? (postings[from] ?? 0) - 1;
  let [docs, previousDoc, to] = [0, lastDoc, from];
  while (to < postings.length && (to === from || writer.length < room)) {
    const at = postings[to] ?? 0;
    encodePosting(writer, at - previous, postings[to + 1] ?? 0, postings[to + 2] ?? 0);
    previous = at;
    const doc = docOf(at);
    if (doc !== previousDoc) docs++;
    previousDoc = doc;
    to += 3;
  }
  return { to, docs };
}

function itself(doc: number): number {
  return doc;
}
