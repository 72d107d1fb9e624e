import type { Config, EmbedderConfig } from '@fumikura/config';
import { createEmbeddingStage, createQueryVectors, fingerprintOf } from '@fumikura/embedding';
import type { EmbeddingStage } from '@fumikura/embedding';
import type { Logger } from '@fumikura/logging';
import type { Fingerprint } from '@fumikura/model';
import type { Embedder, EmbeddingStore } from '@fumikura/ports';
import type { EmbedQuery } from '@fumikura/retrieval';
import { followingStage } from './following-stage.ts';
import type { Variables } from './connectors/secrets.ts';
import { configuredEmbedder } from './embedders.ts';
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
  stageFor(embedder: Embedder, backlog: EmbeddingStore): EmbeddingStage;
  /** Another index may be asked since: which embedder fits is found out anew. */
  reconsider(): void;
  /** Loads what the first query would wait for. */
  warmUp(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type EmbedderName = 'embedder' | 'nextEmbedder';

interface Configured {
  readonly name: EmbedderName;
  open(): Promise<Embedder>;
  isOpened(): boolean;
  queries(): Promise<EmbedQuery>;
}

/** Of a search's time that a command's only query may take for its vector. */
const LOADING_SHARE = 0.8;

export function installEmbedder(
  config: Config,
  store: InstalledStore,
  logger: Logger,
  { variables, isOneShot }: { readonly variables: Variables; readonly isOneShot: boolean },
): InstalledEmbedder | undefined {
  const entry = config.embedder ?? config.nextEmbedder;
  if (!entry) return undefined;
  // Its one query also waits for the model to be loaded, which a service has done before.
  const timeoutMs = isOneShot
    ? Math.max(entry.queryTimeoutMs, Math.round(LOADING_SHARE * config.search.deadlineMs))
    : entry.queryTimeoutMs;
  const all = configuredIn(config, variables, timeoutMs);
  let fitting: Promise<Configured> | undefined;
  const choose = (): Promise<Configured> => {
    fitting ??= fittingOf(all, store).catch((error: unknown) => {
      fitting = undefined;
      throw error;
    });
    return fitting;
  };
  const stageFor = (embedder: Embedder, backlog: EmbeddingStore) => {
    const { tokensPerDay, usdPerDay } = entry.budget;
    const limits = {
      ...(tokensPerDay !== undefined && { tokensPerDay }),
      ...(usdPerDay !== undefined && { usdPerDay }),
    };
    const leases = backlog === store.embeddings ? store.catalog : besideLeases(store.catalog);
    return createEmbeddingStage({ store: backlog, leases, embedder, logger, budget: limits });
  };
  const bound = async () => {
    const stage = stageFor(await (await choose()).open(), store.embeddings);
    await stage.bind();
    return stage;
  };
  const reconsider = () => void (fitting = undefined);
  return {
    open: async () => (await choose()).open(),
    named: async (name) => all.find((each) => each.name === name)?.open(),
    embedQuery: async (...asked) => (await (await choose()).queries())(...asked),
    stage: async () =>
      all.length === 1
        ? bound()
        : followingStage({ first: await bound(), again: bound, reconsider, store: store.embeddings }),
    stageFor,
    reconsider,
    warmUp: async (signal) => (await (await choose()).open()).warmUp(signal),
    close: async () => {
      for (const each of all.filter((one) => one.isOpened()))
        await each.open().then(
          (embedder) => embedder.close(),
          () => undefined,
        );
    },
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

function configuredIn(config: Config, variables: Variables, timeoutMs: number): Configured[] {
  const entries: [EmbedderName, EmbedderConfig | undefined][] = [
    ['embedder', config.embedder],
    ['nextEmbedder', config.nextEmbedder],
  ];
  return entries.flatMap(([name, entry]): Configured[] => {
    if (!entry) return [];
    const open = once(() => configuredEmbedder(config, entry, variables));
    const queries = once(async () => createQueryVectors({ embedder: await open(), timeoutMs }));
    return [{ name, open, isOpened: open.isCalled, queries }];
  });
}

async function fittingOf(all: readonly Configured[], store: InstalledStore): Promise<Configured> {
  const [first, ...others] = all;
  if (!first) throw new Error('no embedder is configured');
  if (others.length === 0) return first;
  const { fingerprint } = await store.embeddings.status();
  for (const each of all)
    if (fingerprint && isSameModel(fingerprintOf(await each.open()), fingerprint)) return each;
  return first;
}

export function isSameModel(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.model === b.model &&
    a.dimension === b.dimension &&
    a.promptForm === b.promptForm &&
    a.chunkerVersion === b.chunkerVersion
  );
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
