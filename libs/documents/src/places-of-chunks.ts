import type { Chunk } from '@fumikura/model';

/** The last chunk that begins at or before a place in the text; the first one for a place before all. */
export function lastUntil(chunks: readonly Chunk[], place: number): Chunk | undefined {
  let [low, high] = [0, chunks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chunks[middle]?.start ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return chunks[Math.max(0, low - 1)];
}
