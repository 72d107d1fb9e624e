import type { Columns } from './columns.ts';
import type { IndexMeta } from './meta.ts';
import type { Postings } from './posting-lists.ts';
import type { PostingRow } from './posting-row.ts';
import type { IndexReader } from './reader.ts';
import { placesOf } from './visit-postings.ts';

/** What one caller may read, and its numbers in the place of those of the whole index. */
export interface Readable {
  readonly admitted: Uint8Array;
  readonly meta: IndexMeta;
}

/** By the maps themselves, which are made anew with every write. */
const known = new WeakMap<Uint8Array, Readable>();

/**
 * As if nothing else were in the index: neither what is hidden nor what was removed counts.
 * Cost: a look at each chunk and document, once for a caller and a state of the index.
 */
export function readableSums({ meta, columns }: IndexReader, admitted: Uint8Array): Readable {
  const found = known.get(admitted);
  if (found) return found;
  const sums = { ...meta, chunks: 0, documents: 0, chunkWords: 0, chunkBigrams: 0 };
  const lengths = { docWords: 0, docBigrams: 0, titleWords: 0, titleBigrams: 0 };
  for (let chunk = 0; chunk < meta.nextChunk; chunk++) {
    if (admitted[chunk] !== 1) continue;
    sums.chunks++;
    sums.chunkWords += columns.words.values[chunk] ?? 0;
    sums.chunkBigrams += columns.bigrams.values[chunk] ?? 0;
  }
  const { words, bigrams, titleWords, titleBigrams } = columns.docs;
  for (let doc = 0; doc < meta.nextDoc; doc++) {
    if (!mayRead(columns, doc, admitted)) continue;
    sums.documents++;
    lengths.docWords += words.values[doc] ?? 0;
    lengths.docBigrams += bigrams.values[doc] ?? 0;
    lengths.titleWords += titleWords.values[doc] ?? 0;
    lengths.titleBigrams += titleBigrams.values[doc] ?? 0;
  }
  const own = { ...sums, ...lengths, nextChunk: sums.chunks, nextDoc: sums.documents };
  const made = { admitted, meta: own };
  known.set(admitted, made);
  return made;
}

/** A document without chunks cannot be read: the first one of the next document would speak for it. */
export function mayRead(
  { docs: { firstChunk, slots } }: Columns,
  doc: number,
  admitted: Uint8Array,
): boolean {
  return (slots.values[doc] ?? 0) > 0 && admitted[firstChunk.values[doc] ?? 0] === 1;
}

/** Chunks and documents of a body list that may be read. */
export function readableFrequencies(
  rows: readonly PostingRow[],
  fresh: Postings,
  docOf: Int32Array,
  admitted: Uint8Array,
): { readonly chunks: number; readonly docs: number } {
  let [chunks, docs, previous] = [0, 0, -1];
  const count = (at: number): void => {
    if (admitted[at] !== 1) return;
    chunks++;
    const doc = docOf[at] as number;
    if (doc !== previous) docs++;
    previous = doc;
  };
  for (const row of rows) {
    const places = placesOf(row);
    for (let index = 0; index < row.entries; index++) count(places[index] as number);
  }
  for (let index = 0; index < fresh.length; index += 3) count(fresh[index] ?? 0);
  return { chunks, docs };
}
