import { TermNumbers } from '@fumikura/text';
import { TITLE_LIST } from './schema.ts';
import { TripleLists } from './triple-lists.ts';

/**
 * Entries of a list as flat triples (at, a, b), ascending by `at`. Body list: chunk number, count in the span, count in
 * the chunk's head. Title list: document number, count in the title, count in title and breadcrumbs.
 */
export type Postings = readonly number[];

const NONE: Postings = [];

/** Posting lists in memory, by the key they have in the database; a bulk load holds millions of entries. */
export class PostingLists {
  readonly numbers = new TermNumbers();
  readonly #body = new TripleLists();
  readonly #title = new TripleLists();

  /** Of a term's number here; `at` never smaller than before in the same list. */
  addBody(number: number, chunk: number, inSpan: number, inHead: number): void {
    this.#body.append(number, chunk, inSpan, inHead);
  }

  addTitle(number: number, doc: number, inTitle: number, inHead: number): void {
    this.#title.append(number, doc, inTitle, inHead);
  }

  append(key: string, at: number, a: number, b: number): void {
    if (isTitleList(key)) this.addTitle(this.numbers.numberOf(key.slice(TITLE_LIST.length)), at, a, b);
    else this.addBody(this.numbers.numberOf(key), at, a, b);
  }

  /** Empty for a list that is not here. */
  get(key: string): Postings {
    const isTitle = isTitleList(key);
    const number = this.numbers.find(isTitle ? key.slice(TITLE_LIST.length) : key);
    return number === undefined ? NONE : (isTitle ? this.#title : this.#body).read(number);
  }

  /** Of all lists, in the order of the database. */
  keys(): string[] {
    const keys: string[] = [];
    for (let number = 0; number < this.numbers.size; number++) {
      if (this.#body.has(number)) keys.push(this.numbers.termOf(number));
      if (this.#title.has(number)) keys.push(TITLE_LIST + this.numbers.termOf(number));
    }
    return keys.sort();
  }
}

export function isTitleList(key: string): boolean {
  return key.charCodeAt(0) === 3;
}
