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
  readonly data: Uint8Array;
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
    'SELECT first, last, entries, docs, data FROM posting WHERE term = ? ORDER BY first DESC LIMIT 1',
    key,
  );
  let open = tail && tail.data.length < ROW_BYTES ? tail : undefined;
  let previousDoc = -1;
  for (let from = 0; from < postings.length;) {
    const first = open?.first ?? postings[from] ?? 0;
    const { to, docs } = encodeRow(postings, from, open, docOf, previousDoc);
    const last = postings[to - 3] ?? first;
    const entries = (open?.entries ?? 0) + (to - from) / 3;
    db.run(
      'INSERT OR REPLACE INTO posting(term, first, last, entries, docs, data) VALUES(?, ?, ?, ?, ?, ?)',
      ...[key, first, last, entries, (open?.docs ?? 0) + docs, writer.finish()],
    );
    previousDoc = docOf(last);
    from = to;
    open = undefined;
  }
}

/** Fills the buffer with the open row's bytes and as many entries as fit, at least one. */
function encodeRow(
  postings: Postings,
  from: number,
  open: Tail | undefined,
  docOf: DocOf,
  lastDoc: number,
): { to: number; docs: number } {
  writer.length = 0;
  if (open) writer.bytes(open.data);
  let previous = open?.last ?? (postings[from] ?? 0) - 1;
  let [docs, previousDoc, to] = [0, lastDoc, from];
  while (to < postings.length && (to === from || writer.length < ROW_BYTES)) {
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
