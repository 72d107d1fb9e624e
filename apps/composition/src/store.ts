import { join } from 'node:path';
import { invalid } from '@fumikura/config';
import type { Config, ConfigProblem, Secret } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { EmbeddingStore, SharedState, Store, StoreExport } from '@fumikura/ports';
import type { OnChanged } from './commits.ts';
import type { PairedStore } from '@fumikura/store-paired';
import type { PostgresCatalogOptions } from '@fumikura/store-postgres';
import type { QdrantIndexOptions } from '@fumikura/store-qdrant';
import { createSqliteStore, openSqliteState } from '@fumikura/store-sqlite';
import type { RebuildOptions } from '@fumikura/store-sqlite';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';

export const DATABASE_FILE = 'fumikura.db';
/** Inner pages of the trees, which every document is looked up by. */
const READ_ONCE_CACHE_BYTES = 4 * 1_024 * 1_024;

/** The store that a configuration names: one file, or PostgreSQL and Qdrant. */
export interface InstalledStore extends Store {
  readonly export: StoreExport;
  /** Makes the index anew from the stored texts. Rejects with INVALID_ARGUMENT where the engine has another way. */
  rebuild(options?: RebuildOptions): Promise<void>;
  /** Backlog and vectors of an embedder. */
  readonly embeddings: EmbeddingStore;
  /** What any process commits; absent where only this one's own commits are known. */
  readonly onChanged?: OnChanged;
  /** By the clock that all processes share; absent where they share a host. */
  readonly now?: () => Promise<Date>;
  /** Where catalog and index are two servers. */
  readonly paired?: PairedStore;
}

export interface OpenStoreOptions {
  readonly inline: boolean;
  /** Much will be written: what is worth a thread of its own for that gets one, where the index is a server. */
  readonly isFilled?: boolean;
  /** Everything is read, once: what was read is not kept at hand. */
  readonly isReadOnce?: boolean;
  readonly rebuild?: RebuildOptions;
  /** Where secrets named by `env` lie; default the process's. */
  readonly variables?: Variables;
}

export async function openStore(config: Config, options: OpenStoreOptions): Promise<InstalledStore> {
  if (!config.stores) {
    return createSqliteStore({
      file: join(config.dataFolder, DATABASE_FILE),
      inline: options.inline,
      ...(options.isReadOnce && { cacheBytes: READ_ONCE_CACHE_BYTES }),
      ...(options.rebuild && { rebuild: options.rebuild }),
    });
  }
  const { catalog, index } = withStoreSecrets(config, options.variables ?? process.env);
  // Loaded where they are needed: a command over a file starts without them.
  const [{ createPostgresCatalog }, { createIndexPlaces, createQdrantIndex }, { createPairedStore }] =
    await Promise.all([
      import('@fumikura/store-postgres'),
      import('@fumikura/store-qdrant'),
      import('@fumikura/store-paired'),
    ]);
  const catalogStore = await createPostgresCatalog(catalog);
  try {
    const paired = await createPairedStore({
      catalog: catalogStore,
      index: await createQdrantIndex({ ...index, makesApart: options.isFilled ?? false }),
      places: createIndexPlaces(index),
    });
    const { onDocuments } = catalogStore;
    return {
      ...paired,
      paired,
      now: () => catalogStore.now(),
      ...(onDocuments && { onChanged: onDocuments }),
      rebuild: () => Promise.reject(noRebuild()),
    };
  } catch (error) {
    await catalogStore.close();
    throw error;
  }
}

export interface OpenState {
  readonly state: SharedState;
  close(): Promise<void>;
}

/** What an installation holds beside documents, of whichever store: for commands that need nothing else. */
export async function openState(config: Config, variables: Variables): Promise<OpenState> {
  if (!config.stores) {
    const { state, close } = openSqliteState({ file: join(config.dataFolder, DATABASE_FILE) });
    return { state, close: async () => close() };
  }
  const { createPostgresCatalog } = await import('@fumikura/store-postgres');
  const place = withStoreSecrets(config, variables).catalog;
  const { catalog, close } = await createPostgresCatalog({ ...place, listens: false });
  return { state: catalog.state, close };
}

export async function withState<T>(
  config: Config,
  variables: Variables,
  work: (state: SharedState) => Promise<T>,
): Promise<T> {
  const { state, close } = await openState(config, variables);
  try {
    return await work(state);
  } finally {
    await close();
  }
}

/** @throws AppError CONFIG_INVALID (config) for secrets that cannot be read */
function withStoreSecrets(
  { stores, file, folder }: Config,
  variables: Variables,
): { readonly catalog: PostgresCatalogOptions; readonly index: QdrantIndexOptions } {
  const problems: ConfigProblem[] = [];
  const { catalog, index } = withSecrets(stores, { path: 'stores', folder, variables }, problems) as {
    catalog: Omit<NonNullable<Config['stores']>['catalog'], 'password'> & { password?: Secret };
    index: Omit<NonNullable<Config['stores']>['index'], 'apiKey'> & { apiKey?: Secret };
  };
  if (problems.length > 0) throw invalid(file, problems);
  const { connections, migrate, listen, ...place } = catalog;
  return {
    catalog: {
      ...defined(place),
      maxConnections: connections,
      mayMigrate: migrate,
      listens: listen,
    } as PostgresCatalogOptions,
    index: defined(index) as QdrantIndexOptions,
  };
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

function noRebuild(): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', 'no rebuild beside the living index here', {
    publicMessage: 'This index lies on a server: compare and repair it with "fumi index check --repair".',
  });
}
