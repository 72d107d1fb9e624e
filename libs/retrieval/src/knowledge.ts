import { AppError, toAppError } from '@fumikura/errors';
import type { LateCheck, Store } from '@fumikura/ports';
import { BOOSTED_PLACES, createBoost } from './boosts/boosts.ts';
import type { BoostSettings } from './boosts/boosts.ts';
import { findPeopleNear } from './boosts/people-near.ts';
import type { Feedback } from './feedback.ts';
import { familiarQuestions } from './cache/familiar.ts';
import type { Familiar } from './cache/familiar.ts';
import { cacheTeller } from './cache/cache-reports.ts';
import { openQuestionNotes } from './cache/question-notes.ts';
import { cachedRanker, USUAL_PLACES } from './cache/ranking-cache.ts';
import type { CachedRanker } from './cache/ranking-cache.ts';
import { visibleSources } from './coverage.ts';
import { createCursorSealer } from './cursor.ts';
import type { FusionWeights } from './fusion.ts';
import { createRanker } from './ranker.ts';
import type { EmbedQuery, Ranker } from './ranker.ts';
import { confirmed, gatherEvidence, readEvidence } from './evidence.ts';
import { createPlaceReranker } from './rerank/places.ts';
import type { RerankStage } from './rerank/stage.ts';
import { readDocument } from './read.ts';
import { searchKnowledge } from './search.ts';
import { suggest } from './suggest.ts';
import type { Synonyms } from './query/synonyms.ts';
import type { Knowledge } from './types.ts';

export interface KnowledgeOptions {
  readonly store: Store;
  readonly embedQuery?: EmbedQuery;
  readonly fusion?: FusionWeights;
  /** Asks sources before anything of theirs is shown; default: lists alone decide. */
  readonly lateCheck?: LateCheck;
  /** As they are at this moment; default none. */
  readonly synonyms?: () => Synonyms;
  /** Default none. */
  readonly boosts?: BoostSettings;
  /** What people said of documents, for the boost of that name. */
  readonly feedback?: Pick<Feedback, 'opinions'>;
  /** Judges the first hits once more. */
  readonly rerank?: RerankStage;
  /** Told of what made a query be answered by its words alone. */
  readonly onWithoutVectors?: (error: AppError) => void;
  /** A source without a good sync for this long is reported as stale; default one day. */
  readonly freshnessMs?: number;
  /** A call that takes longer fails with DEADLINE_EXCEEDED; default 5,000. */
  readonly deadlineMs?: number;
  /** Memory for rankings of questions asked before; default 64 MiB, 0 keeps none. */
  readonly cacheBytes?: number;
  /** Notes in the catalog what is asked often, to rank it ahead after the next start; default not. */
  readonly notesQuestions?: boolean;
  /** Told when that, or saying how often rankings were used again, fails. */
  readonly onWithoutNotes?: (error: AppError) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Of a call's time: the rest is for telling what the index did not say. */
const INDEX_SHARE = 0.8;
/** Between two notes of what is asked often: a crash forgets no more than that. */
const SAVE_MS = 60_000;

export async function createKnowledge(
  options: KnowledgeOptions,
): Promise<Knowledge & { close(): Promise<void> }> {
  const { store, freshnessMs = 86_400_000, deadlineMs = 5_000, now = Date.now, lateCheck } = options;
  const { catalog } = store;
  const cursors = await createCursorSealer(catalog, now);
  const ranker = createRanker({ index: store.index, ...options });
  const rerank = options.rerank && createPlaceReranker(options.rerank, catalog);
  const cache = cacheOf(
    ranker,
    options,
    Math.max(rerank?.top ?? 0, options.boosts ? BOOSTED_PLACES : 0),
    now,
  );
  const familiar = cache && options.notesQuestions ? await openFamiliar(cache, options, now) : undefined;
  const { onWithoutNotes = () => undefined } = options;
  const save = async (): Promise<void> => {
    try {
      await familiar?.save();
      if (cache) await tell(cache.counts());
    } catch (cause) {
      onWithoutNotes(toAppError(cause));
    }
  };
  const tell = cacheTeller(catalog.state, now);
  const saving = cache && setInterval(() => void save(), SAVE_MS).unref();
  const rank = familiar?.rank ?? cache?.rank ?? ranker;
  const indexTimeoutMs = Math.round(INDEX_SHARE * deadlineMs);
  const { feedback, synonyms } = options;
  const boost =
    options.boosts &&
    createBoost(options.boosts, {
      ...{ now, catalog, peopleNear: findPeopleNear(store, now) },
      ...(feedback && { feedback }),
    });
  const parts = {
    ...{ catalog, index: store.index, rank, cursors, freshnessMs, indexTimeoutMs, now },
    ...(synonyms && { synonyms }),
    ...(options.fusion && { fusion: options.fusion }),
    ...(boost && { boost }),
    ...(rerank && { rerank }),
    ...(lateCheck && { lateCheck }),
  };
  return {
    search: (query, access, signal, onWithheld) =>
      withDeadline(deadlineMs, signal, (combined) =>
        searchKnowledge(parts, query, access, combined, onWithheld),
      ),
    read: (request, access, signal) =>
      withDeadline(deadlineMs, signal, (combined) => readDocument(request, access, parts, combined)),
    suggest: (request, access, signal) =>
      withDeadline(deadlineMs, signal, (combined) => suggest(request, parts, access, combined)),
    evidence: (query, access, signal, onWithheld) =>
      withDeadline(deadlineMs, signal, (combined) =>
        gatherEvidence(parts, query, access, combined, onWithheld),
      ),
    documents: (ids, access, signal) =>
      withDeadline(deadlineMs, signal, (combined) => readEvidence(parts, ids, access, combined)),
    stillReadable: async (ids, access) => {
      const records = await confirmed(ids, parts, access, AbortSignal.timeout(deadlineMs));
      return new Set(records.map(({ id }) => id));
    },
    cacheCounts: () => cache?.counts(),
    sources: (access) => visibleSources(catalog, access),
    close: async () => {
      clearInterval(saving);
      await familiar?.close();
      await save();
    },
  };
}

async function openFamiliar(
  cache: CachedRanker,
  { store, embedQuery, onWithoutNotes: onFailed = () => undefined }: KnowledgeOptions,
  now: () => number,
): Promise<Familiar> {
  const notes = await openQuestionNotes(store.catalog);
  return familiarQuestions({ cache, notes, hasVectors: embedQuery !== undefined, now, onFailed });
}

/** @param looked places that are looked at for every page, however short */
function cacheOf(
  ranker: Ranker,
  { store, cacheBytes, fusion, embedQuery }: KnowledgeOptions,
  looked: number,
  now: () => number,
): CachedRanker | undefined {
  if (cacheBytes === 0) return undefined;
  return cachedRanker(ranker, {
    index: store.index,
    hasVectors: embedQuery !== undefined,
    now,
    ...(fusion && { fusion }),
    ...(looked > 0 && { depth: Math.max(looked, USUAL_PLACES) }),
    ...(cacheBytes !== undefined && { maxBytes: cacheBytes }),
  });
}

/** The caller's own cancel stays a cancel; our time-out is named as such. */
async function withDeadline<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (combined: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    signal.throwIfAborted();
    return await work(AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (!deadline.aborted || signal.aborted || (error instanceof AppError && error.code !== 'CANCELLED')) {
      throw toAppError(error);
    }
    throw new AppError('DEADLINE_EXCEEDED', 'transient', `no answer within ${deadlineMs} ms`, {
      publicMessage: `No answer within ${deadlineMs} ms. Try again, or ask for something narrower.`,
      cause: error,
    });
  }
}
