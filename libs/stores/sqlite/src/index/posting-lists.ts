import { TITLE_LIST } from './schema.ts';

/**
 * Entries of a list as flat triples (at, a, b), ascending by `at`. Body list: chunk number, count in the span, count in
 * the chunk's head. Title list: document number, count in the title, count in title and breadcrumbs. Flat, because a
 * bulk load holds millions of them.
 */
export type Postings = readonly number[];

/** Posting lists in memory, by the key they have in the database. */
export class PostingLists {
  readonly lists = new Map<string, number[]>();

  addBody(term: string, chunk: number, inSpan: number, inHead: number): void {
    this.#push(term, chunk, inSpan, inHead);
  }

  addTitle(term: string, doc: number, inTitle: number, inHead: number): void {
    this.#push(TITLE_LIST + term, doc, inTitle, inHead);
  }

  append(key: string, at: number, a: number, b: number): void {
    this.#push(key, at, a, b);
  }

  #push(key: string, at: number, a: number, b: number): void {
    const list = this.lists.get(key);
    if (list) list.push(at, a, b);
    else this.lists.set(key, [at, a, b]);
  }
}

export function isTitleList(key: string): boolean {
  return key.charCodeAt(0) === 3;
}
