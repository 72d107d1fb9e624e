import { AppError, toAppError } from '@fumikura/errors';
import type { Store } from '@fumikura/ports';
import { createBoost } from './boosts.ts';
import type { BoostSettings } from './boosts.ts';
import { visibleSources } from './coverage.ts';
import { createCursorSealer } from './cursor.ts';
import type { FusionWeights } from './fusion.ts';
import { createRanker } from './ranker.ts';
import type { EmbedQuery } from './ranker.ts';
import { createPlaceReranker } from './rerank/places.ts';
import type { RerankStage } from './rerank/stage.ts';
import { readDocument } from './read.ts';
import { searchKnowledge } from './search.ts';
import type { Knowledge } from './types.ts';

export interface KnowledgeOptions {
  readonly store: Store;
  readonly embedQuery?: EmbedQuery;
  readonly fusion?: FusionWeights;
  /** Default none. */
  readonly boosts?: BoostSettings;
  /** Judges the first hits once more. */
  readonly rerank?: RerankStage;
  /** Told of what made a query be answered by its words alone. */
  readonly onWithoutVectors?: (error: AppError) => void;
  /** A source without a good sync for this long is reported as stale; default one day. */
  readonly freshnessMs?: number;
  /** A call that takes longer fails with DEADLINE_EXCEEDED; default 5,000. */
  readonly deadlineMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export async function createKnowledge(options: KnowledgeOptions): Promise<Knowledge> {
  const { store, freshnessMs = 86_400_000, deadlineMs = 5_000, now = Date.now } = options;
  const { catalog } = store;
  const cursors = await createCursorSealer(catalog, now);
  const rank = createRanker({ index: store.index, ...options });
  const rerank = options.rerank && createPlaceReranker(options.rerank, catalog);
  const boost = options.boosts && createBoost(options.boosts, now);
  const parts = {
    catalog,
    rank,
    ...(boost && { boost }),
    ...(rerank && { rerank }),
    cursors,
    freshnessMs,
    now,
  };
  return {
    search: (query, access, signal, onWithheld) =>
      withDeadline(deadlineMs, signal, (combined) =>
        searchKnowledge(parts, query, access, combined, onWithheld),
      ),
    read: (request, access, signal) =>
      withDeadline(deadlineMs, signal, () => readDocument(request, access, catalog, cursors)),
    sources: (access) => visibleSources(catalog, access),
  };
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
