import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type {
  Catalog,
  CatalogJournal,
  DocumentWrite,
  EmbeddingJournal,
  EmbeddingStore,
  IndexPlaces,
  SearchIndex,
  Store,
  StoreBatch,
  StoreExport,
  VersionedIndex,
} from '@fumikura/ports';
import { createIndexBeside } from './beside.ts';
import type { IndexBeside } from './beside.ts';
import { compare, damagesOf } from './comparison.ts';
import type { Comparison, Halves } from './comparison.ts';
import { compared } from './conditions.ts';
import { exploring } from './exploring.ts';
import { settleNotes } from './recovery.ts';

export interface PairedStoreOptions {
  readonly catalog: {
    readonly catalog: Catalog;
    readonly journal: CatalogJournal;
    readonly embeddings: EmbeddingJournal;
    readonly export: Omit<StoreExport, 'documents'> & {
      documents(
        ids: readonly DocumentId[],
      ): Promise<readonly { readonly write: DocumentWrite; readonly version: number }[]>;
    };
    close(): Promise<void>;
  };
  readonly index: VersionedIndex & { close(): Promise<void> };
  /** Where further indexes lie, for making one anew. */
  readonly places?: IndexPlaces;
  /** A batch that was not confirmed for so long was left by a process that ended, ms; default 10 minutes. */
  readonly abandonAfterMs?: number;
}

export interface PairedStore extends Store {
  readonly export: StoreExport;
  readonly embeddings: EmbeddingStore;
  readonly journal: CatalogJournal;
  readonly versions: VersionedIndex;
  readonly beside: IndexBeside;
  /** An index beside, asked as the living one is; undefined when it is not there. */
  indexAt(place: 'next' | 'previous'): Promise<SearchIndex | undefined>;
  /** Compares both halves; with `repair` the index is made to say what the catalog says. */
  compare(options: { readonly repair: boolean; readonly signal: AbortSignal }): Promise<Comparison>;
  /** Drives on what processes that ended have left. @returns notes settled */
  recover(signal: AbortSignal): Promise<number>;
}

const ATTEMPTS = 6;
/** The first few may be without any text. */
const SOME_DOCUMENTS = 50;
const ABANDON_AFTER_MS = 600_000;

/**
 * Two engines as one store. A batch is noted, written to the index as versions that nobody is shown yet, confirmed in the
 * catalog, which is the moment it becomes visible as a whole, and settled: older versions are deleted, changed readers
 * written. A search shows what the catalog confirms and nothing else, so neither a crash nor a late write can show a
 * document with older, wider rights.
 */
export async function createPairedStore(options: PairedStoreOptions): Promise<PairedStore> {
  const { catalog, journal, embeddings } = options.catalog;
  const { index, abandonAfterMs = ABANDON_AFTER_MS } = options;
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;
  const tracked = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw closedError();
    const running = work();
    underWay.add(running);
    try {
      return await running;
    } finally {
      underWay.delete(running);
    }
  };
  const recover = (signal: AbortSignal) =>
    settleNotes(journal, index, { olderThanMs: abandonAfterMs }, signal);
  await recover(new AbortController().signal);
  return {
    journal,
    versions: index,
    export: { ...options.catalog.export, documents: (ids) => exportDocuments(options, ids) },
    catalog: {
      ...catalog,
      removeSource: (id) =>
        tracked(async () => {
          const { removed, batch } = await journal.removeSource(id);
          await settleNotes(journal, index, { batch });
          return removed;
        }),
    },
    embeddings: pairedEmbeddings(embeddings, index, tracked),
    index: pairedIndex({ catalog, index, journal, embeddings }, recover),
    commit: (batch) => tracked(() => commit(journal, index, batch)),
    beside: trackedBeside(
      createIndexBeside({
        halves: { journal, index, embeddings },
        places: options.places,
        documents: (ids) => options.catalog.export.documents(ids),
      }),
      tracked,
    ),
    indexAt: (place) =>
      tracked(async () => {
        const beside = await options.places?.at(place);
        return beside && pairedIndex({ catalog, index: beside, journal, embeddings }, recover);
      }),
    compare: (how) => tracked(() => compare({ journal, index, embeddings }, how)),
    recover: (signal) => tracked(() => recover(signal)),
    close: () => (closed ??= close(options, underWay)),
  };
}

/** Vectors are exported where every chunk of a document has one. */
async function exportDocuments(
  { catalog, index }: PairedStoreOptions,
  ids: readonly DocumentId[],
): Promise<DocumentWrite[]> {
  const found = await catalog.export.documents(ids);
  const vectors = await index.vectorsOf(
    found.map(({ write, version }) => ({
      documentId: write.document.id,
      version,
      chunks: write.chunks.length,
    })),
  );
  return found.map(({ write }) => {
    const own = vectors.get(write.document.id) ?? [];
    const whole = own.filter((each) => each !== undefined);
    return whole.length > 0 && whole.length === write.chunks.length ? { ...write, vectors: whole } : write;
  });
}

