import { isDeepStrictEqual } from 'node:util';
import type { Chunk } from '@fumikura/model';
import { blocksOfText } from './blocks-of-text.ts';
import type { CutText } from './blocks-of-text.ts';
import { chunk } from './chunker.ts';
import { CHUNKER_DEFAULTS, isSameChunking } from './chunking.ts';
import type { ChunkerOptions } from './chunking.ts';
import { lastUntil } from './places-of-chunks.ts';

export type { CutText } from './blocks-of-text.ts';

/** A text's chunks, and those that are cut by default where these are others: what every other cut is made from. */
export interface Cut {
  readonly chunks: readonly Chunk[];
  readonly defaultChunks?: readonly Chunk[];
}

/**
 * Chunks of another size from what is stored of a document, by the same rules as `chunk`. Cutting again with the same
 * options changes nothing. A page number is that of the chunk a new one begins in; the header of a table that was in one
 * chunk is taken to be its first row.
 */
export function recut(cut: CutText, options: ChunkerOptions): Chunk[] {
  const made = chunk({ text: cut.text, blocks: blocksOfText(cut) }, options);
  return made.map(({ place: _, ...each }) => {
    const place = lastUntil(cut.chunks, each.start)?.place;
    return { ...each, ...(place && { place }) };
  });
}

/** The way to a size does not matter: it is always made from the default chunks, which also come back as they were. */
export function cutAs(
  { text, outline, chunks, defaultChunks = chunks }: CutText & Cut,
  options: ChunkerOptions,
): Cut {
  if (isSameChunking(options, CHUNKER_DEFAULTS)) return { chunks: defaultChunks };
  const made = recut({ text, outline, chunks: defaultChunks }, options);
  return isDeepStrictEqual(made, defaultChunks) ? { chunks: defaultChunks } : { chunks: made, defaultChunks };
}
