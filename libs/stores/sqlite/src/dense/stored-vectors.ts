import type { Database } from '../database.ts';

/** Vectors of a run of chunks, as far as they have one: chunk id and vector, by chunk id. Scale first, then int8. */
export function storedVectors(db: Database, firstChunk: number, chunks: number): [number, Float32Array][] {
  return db
    .all<{ chunk: number; value: Uint8Array }>(
      'SELECT chunk, value FROM vector WHERE chunk >= ? AND chunk < ? ORDER BY chunk',
      firstChunk,
      firstChunk + chunks,
    )
    .map(({ chunk, value }) => {
      const scale = new DataView(value.buffer, value.byteOffset, 4).getFloat32(0, true);
      const units = new Int8Array(value.buffer, value.byteOffset + 4, value.length - 4);
      return [chunk, Float32Array.from(units, (unit) => unit * scale)];
    });
}
