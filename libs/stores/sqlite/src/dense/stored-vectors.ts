import type { Database } from '../database.ts';
import { fromInt8 } from './quantise.ts';

/** Vectors of a run of chunks, as far as they have one: chunk id and vector, by chunk id. */
export function storedVectors(db: Database, firstChunk: number, chunks: number): [number, Float32Array][] {
  return db
    .all<{ chunk: number; value: Uint8Array }>(
      'SELECT chunk, value FROM vector WHERE chunk >= ? AND chunk < ? ORDER BY chunk',
      firstChunk,
      firstChunk + chunks,
    )
    .map(({ chunk, value }) => [chunk, fromInt8(value)]);
}
