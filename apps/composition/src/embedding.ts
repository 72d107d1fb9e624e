import type { Config } from '@fumikura/config';
import { createEmbeddingStage, createQueryVectors } from '@fumikura/embedding';
import type { EmbeddingStage } from '@fumikura/embedding';
import type { Logger } from '@fumikura/logging';
import type { Embedder } from '@fumikura/ports';
import type { EmbedQuery } from '@fumikura/retrieval';
import type { Variables } from './connectors/secrets.ts';
import { configuredEmbedder } from './embedders.ts';
import type { InstalledStore } from './store.ts';

/** The embedder of an installation; opened by its first use, because most commands need none. */
export interface InstalledEmbedder {
  open(): Promise<Embedder>;
  readonly embedQuery: EmbedQuery;
  /** Bound: what it makes is what is searched. */
  stage(): Promise<EmbeddingStage>;
  /** Loads what the first query would wait for. */
  warmUp(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Of a search's time that a command's only query may take for its vector. */
const LOADING_SHARE = 0.8;

export function installEmbedder(
  config: Config,
  store: InstalledStore,
  logger: Logger,
  { variables, isOneShot }: { readonly variables: Variables; readonly isOneShot: boolean },
): InstalledEmbedder | undefined {
  if (!config.embedder) return undefined;
  const { budget, queryTimeoutMs } = config.embedder;
  // Its one query also waits for the model to be loaded, which a service has done before.
  const timeoutMs = isOneShot
    ? Math.max(queryTimeoutMs, Math.round(LOADING_SHARE * config.search.deadlineMs))
    : queryTimeoutMs;
  const open = once(async () => {
    const embedder = await configuredEmbedder(config, variables);
    if (!embedder) throw new Error('no embedder is configured');
    return embedder;
  });
  const queries = once(async () => createQueryVectors({ embedder: await open(), timeoutMs }));
  return {
    open,
    embedQuery: async (...asked) => (await queries())(...asked),
    stage: once(async () => {
      const { tokensPerDay, usdPerDay } = budget;
      const stage = createEmbeddingStage({
        store: store.embeddings,
        leases: store.catalog,
        embedder: await open(),
        logger,
        budget: {
          ...(tokensPerDay !== undefined && { tokensPerDay }),
          ...(usdPerDay !== undefined && { usdPerDay }),
        },
      });
      await stage.bind();
      return stage;
    }),
    warmUp: async (signal) => (await open()).warmUp(signal),
    close: async () => {
      if (open.isCalled())
        await open().then(
          (embedder) => embedder.close(),
          () => undefined,
        );
    },
  };
}

/** The same promise for every call; one that failed is not kept, so that a model that is put right is found. */
function once<T>(make: () => Promise<T>): (() => Promise<T>) & { isCalled(): boolean } {
  let made: Promise<T> | undefined;
  const call = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(call, { isCalled: () => made !== undefined });
}
