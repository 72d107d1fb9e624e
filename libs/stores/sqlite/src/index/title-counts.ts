import type { Postings } from './posting-lists.ts';
import type { PostingRow } from './posting-row.ts';
import { visitRow } from './visit-postings.ts';

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
    let [index, documents] = [0, 0];
    const put = (doc: number, title: number, head: number): void => {
      this.#docs[index] = doc;
      this.#title[index] = title;
      this.#head[index++] = head;
      if (title > 0) documents++;
    };
    for (const { data, first } of rows) visitRow(data, first - 1, put);
    for (let next = 0; next < fresh.length; next += 3)
      put(fresh[next] ?? 0, fresh[next + 1] ?? 0, fresh[next + 2] ?? 0);
    this.documents = documents;
  }

  /** Documents among these that have the term in their title. */
  countAmong(isAmong: (doc: number) => boolean): number {
    let documents = 0;
    for (const [index, doc] of this.#docs.entries())
      if ((this.#title[index] as number) > 0 && isAmong(doc)) documents++;
    return documents;
  }

  moveTo(doc: number): void {
    if (this.#docs.length === 0) return;
    while (this.#next < this.#docs.length && (this.#docs[this.#next] as number) < doc) this.#next++;
    const isThere = this.#docs[this.#next] === doc;
    this.title = isThere ? (this.#title[this.#next] ?? 0) : 0;
    this.head = isThere ? (this.#head[this.#next] ?? 0) : 0;
  }
}
