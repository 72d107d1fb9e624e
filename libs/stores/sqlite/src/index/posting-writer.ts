import type { Database } from '../database.ts';
import { ByteWriter } from './bytes.ts';
import { encodePostings, ROW_BYTES } from './posting-codec.ts';
import type { Posting } from './posting-codec.ts';

interface Tail {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  readonly docs: number;
  readonly data: Uint8Array;
}

/**
 * Appends to a term's list. Entries come in ascending order, behind everything the list holds; whole documents only.
 * @param docOf the document of an entry, to count each once
 */
export function appendPostings(
  db: Database,
  term: string,
  postings: readonly Posting[],
  docOf: (at: number) => number,
): void {
  const tail = db.get<Tail>(
    'SELECT first, last, entries, docs, data FROM posting WHERE term = ? ORDER BY first DESC LIMIT 1',
    term,
  );
  let previousDoc = -1;
  let from = 0;
  let open = tail && tail.data.length < ROW_BYTES ? tail : undefined;
  while (from < postings.length) {
    const room = ROW_BYTES - (open?.data.length ?? 0);
    const first = open?.first ?? postings[from]?.at ?? 0;
    const row = encodeRow(postings, from, open?.last ?? first - 1, room, docOf, previousDoc);
    const last = postings[row.to - 1]?.at ?? first;
    db.run(
      'INSERT OR REPLACE INTO posting(term, first, last, entries, docs, data) VALUES(?, ?, ?, ?, ?, ?)',
      term,
      first,
      last,
      (open?.entries ?? 0) + row.to - from,
      (open?.docs ?? 0) + row.docs,
      open ? Buffer.concat([open.data, row.data]) : row.data,
    );
    previousDoc = docOf(last);
    from = row.to;
    open = undefined;
  }
}

/** As many entries as fit, at least one. */
function encodeRow(
  postings: readonly Posting[],
  from: number,
  before: number,
  room: number,
  docOf: (at: number) => number,
  lastDoc: number,
): { to: number; docs: number; data: Uint8Array } {
  const writer = new ByteWriter();
  let [docs, previousDoc, previous, to] = [0, lastDoc, before, from];
  while (to < postings.length && (to === from || writer.length < room)) {
    const posting = postings[to++];
    if (!posting) break;
    writer.bytes(encodePostings([posting], previous));
    previous = posting.at;
    const doc = docOf(posting.at);
    if (doc !== previousDoc) docs++;
    previousDoc = doc;
  }
  return { to, docs, data: writer.finish() };
}
