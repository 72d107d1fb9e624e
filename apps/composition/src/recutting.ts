import { chunkerVersionOf, isSameChunking } from '@fumikura/documents';
import type { ChunkerOptions } from '@fumikura/documents';
import { AppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import { sizeOf, storeChunking, storedChunking } from './chunking.ts';
import type { StoredChunking } from './chunking.ts';
import { holdSources, pagesOf } from './held-sources.ts';
import type { HeldSources } from './held-sources.ts';
import type { Installation } from './installation.ts';
import { knownBacklog } from './known-backlog.ts';
import { recutWrite } from './migrated-chunks.ts';
import { requireDone } from './other-index.ts';
import type { OtherIndexOptions } from './other-index.ts';

export interface RecutOptions extends OtherIndexOptions {
  readonly onProgress?: (progress: { readonly documents: number; readonly total: number }) => void;
}

export interface Recut {
  /** Documents that have other chunks now. */
  readonly written: number;
  /** Those whose chunks are the same in both sizes, or were cut by an attempt before. */
  readonly unchanged: number;
}

/** A process that died keeps syncs off for so long. */
const LEASE_MS = 60_000;

/**
 * Gives all documents chunks of another size, from what is stored: each is there as it was or as it will be at any moment,
 * and searches go on. Vectors are made before, and asked when all documents are done; until then those that are done are
 * found by their words, and syncs are held off. What broke off goes on with the next call.
 * @throws AppError SYNC_RUNNING (conflict), CHUNKING_DIFFERS (config) when one for another size broke off
 */
export async function recutDocuments(
  installation: Installation,
  chunking: ChunkerOptions,
  options: RecutOptions,
): Promise<Recut> {
  const { store } = installation;
  requireSameGoal(await storedChunking(store), chunking);
  await embedAhead(installation, chunking, options);
  const sources = (await store.catalog.sources()).map(({ id }) => id);
  const held = await holdSources([store], sources, { what: 'index rebuild', leaseMs: LEASE_MS });
  try {
    await begin(installation, chunking);
    const recut = await recutAll(installation, chunking, sources, held, options);
    await end(installation, chunking);
    return recut;
  } finally {
    await held.release();
  }
}

/** With what was made ahead, the embedder has nothing left to do but what was written since. */
async function embedAhead(
  { store, embedder: installed }: Installation,
  chunking: ChunkerOptions,
  { run }: RecutOptions,
): Promise<void> {
  const { fingerprint } = await store.embeddings.status();
  if (!installed || !fingerprint) return;
  const embedder = await installed.open();
  requireDone(await run(installed.stageFor(embedder, knownBacklog(store, embedder, chunking), chunking)));
}

/** Nothing is embedded from now on: the index is bound to vectors of chunks as they were. */
async function begin({ store }: Installation, chunking: ChunkerOptions): Promise<void> {
  const stored = await storedChunking(store);
  const { isPaused } = await store.embeddings.status();
  if (!stored.before) {
    const { targetUnits, maxUnits } = stored;
    const before = { targetUnits, maxUnits };
    await storeChunking(store, { ...chunking, before, ...(isPaused && { wasPaused: true }) });
  }
  await store.embeddings.setPaused(true);
}

async function recutAll(
  { store }: Installation,
  chunking: ChunkerOptions,
  sources: readonly SourceId[],
  held: HeldSources,
  { signal, onProgress }: RecutOptions,
): Promise<Recut> {
  const total = (await store.catalog.sources()).reduce((sum, { documents }) => sum + documents, 0);
  let [written, unchanged] = [0, 0];
  for (const source of sources) {
    for await (const ids of pagesOf(store, source, signal)) {
      const writes = await store.export.documents(ids);
      const upserts = writes.flatMap((write) => {
        const other = recutWrite(write, chunking);
        return other ? [{ ...other, isRecut: true as const }] : [];
      });
      const lease = held.leaseOf(store, source);
      if (upserts.length > 0) await store.commit({ source, upserts, ...(lease && { lease }) });
      written += upserts.length;
      unchanged += writes.length - upserts.length;
      onProgress?.({ documents: written + unchanged, total });
      await held.renew();
    }
  }
  return { written, unchanged };
}

/** Vectors of chunks as they were leave the index in one step, and every document waits for those of its own. */
async function end({ store, embedder }: Installation, chunking: ChunkerOptions): Promise<void> {
  const { fingerprint } = await store.embeddings.status();
  if (fingerprint)
    await store.embeddings.bind({ ...fingerprint, chunkerVersion: chunkerVersionOf(chunking) });
  const { wasPaused } = await storedChunking(store);
  await storeChunking(store, chunking);
  await store.embeddings.setPaused(wasPaused ?? false);
  embedder?.reconsider();
}

function requireSameGoal({ before, ...stored }: StoredChunking, chunking: ChunkerOptions): void {
  if (!before || isSameChunking(stored, chunking)) return;
  throw new AppError('CHUNKING_DIFFERS', 'config', `a rebuild for ${sizeOf(stored)} broke off`, {
    publicMessage: `Not all documents have chunks of ${sizeOf(stored)} units yet. Run "fumi index rebuild --chunks ${sizeOf(stored)}" first: it goes on.`,
  });
}
