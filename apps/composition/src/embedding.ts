import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '@fumikura/config';
import { createEmbeddingStage, fingerprintOf } from '@fumikura/embedding';
import type { EmbeddingStage } from '@fumikura/embedding';
import type { Logger } from '@fumikura/logging';
import type { Fingerprint } from '@fumikura/model';
import type { Embedder, EmbeddingStore } from '@fumikura/ports';
import type { EmbedQuery } from '@fumikura/retrieval';
import type { Chunking, ChunkerOptions } from './chunking.ts';
import { configuredModels } from './configured-models.ts';
import type { Configured, EmbedderName } from './configured-models.ts';
import type { Variables } from './connectors/secrets.ts';
import { followingStage, LOOK_EVERY_MS } from './following-stage.ts';
import type { InstalledStore } from './store.ts';

/** The embedder of an installation; opened by its first use, because most commands need none. */
export interface InstalledEmbedder {
  /** Of two that are configured the one that the index is bound to; the first when it is bound to neither. */
  open(): Promise<Embedder>;
  /** By name, whatever the index is bound to; undefined when it is not configured. */
  named(which: EmbedderName): Promise<Embedder | undefined>;
  readonly embedQuery: EmbedQuery;
  /** Bound: what it makes is what is searched. */
  stage(): Promise<EmbeddingStage>;
  /** Over another backlog than the index's own. */
  stageFor(embedder: Embedder, backlog: EmbeddingStore, chunking?: ChunkerOptions): EmbeddingStage;
  /** Another index may be asked since: which embedder fits is found out anew. */
  reconsider(): void;
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
  {
    variables,
    isOneShot,
    chunking,
  }: { readonly variables: Variables; readonly isOneShot: boolean; readonly chunking: Chunking },
): InstalledEmbedder | undefined {
  const entry = config.embedder ?? config.nextEmbedder;
  if (!entry) return undefined;
  // Its one query also waits for the model to be loaded, which a service has done before.
  const timeoutMs = isOneShot
    ? Math.max(entry.queryTimeoutMs, Math.round(LOADING_SHARE * config.search.deadlineMs))
    : entry.queryTimeoutMs;
  const models = configuredModels(config, {
    variables,
    timeoutMs,
    isOneShot,
    chunking,
    onChanged: () => reconsider(),
  });
  let fitting: Promise<Configured> | undefined;
  const choose = (): Promise<Configured> => {
    fitting ??= chunking
      .forVectors()
      .then(() => fittingOf(models.now(), store))
      .catch((error: unknown) => {
        fitting = undefined;
        throw error;
      });
    return fitting;
  };
  const stageFor = (
    embedder: Embedder,
    backlog: EmbeddingStore,
    cut: ChunkerOptions = chunking.lastForVectors(),
  ) => {
    const { tokensPerDay, usdPerDay } = entry.budget;
    const limits = {
      ...(tokensPerDay !== undefined && { tokensPerDay }),
      ...(usdPerDay !== undefined && { usdPerDay }),
    };
    const leases = backlog === store.embeddings ? store.catalog : besideLeases(store.catalog);
    const parts = { store: backlog, leases, embedder, logger, budget: limits };
    return createEmbeddingStage({ ...parts, chunking: cut });
  };
  const bound = async () => {
    const embedder = await (await choose()).open();
    const stage = stageFor(embedder, store.embeddings, await chunking.forVectors());
    await stage.bind();
    return stage;
  };
  const reconsider = () => void (fitting = undefined);
  const again = async (signal: AbortSignal): Promise<EmbeddingStage> => {
    while (!(await isFitting(models.now(), store))) await wait(LOOK_EVERY_MS, undefined, { signal });
    return bound();
  };
  return {
    open: async () => (await choose()).open(),
    named: async (name) =>
      models
        .now()
        .find((each) => each.name === name)
        ?.open(),
    embedQuery: async (...asked) => (await (await choose()).queries())(...asked),
    stage: async () => followingStage({ first: await bound(), again, reconsider, store: store.embeddings }),
    stageFor,
    reconsider,
    warmUp: async (signal) => (await (await choose()).open()).warmUp(signal),
    close: () => models.close(),
  };
}

/** Work for an index that nobody asks yet keeps nobody from the one that is asked. */
function besideLeases(
  catalog: InstalledStore['catalog'],
): Pick<InstalledStore['catalog'], 'acquireLease' | 'renewLease' | 'releaseLease'> {
  return {
    acquireLease: (source, holder, ttlMs) => catalog.acquireLease(`${source}-beside`, holder, ttlMs),
    renewLease: (lease, ttlMs) => catalog.renewLease(lease, ttlMs),
    releaseLease: (lease) => catalog.releaseLease(lease),
  };
}

async function fittingOf(all: readonly Configured[], store: InstalledStore): Promise<Configured> {
  const [first, ...others] = all;
  if (!first) throw new Error('no embedder is configured');
  if (others.length === 0) return first;
  const { fingerprint } = await store.embeddings.status();
  for (const each of all) if (fingerprint && isOfModel(await each.open(), fingerprint)) return each;
  return first;
}

/** Whether the index is bound to one of these: another one would be taken out of it by binding. */
async function isFitting(all: readonly Configured[], store: InstalledStore): Promise<boolean> {
  const { fingerprint } = await store.embeddings.status();
  if (!fingerprint) return true;
  for (const each of all) if (isOfModel(await each.open(), fingerprint)) return true;
  return false;
}

/** Of chunks of whatever size. */
export function isOfModel(embedder: Embedder, fingerprint: Fingerprint): boolean {
  const { chunkerVersion } = fingerprint;
  return isSameModel({ ...fingerprintOf(embedder), chunkerVersion }, fingerprint);
}

export function isSameModel(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.model === b.model &&
    a.dimension === b.dimension &&
    a.promptForm === b.promptForm &&
    a.chunkerVersion === b.chunkerVersion
  );
}
