import { isDeepStrictEqual } from 'node:util';
import { cutAs, isSameChunking } from '@fumikura/documents';
import type { ChunkerOptions, Cut } from '@fumikura/documents';
import { passageHash, passageText } from '@fumikura/embedding';
import { AppError } from '@fumikura/errors';
import type { Chunk } from '@fumikura/model';
import type { DocumentWrite, KnownVector } from '@fumikura/ports';
import { storeChunking, storedChunking } from './chunking.ts';
import type { InstalledStore } from './store.ts';

/**
 * How documents are to be cut in the store that is filled, which remembers it before it has any.
 * @throws AppError CHUNKING_DIFFERS (config)
 */
export async function chunkingThere(
  from: InstalledStore,
  to: InstalledStore,
  chunking: ChunkerOptions | undefined,
): Promise<ChunkerOptions> {
  const [here, there] = [await storedChunking(from), await storedChunking(to)];
  if (here.before ?? there.before) throw unfinished();
  const wanted = chunking ?? here;
  if (isSameChunking(there, wanted)) return wanted;
  const filled = (await to.catalog.sources()).some(({ documents }) => documents > 0);
  if (filled) throw otherThere();
  await storeChunking(to, wanted);
  return wanted;
}

/** Documents as they are cut there. Vectors go along where nothing changed, and are remembered of chunks that stay. */
export async function carried(
  to: InstalledStore,
  writes: readonly DocumentWrite[],
  chunking: ChunkerOptions,
): Promise<readonly DocumentWrite[]> {
  const kept: KnownVector[] = [];
  const cut = writes.map((write) => {
    const other = recutWrite(write, chunking);
    if (other) kept.push(...vectorsOfSame(write, other.chunks));
    return other ?? write;
  });
  const { fingerprint } = kept.length === 0 ? {} : await to.index.stats();
  const nothing = { texts: 0, tokens: 0, usd: 0 };
  if (fingerprint)
    await to.embeddings.keep(fingerprint, kept, new Date().toISOString().slice(0, 10), nothing);
  return cut;
}

/** Without vectors, which are of other chunks; undefined when the document is cut so already. */
export function recutWrite(write: DocumentWrite, chunking: ChunkerOptions): DocumentWrite | undefined {
  const { vectors: _, chunks, defaultChunks, ...rest } = write;
  const cut: Cut = cutAs({ ...write.document, chunks, ...(defaultChunks && { defaultChunks }) }, chunking);
  const before: Cut = { chunks, ...(defaultChunks && { defaultChunks }) };
  return isDeepStrictEqual(cut, before) ? undefined : { ...rest, ...cut };
}

/** Those whose text is embedded in the other cut, too. */
function vectorsOfSame(
  { document, chunks, vectors }: DocumentWrite,
  others: readonly Chunk[],
): KnownVector[] {
  if (!vectors) return [];
  const hashOf = (chunk: Chunk) => passageHash(passageText(document.title, chunk, document.text));
  const wanted = new Set(others.map(hashOf));
  return chunks.flatMap((chunk, at) => {
    const [hash, vector] = [hashOf(chunk), vectors[at]];
    return vector && wanted.has(hash) ? [{ hash, vector }] : [];
  });
}

function unfinished(): AppError {
  return new AppError('CHUNKING_DIFFERS', 'config', 'chunks of two sizes', {
    publicMessage:
      'The documents were not all cut anew. Run "fumi index rebuild --chunks" again with the same size first: it goes on.',
  });
}

function otherThere(): AppError {
  return new AppError('CHUNKING_DIFFERS', 'config', 'the other store has chunks of another size', {
    publicMessage:
      'The other store has documents with chunks of another size. Fill an empty one, or run "fumi index rebuild --chunks" there first.',
  });
}
