import { decodePostings } from './posting-codec.ts';
import type { Postings } from './posting-lists.ts';
import type { PostingRow } from './posting-row.ts';

/** Counts of a term in titles, asked for in ascending order of documents. */
export class TitleCounts {
  readonly documents: number;
  readonly #docs: Int32Array;
  readonly #title: Int32Array;
  readonly #head: Int32Array;
  #next = 0;
  title = 0;
  head = 0;

  constructor(rows: readonly PostingRow[], fresh: Postings) {
    const size = rows.reduce((sum, { entries }) => sum + entries, fresh.length / 3);
    this.#docs = new Int32Array(size);
    this.#title = new Int32Array(size);
    this.#head = new Int32Array(size);
    let index = 0;
    let documents = 0;
    for (const postings of [...rows.map(({ data, first }) => decodePostings(data, first - 1)), fresh]) {
      for (let next = 0; next < postings.length; next += 3) {
        this.#docs[index] = postings[next] ?? 0;
        this.#title[index] = postings[next + 1] ?? 0;
        this.#head[index++] = postings[next + 2] ?? 0;
        if ((postings[next + 1] ?? 0) > 0) documents++;
      }
    }
    this.documents = documents;
  }

  moveTo(doc: number): void {
    if (this.#docs.length === 0) return;
    while (this.#next < this.#docs.length && (this.#docs[this.#next] as number) < doc) this.#next++;
    const isThere = this.#docs[this.#next] === doc;
    this.title = isThere ? (this.#title[this.#next] ?? 0) : 0;
    this.head = isThere ? (this.#head[this.#next] ?? 0) : 0;
  }
}
