import type { IndexReader } from './reader.ts';
import { visitChunks } from './visit-postings.ts';

/** Entries of a list that is worth keeping: reading it takes a millisecond. */
const FREQUENT = 50_000;
/** Terms kept, a byte a document each. */
const MOST_KEPT = 48;

interface Known {
  /** One byte each: 1 has it. */
  readonly docs: Uint8Array;
  /** Chunks before it were looked at. */
  readonly untilChunk: number;
  readonly epoch: string | undefined;
}

/**
 * Which documents have the most frequent terms, whoever may read them. Neither chunks nor documents are numbered again, so
 * what was written since stands at the end of a list; documents that are gone are admitted to nobody.
 */
export class FrequentTerms {
  readonly #known = new Map<string, Known>();
  readonly #frequent: number;

  constructor(frequent = FREQUENT) {
    this.#frequent = frequent;
  }

  /** Undefined for a term that is not frequent. */
  docs(reader: IndexReader, term: string): Uint8Array | undefined {
    const { meta, db, columns } = reader;
    const known = this.#known.get(term);
    const isUsable = known?.epoch === meta.epoch;
    if (known && isUsable && known.untilChunk === meta.nextChunk) {
      this.#keep(term, known);
      return known.docs;
    }
    const row = db.get<{ entries: number }>('SELECT entries FROM vocabulary WHERE term = ?', term);
    if ((row?.entries ?? 0) < this.#frequent) return undefined;
    const docs = new Uint8Array(meta.nextDoc);
    const from = known && isUsable ? known.untilChunk : 0;
    if (known && isUsable) docs.set(known.docs);
    const docOf = columns.doc.values;
    const mark = (chunks: Int32Array, count: number): void => {
      for (let at = 0; at < count; at++) docs[docOf[chunks[at] as number] as number] = 1;
    };
    visitChunks(reader.source, term, mark, from);
    this.#keep(term, { docs, untilChunk: meta.nextChunk, epoch: meta.epoch });
    return docs;
  }

  #keep(term: string, known: Known): void {
    this.#known.delete(term);
    this.#known.set(term, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_KEPT) break;
      this.#known.delete(oldest);
    }
  }
}
