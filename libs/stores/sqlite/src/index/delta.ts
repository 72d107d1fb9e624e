import type { Database } from '../database.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { isTitleList, PostingLists } from './posting-lists.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A small write goes to the delta, one row a document: appending to hundreds of lists would dirty them all. */
export function writeDelta(db: Database, doc: number, firstChunk: number, lists: PostingLists): void {
  const writer = new ByteWriter();
  writer.varint(firstChunk);
  for (const key of lists.keys()) {
    const postings = lists.get(key);
    const bytes = encoder.encode(key);
    writer.varint(bytes.length);
    writer.bytes(bytes);
    writer.varint(postings.length / 3);
    const base = isTitleList(key) ? doc : firstChunk;
    for (let index = 0; index < postings.length; index += 3) {
      writer.varint((postings[index] ?? 0) - base);
      writer.varint(postings[index + 1] ?? 0);
      writer.varint(postings[index + 2] ?? 0);
    }
  }
  db.run('INSERT INTO delta(doc, data) VALUES(?, ?)', doc, writer.finish());
}

/** Adds the documents of a range of the delta to lists, in their order. */
export function readDelta(db: Database, after: number, upTo: number, into: PostingLists): void {
  const rows = db.all<{ doc: number; data: Uint8Array }>(
    'SELECT doc, data FROM delta WHERE doc > ? AND doc <= ? ORDER BY doc',
    after,
    upTo,
  );
  for (const { doc, data } of rows) {
    const reader = new ByteReader(data);
    const firstChunk = reader.varint();
    while (!reader.isDone) {
      const key = decoder.decode(reader.slice(reader.varint()));
      const base = isTitleList(key) ? doc : firstChunk;
      for (let left = reader.varint(); left > 0; left--) {
        const at = base + reader.varint();
        into.append(key, at, reader.varint(), reader.varint());
      }
    }
  }
}

/** The delta as a reader sees it, kept in memory and extended by what is new. */
export class DeltaCache {
  #postings = new PostingLists();
  #first = 0;
  #last = -1;

  get lists(): PostingLists {
    return this.#postings;
  }

  refresh(db: Database): void {
    const range = db.get<{ first: number | null; last: number | null }>(
      'SELECT min(doc) AS first, max(doc) AS last FROM delta',
    );
    const first = range?.first ?? Number.MAX_SAFE_INTEGER;
    const last = range?.last ?? -1;
    if (first > this.#first || last < this.#last) this.forget();
    if (last > this.#last) readDelta(db, this.#last, last, this.#postings);
    this.#first = first;
    this.#last = last;
  }

  forget(): void {
    this.#postings = new PostingLists();
    this.#last = -1;
    this.#first = 0;
  }
}
