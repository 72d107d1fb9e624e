import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareContent, DEFAULT_LIMITS } from '@fumikura/documents';
import type { ChunkerOptions } from '@fumikura/documents';
import { createQueryVectors, fingerprintOf, passageText } from '@fumikura/embedding';
import { DEPTH, evaluate } from '@fumikura/evaluation';
import type { Collection, Evaluated, JudgedDocument } from '@fumikura/evaluation';
import { ownFolder, sweepFolders } from '@fumikura/http';
import type { AccessFilter, DocumentWrite, Embedder, Reranker, SearchIndex, Store } from '@fumikura/ports';
import {
  BOOSTED_PLACES,
  createBoost,
  createPlaceReranker,
  createRanker,
  createRerankStage,
  expanded,
  fusionWeights,
} from '@fumikura/retrieval';
import type { BoostSettings, Ranked, Synonyms } from '@fumikura/retrieval';
import { readersOfOne, readingAs } from './judged-readers.ts';
import type { ReadingAs } from './judged-readers.ts';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';

const SOURCE = 'eval:collection';
const READERS = `${SOURCE}/readers`;
const BATCH = 500;

/** A measurement waits for its vectors: none of its queries may be answered without. */
const QUERY_TIMEOUT_MS = 120_000;

export interface EvaluationOptions {
  readonly embedder?: Embedder;
  /** Of the cosine in the fused score, 0 to 1. */
  readonly weight?: number;
  /** Looked for beside; default none. */
  readonly synonyms?: Synonyms;
  /** What documents gain beside what they say; default nothing. */
  readonly boosts?: BoostSettings;
  readonly reranker?: Reranker;
  /** Places that a hit rises or sinks at most by the reranker. */
  readonly bound?: number;
  /** How large chunks are made. */
  readonly chunking?: ChunkerOptions;
  /** Each document has readers of its own, for `readingAs`; default the same for all. */
  readonly hasOwnReaders?: boolean;
  readonly signal: AbortSignal;
  readonly onIndexed: (documents: number) => void;
  /** Told while a collection is embedded, which takes far longer than the rest. */
  readonly onEmbedded?: (chunks: number) => void;
}

/**
 * Indexes a collection in a throw-away database through the ordinary path, and asks its queries with the ordinary ranking.
 */
export function evaluateCollection(collection: Collection, options: EvaluationOptions): Promise<Evaluated> {
  const { embedder } = options;
  return withCollection(collection, options, (store, filter) => {
    const boost = boostingOf(store, options);
    const rerank = rerankingOf(store, options);
    const rankAll = createAsking({ index: store.index, filter, ...options });
    const ask = async (text: string) => {
      const ranked = await rerank(text, await boost(await rankAll(text), filter), filter);
      return ranked.slice(0, DEPTH).map(({ candidate }) => judgedId(candidate.documentId));
    };
    return evaluate(collection, ask, embedder ? 'embedder' : 'none');
  });
}

export interface AskingOptions {
  readonly index: SearchIndex;
  readonly filter: AccessFilter;
  readonly embedder?: Embedder;
  readonly weight?: number;
  readonly synonyms?: Synonyms;
  /** As the chunks of the index were cut. */
  readonly chunking?: ChunkerOptions;
  readonly signal: AbortSignal;
}

/** The ordinary ranking of one index, for a measurement: it fails where a search would do without vectors. */
export function createAsking({ index, filter, embedder, weight, synonyms, chunking, signal }: AskingOptions) {
  const parts = { index, ...(synonyms && { synonyms: () => synonyms }) };
  const rank = createRanker({
    index,
    ...(embedder && {
      embedQuery: createQueryVectors({
        embedder,
        timeoutMs: QUERY_TIMEOUT_MS,
        ...(chunking && { chunking: () => chunking }),
      }),
      fusion: fusionWeights(weight),
      onWithoutVectors: (error) => {
        throw error;
      },
    }),
  });
  return async (text: string): Promise<readonly Ranked[]> => {
    const { terms } = await expanded({ text }, analyseQuery(text), parts, filter, undefined, signal);
    return (await rank({ text, terms }, filter, signal)).ranked;
  };
}

/** The id in the collection of a document of the throw-away database. */
export function judgedId(documentId: string): string {
  return documentId.slice(SOURCE.length + 1);
}

/** The reverse of `judgedId`. */
export function storedId(judged: string): string {
  return `${SOURCE}/${judged}`;
}

