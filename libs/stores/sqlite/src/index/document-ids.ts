import type { Database } from '../database.ts';

/** Ids kept, about 80 bytes each. */
const MOST_KEPT = 20_000;

/**
 * Ids of documents by their numbers, those asked for last in memory. A number is given once; only what a rollback undid or a
 * rebuild replaced can give it to another document, and then this has to be forgotten.
 */
export class DocumentIds {
  readonly #kept = new Map<number, string>();
  readonly #most: number;

  constructor(most = MOST_KEPT) {
    this.#most = most;
  }

  /** Inside a transaction. Of a document that is gone its id may still be told, or nothing: none is admitted. */
  of(db: Database, docs: readonly number[]): ReadonlyMap<number, string> {
    const found = new Map<number, string>();
    const unknown: number[] = [];
    for (const doc of docs) {
      const id = this.#kept.get(doc);
      if (id === undefined) unknown.push(doc);
      else found.set(doc, id);
    }
    const rows = db.tuplesOf<[doc: number, id: string]>(
      'SELECT d.doc, d.id FROM json_each(?) AS key JOIN index_doc AS d ON d.doc = key.value',
      unknown,
    );
    for (const [doc, id] of rows) found.set(doc, id);
    this.#keep(found);
    return found;
  }

  forget(): void {
    this.#kept.clear();
  }

  #keep(found: ReadonlyMap<number, string>): void {
    for (const [doc, id] of found) {
      this.#kept.delete(doc);
      this.#kept.set(doc, id);
    }
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
  }
}
