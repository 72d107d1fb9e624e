import type { Database } from '../database.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { DocTerms } from './doc-terms.ts';
import type { Posting } from './posting-codec.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A document waiting in the delta: small writes go here, because appending to hundreds of lists would dirty them all. */
export interface DeltaDoc {
  readonly doc: number;
  readonly firstChunk: number;
  readonly terms: readonly DeltaTerm[];
}

interface DeltaTerm {
  readonly term: string;
  readonly title: number;
  readonly head: number;
  readonly chunks: readonly number[];
}

export function writeDelta(db: Database, doc: number, firstChunk: number, { terms }: DocTerms): void {
  const writer = new ByteWriter();
  writer.varint(firstChunk);
  for (const [term, { title, head, chunks }] of terms) {
    const bytes = encoder.encode(term);
    writer.varint(bytes.length);
    writer.bytes(bytes);
    for (const value of [title, head, chunks.length, ...chunks]) writer.varint(value);
  }
  db.run('INSERT INTO delta(doc, data) VALUES(?, ?)', doc, writer.finish());
}

export function decodeDelta(doc: number, data: Uint8Array): DeltaDoc {
  const reader = new ByteReader(data);
  const firstChunk = reader.varint();
  const terms: DeltaTerm[] = [];
  while (!reader.isDone) {
    const term = decoder.decode(reader.slice(reader.varint()));
    const [title, head, length] = [reader.varint(), reader.varint(), reader.varint()];
    terms.push({ term, title, head, chunks: Array.from({ length }, () => reader.varint()) });
  }
  return { doc, firstChunk, terms };
}

/** Postings of several documents by term, ready to be appended or scanned. */
export class TermPostings {
  readonly body = new Map<string, Posting[]>();
  readonly title = new Map<string, Posting[]>();

  add(doc: number, firstChunk: number, terms: Iterable<DeltaTerm>): void {
    for (const { term, title, head, chunks } of terms) {
      if (head > 0) push(this.title, term, { at: doc, a: title, b: head });
      for (let index = 0; index < chunks.length; index += 3) {
        push(this.body, term, {
          at: firstChunk + (chunks[index] ?? 0),
          a: chunks[index + 1] ?? 0,
          b: chunks[index + 2] ?? 0,
        });
      }
    }
  }
}

export function* termsOf({ terms }: DocTerms): Generator<DeltaTerm> {
  for (const [term, { title, head, chunks }] of terms) yield { term, title, head, chunks };
}

function push(map: Map<string, Posting[]>, term: string, posting: Posting): void {
  const list = map.get(term);
  if (list) list.push(posting);
  else map.set(term, [posting]);
}

/** The delta as a reader sees it, kept in memory and extended by what is new. */
export class DeltaCache {
  postings = new TermPostings();
  #first = 0;
  #last = -1;

  refresh(db: Database): void {
    const range = db.get<{ first: number | null; last: number | null }>(
      'SELECT min(doc) AS first, max(doc) AS last FROM delta',
    );
    const first = range?.first ?? Number.MAX_SAFE_INTEGER;
    const last = range?.last ?? -1;
    if (first > this.#first || last < this.#last) this.forget();
    if (last > this.#last) this.#load(db);
    this.#first = first;
    this.#last = last;
  }

  forget(): void {
    this.postings = new TermPostings();
    this.#last = -1;
    this.#first = 0;
  }

  #load(db: Database): void {
    for (const { doc, data } of db.all<{ doc: number; data: Uint8Array }>(
      'SELECT doc, data FROM delta WHERE doc > ? ORDER BY doc',
      this.#last,
    )) {
      const { firstChunk, terms } = decodeDelta(doc, data);
      this.postings.add(doc, firstChunk, terms);
    }
  }
}