/** Work on a collection in a throw-away database, as somebody who may read all of it. */
export async function withCollection<T>(
  collection: Collection,
  options: EvaluationOptions,
  work: (store: Store, filter: AccessFilter, as: ReadingAs) => Promise<T>,
): Promise<T> {
  await sweepFolders();
  const folder = await ownFolder('eval');
  const store = await createSqliteStore({ file: join(folder, 'eval.db'), inline: true });
  try {
    const { embedder, chunking } = options;
    if (embedder) await store.index.useFingerprint(fingerprintOf(embedder, chunking));
    options.onIndexed(await load(store, collection, options));
    const as = readingAs(store.catalog);
    return await work(store, await as({ kind: 'all-but', ids: [] }), as);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

type Rerank = (query: string, ranked: readonly Ranked[], access: AccessFilter) => Promise<readonly Ranked[]>;

/** As a search does it, but that no query may be answered without. */
function rerankingOf(store: Store, { reranker, bound, signal }: EvaluationOptions): Rerank {
  if (!reranker) return async (_query, ranked) => ranked;
  const stage = createRerankStage({
    reranker,
    settings: { timeoutMs: QUERY_TIMEOUT_MS, ...(bound !== undefined && { bound }) },
    onFailed: (error) => {
      throw error;
    },
  });
  const places = createPlaceReranker(stage, store.catalog);
  return async (query, ranked, access) => {
    const shown = await placesOf(store, ranked.slice(0, stage.top), access);
    const { places: moved } = await places.order(query, shown, access, signal);
    return [...moved.map((place) => place.ranked), ...ranked.slice(stage.top)];
  };
}

type Boosting = (ranked: readonly Ranked[], access: AccessFilter) => Promise<readonly Ranked[]>;

/** As a search does it. */
function boostingOf(store: Store, { boosts, signal }: EvaluationOptions): Boosting {
  if (!boosts) return async (ranked) => ranked;
  const boost = createBoost(boosts, { now: Date.now, catalog: store.catalog });
  return async (ranked, access) => {
    const places = await placesOf(store, ranked.slice(0, BOOSTED_PLACES), access);
    const moved = await boost(places, access, signal);
    return [...moved.map((place) => place.ranked), ...ranked.slice(BOOSTED_PLACES)];
  };
}

async function placesOf({ catalog }: Store, ranked: readonly Ranked[], access: AccessFilter) {
  const ids = ranked.map(({ candidate }) => candidate.documentId);
  const known = new Map((await catalog.readable(ids, access)).map((record) => [record.id, record]));
  return ranked.flatMap((each) => {
    const record = known.get(each.candidate.documentId);
    return record ? [{ ranked: each, record, duplicates: [] }] : [];
  });
}

async function load(
  store: Store,
  collection: Collection,
  { embedder, chunking, hasOwnReaders = false, signal, onEmbedded }: EvaluationOptions,
): Promise<number> {
  const readAt = new Date().toISOString();
  let upserts: DocumentWrite[] = [];
  let documents = 0;
  let chunks = 0;
  const flush = async () => {
    const written = embedder ? await embedded(upserts, embedder, signal) : upserts;
    const each = written.map((write) => {
      const { externalId } = write.document;
      const { acl, list } = readersOfOne(
        hasOwnReaders ? `${READERS}/${externalId}` : READERS,
        hasOwnReaders ? externalId : 'any',
        readAt,
      );
      return { list, write: { ...write, document: { ...write.document, acl } } };
    });
    const lists = [...new Map(each.map(({ list }) => [list.id, list])).values()];
    await store.commit({ source: SOURCE, lists, upserts: each.map(({ write }) => write) });
    chunks += written.reduce((sum, write) => sum + write.chunks.length, 0);
    if (embedder) onEmbedded?.(chunks);
    upserts = [];
  };
  for await (const document of collection.documents()) {
    signal.throwIfAborted();
    upserts.push(await toWrite(document, chunking));
    documents++;
    if (upserts.length >= BATCH) await flush();
  }
  await flush();
  return documents;
}

/** A text that the embedder refuses ends the measurement: it would be of another collection. */
async function embedded(
  writes: readonly DocumentWrite[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<DocumentWrite[]> {
  const texts = writes.flatMap(({ document, chunks }) =>
    chunks.map((chunk) => passageText(document.title, chunk, document.text)),
  );
  const { results } = await embedder.embed(texts, { as: 'passage', signal });
  let next = 0;
  return writes.map((write) => ({
    ...write,
    vectors: write.chunks.map(() => {
      const result = results[next++];
      if (result && 'vector' in result) return result.vector;
      throw result?.refused ?? new Error('an embedder answered for fewer texts than were asked');
    }),
  }));
}

async function toWrite(
  { id, title, text }: JudgedDocument,
  chunking: ChunkerOptions | undefined,
): Promise<DocumentWrite> {
  const prepared = await prepareContent(
    { fileName: 'document.txt', bytes: Buffer.from(text) },
    DEFAULT_LIMITS,
    chunking,
  );
  return {
    similarity: prepared.similarity,
    chunks: prepared.chunks,
    document: {
      id: `${SOURCE}/${id}`,
      source: SOURCE,
      externalId: id,
      kind: 'document',
      url: '',
      title,
      version: '1',
      acl: { allow: [READERS] },
      language: prepared.language,
      text: prepared.text,
      outline: prepared.outline,
      contentHash: id,
      notices: [],
    },
  };
}