async function close(
  { catalog, index }: PairedStoreOptions,
  underWay: ReadonlySet<Promise<unknown>>,
): Promise<void> {
  await Promise.allSettled(underWay);
  await index.close();
  await catalog.close();
}

async function commit(journal: CatalogJournal, index: VersionedIndex, batch: StoreBatch): Promise<void> {
  // Before anything is noted anywhere: a batch with an impossible part leaves nothing behind.
  await index.validate(batch.upserts ?? []);
  for (let attempt = 1; ; attempt++) {
    try {
      await commitOnce(journal, index, batch);
      return;
    } catch (error) {
      const isConflict = error instanceof AppError && error.code === 'STORE_CONFLICT';
      if (!isConflict || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function commitOnce(journal: CatalogJournal, index: VersionedIndex, batch: StoreBatch): Promise<void> {
  const pending = await journal.begin(batch);
  const settlements = await writeAndConfirm(journal, index, pending);
  // Visible now. What is left in the index is noted, and driven on should this end here.
  await index.settle(settlements);
  await journal.settled(settlements);
}

async function writeAndConfirm(
  journal: CatalogJournal,
  index: VersionedIndex,
  pending: Awaited<ReturnType<CatalogJournal['begin']>>,
) {
  try {
    await index.stage(pending.writes);
    return await journal.confirm(pending);
  } catch (error) {
    await takeBack(journal, index, pending).catch((failed: unknown) => {
      // It stays noted, and is taken back by whoever recovers; what went wrong first is what counts.
      if (error instanceof Error && error.cause === undefined) error.cause = failed;
    });
    throw error;
  }
}

async function takeBack(
  journal: CatalogJournal,
  index: VersionedIndex,
  pending: Awaited<ReturnType<CatalogJournal['begin']>>,
): Promise<void> {
  const settlements = await journal.abandon(pending);
  await index.settle(settlements);
  await journal.settled(settlements);
}

function trackedBeside(beside: IndexBeside, tracked: <T>(work: () => Promise<T>) => Promise<T>): IndexBeside {
  return {
    rebuild: (...how) => tracked(() => beside.rebuild(...how)),
    switch: (...how) => tracked(() => beside.switch(...how)),
    rollback: (signal) => tracked(() => beside.rollback(signal)),
  };
}

/** What waits and what was embedded before lies in the catalog, the vectors in the index. */
function pairedEmbeddings(
  journal: EmbeddingJournal,
  index: VersionedIndex,
  tracked: <T>(work: () => Promise<T>) => Promise<T>,
): EmbeddingStore {
  return {
    ...journal,
    bind: (fingerprint) => tracked(() => journal.bind(fingerprint, () => index.rebind(fingerprint))),
    put: (fingerprint, documents) =>
      tracked(() => journal.put(fingerprint, documents, (current) => index.putVectors(current))),
  };
}

function pairedIndex(
  { catalog, index, journal, embeddings }: Halves & { readonly catalog: Catalog },
  recover: (signal: AbortSignal) => Promise<number>,
): SearchIndex {
  return {
    write: () =>
      Promise.reject(
        new AppError('INVALID_ARGUMENT', 'internal', 'an index beside a catalog is written by commit alone'),
      ),
    search: async (request, access, signal) => {
      const comparison = compared(request, (ids) => journal.documents(ids));
      const confirmed = (ids: readonly DocumentId[]) => journal.confirmed(ids);
      const asked = comparison?.request ?? request;
      const { candidates } = await index.searchConfirmed(asked, access, confirmed, signal);
      if (candidates.length === 0) await requireNotLost(index, journal);
      const indexVersion = await journal.version();
      if (!comparison) return { candidates, indexVersion };
      const among = await comparison.among(candidates, request.candidates);
      return {
        candidates: among.candidates,
        indexVersion,
        ...(among.isCut && { comparedAtMost: candidates.length }),
      };
    },
    explore: exploring({ catalog, journal, index }),
    stats: () => index.stats(),
    useFingerprint: (fingerprint) => index.useFingerprint(fingerprint),
    maintain: async (signal) => {
      await recover(signal);
      await index.maintain(signal);
    },
    check: async (signal) => {
      if (signal.aborted) throw toAppError(new DOMException('aborted', 'AbortError'));
      return damagesOf(await compare({ index, journal, embeddings }, { repair: false, signal }));
    },
  };
}

/**
 * An index that was lost is made anew, empty, by whoever opens it next: finding nothing there means nothing.
 * @throws AppError STORE_UNREACHABLE (transient)
 */
async function requireNotLost(index: VersionedIndex, journal: CatalogJournal): Promise<void> {
  if ((await index.stats()).chunks > 0) return;
  const some = await journal.list(undefined, SOME_DOCUMENTS);
  if (some.every(({ chunks }) => chunks === 0)) return;
  throw new AppError('STORE_UNREACHABLE', 'transient', 'the index is empty and the catalog is not', {
    publicMessage:
      'The search index is empty, and the catalog is not. Fill it again: fumi index check --repair.',
  });
}

function closedError(): AppError {
  return new AppError('STORE_CLOSED', 'internal', 'the store was closed', {
    publicMessage: 'The store was closed.',
  });
}
