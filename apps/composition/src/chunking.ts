import type { Config } from '@fumikura/config';
import { CHUNKER_DEFAULTS, isSameChunking } from '@fumikura/documents';
import type { ChunkerOptions } from '@fumikura/documents';
import { AppError } from '@fumikura/errors';
import type { JsonValue } from '@fumikura/model';
import type { InstalledStore } from './store.ts';

export type { ChunkerOptions } from '@fumikura/documents';

const SPACE = 'chunking';
const KEY = 'documents';

/** What the catalog remembers of how its documents are cut; nothing where they are cut by default. */
export interface StoredChunking extends ChunkerOptions {
  /** Not all of them are cut so yet; the others so, and vectors are of these. */
  readonly before?: ChunkerOptions;
  /** No vectors were made before that began, either. */
  readonly wasPaused?: true;
}

/** How documents are cut, which another process may change at any moment. */
export interface Chunking {
  /** Of documents that are written now, as the catalog says. */
  forDocuments(): Promise<ChunkerOptions>;
  /** Of those that have vectors, looked up again. */
  forVectors(): Promise<ChunkerOptions>;
  /** The same as it was last looked up here. */
  lastForVectors(): ChunkerOptions;
}

export function chunkingOf({ chunking }: Pick<Config, 'chunking'>): ChunkerOptions {
  return chunking ?? CHUNKER_DEFAULTS;
}

export async function storedChunking({ catalog }: Pick<InstalledStore, 'catalog'>): Promise<StoredChunking> {
  const entry = await catalog.state.get(SPACE, KEY);
  return (entry?.value as unknown as StoredChunking | undefined) ?? CHUNKER_DEFAULTS;
}

export async function storeChunking(
  { catalog }: Pick<InstalledStore, 'catalog'>,
  { targetUnits, maxUnits, before, wasPaused }: StoredChunking,
): Promise<void> {
  const value = { targetUnits, maxUnits, ...(before && { before }), ...(wasPaused && { wasPaused }) };
  await catalog.state.put(SPACE, { key: KEY, value: value as unknown as JsonValue });
}

export function createChunking(store: Pick<InstalledStore, 'catalog'>): Chunking {
  let last: ChunkerOptions = CHUNKER_DEFAULTS;
  return {
    forDocuments: async () => {
      const { targetUnits, maxUnits } = await storedChunking(store);
      return { targetUnits, maxUnits };
    },
    forVectors: async () => {
      const { before, targetUnits, maxUnits } = await storedChunking(store);
      return (last = before ?? { targetUnits, maxUnits });
    },
    lastForVectors: () => last,
  };
}

/**
 * Documents of two sizes of chunks in one index would be weighed by two measures: what is configured has to be what is
 * stored. A store without documents takes what is configured.
 * @throws AppError CHUNKING_DIFFERS (config)
 */
export async function requireChunking(config: Config, store: InstalledStore): Promise<void> {
  const [wanted, stored] = [chunkingOf(config), await storedChunking(store)];
  if (isSameChunking(wanted, stored)) return;
  const sources = await store.catalog.sources();
  if (sources.some(({ documents }) => documents > 0)) throw differs(config, wanted, stored);
  await storeChunking(store, wanted);
}

/** As a command takes it. */
export function sizeOf({ targetUnits, maxUnits }: ChunkerOptions): string {
  return maxUnits === 2 * targetUnits ? String(targetUnits) : `${targetUnits}/${maxUnits}`;
}

function differs({ file }: Config, wanted: ChunkerOptions, stored: ChunkerOptions): AppError {
  const { targetUnits, maxUnits } = stored;
  return new AppError('CHUNKING_DIFFERS', 'config', `cut at ${sizeOf(stored)}, not ${sizeOf(wanted)}`, {
    publicMessage: `The stored documents have chunks of ${sizeOf(stored)} units, and ${file} asks for ${sizeOf(wanted)}. Run "fumi index rebuild --chunks ${sizeOf(wanted)}", or write chunking: { targetUnits: ${targetUnits}, maxUnits: ${maxUnits} } there.`,
  });
}
