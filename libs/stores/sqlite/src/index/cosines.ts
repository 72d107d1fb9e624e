import type { SearchRequest } from '@fumikura/ports';
import type { IndexReader } from './reader.ts';

/** Chunks of lexical hits that get a cosine although the vector scan did not choose them. */
const MAX_RESCORED = 100;

interface DocCosine {
  readonly cosine: number;
  /** Of the chunk that has it. */
  readonly slot: number;
}

/** The highest cosine of each document, as far as one was computed. */
export class Cosines {
  readonly #reader: IndexReader;
  readonly #admitted: Uint8Array;
  readonly #best = new Map<number, DocCosine>();
  /** Of each chunk that was compared, in the precision of `rescore`: a vector is a row to read. */
  readonly #ofChunks = new Map<number, number>();

  constructor(reader: IndexReader, admitted: Uint8Array) {
    this.#reader = reader;
    this.#admitted = admitted;
  }

  /** In the order in which they were found: best first after a scan. */
  documents(): number[] {
    return [...this.#best.keys()];
  }

  of(doc: number): DocCosine | undefined {
    return this.#best.get(doc);
  }

  /** Documents of the vector scan with their best chunk. */
  scan(
    { vector, fingerprint }: NonNullable<SearchRequest['dense']>,
    chunks: number,
    shouldStop: () => boolean,
  ): void {
    const { dense } = this.#reader;
    dense.requireFingerprint(fingerprint);
    for (const { chunkId, cosine } of dense.scan(vector, this.#admitted, chunks, shouldStop))
      this.#keep(chunkId, cosine);
  }

  /** For documents that only the words found. */
  rescore(vector: Float32Array, best: readonly number[], bestSlot: (doc: number) => number): void {
    const missing = this.#toRescore(
      best.filter((doc) => !this.#best.has(doc)),
      bestSlot,
    );
    this.ofChunks(vector, missing);
  }

  /** @param chunks ascending, admitted */
  ofChunks(vector: Float32Array, chunks: readonly number[]): void {
    const rescored = this.#reader.dense.rescore(vector, Uint32Array.from(chunks));
    for (const [at, chunk] of chunks.entries()) {
      const cosine = rescored[at] ?? NaN;
      if (!Number.isNaN(cosine)) this.#keep(chunk, cosine);
    }
  }

  /** Of the first chunk of each document; what is known already is not asked for again. */
  leads(vector: Float32Array, docs: readonly number[]): ReadonlyMap<number, number> {
    const firstChunk = this.#reader.columns.docs.firstChunk.values;
    const leads = new Map<number, number>();
    const asked = new Map<number, number>();
    for (const doc of docs) {
      const best = this.#best.get(doc);
      const first = firstChunk[doc] ?? 0;
      const known = best?.slot === 0 ? best.cosine : this.#ofChunks.get(first);
      if (known !== undefined) leads.set(doc, known);
      else if (best && this.#admitted[first] === 1) asked.set(first, doc);
    }
    const chunks = [...asked.keys()].sort((a, b) => a - b);
    const found = this.#reader.dense.rescore(vector, Uint32Array.from(chunks));
    for (const [at, chunk] of chunks.entries()) {
      const cosine = found[at] ?? NaN;
      const doc = asked.get(chunk);
      if (doc === undefined || Number.isNaN(cosine)) continue;
      leads.set(doc, cosine);
      this.#keep(chunk, cosine);
    }
    return leads;
  }

  #keep(chunk: number, cosine: number): void {
    const { columns } = this.#reader;
    const doc = columns.doc.values[chunk] ?? 0;
    this.#ofChunks.set(chunk, Math.fround(cosine));
    const known = this.#best.get(doc);
    if (known && cosine <= known.cosine) return;
    this.#best.set(doc, { cosine, slot: chunk - (columns.docs.firstChunk.values[doc] ?? 0) });
  }

  /** The best chunk by words of each document first, then its other chunks while there is room. */
  #toRescore(docs: readonly number[], bestSlot: (doc: number) => number): number[] {
    const first = this.#reader.columns.docs.firstChunk.values;
    const best = docs.map((doc) => (first[doc] ?? 0) + Math.max(0, bestSlot(doc)));
    const chosen = new Set(best.filter((chunk) => this.#admitted[chunk] === 1));
    for (const doc of docs) {
      if (chosen.size >= MAX_RESCORED) break;
      for (const chunk of this.#admittedChunks(doc)) {
        if (chosen.size >= MAX_RESCORED) break;
        chosen.add(chunk);
      }
    }
    return [...chosen].sort((a, b) => a - b);
  }

  #admittedChunks(doc: number): number[] {
    const { firstChunk, slots } = this.#reader.columns.docs;
    const first = firstChunk.values[doc] ?? 0;
    return Array.from({ length: slots.values[doc] ?? 0 }, (_, slot) => first + slot).filter(
      (chunk) => this.#admitted[chunk] === 1,
    );
  }
}
