import type { AccessFilter, Catalog } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { LRUCache } from 'lru-cache';
import type { Place } from '../collapse.ts';
import type { RerankOutcome, RerankStage } from './stage.ts';

/** Orders kept, so that the pages of one search are pages of one list, and nothing is paid for twice. */
const MAX_KEPT = 2_000;
const KEPT_MS = 600_000;

/** The first places of a search in the order of a reranker, the rest behind them as they were. */
export interface PlaceReranker {
  /** Places it wants to see. */
  readonly top: number;
  order(
    query: string,
    places: readonly Place[],
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<{ readonly places: readonly Place[]; readonly notices: readonly string[] }>;
}

export function createPlaceReranker(stage: RerankStage, catalog: Pick<Catalog, 'passages'>): PlaceReranker {
  const kept = new LRUCache<string, readonly number[]>({ max: MAX_KEPT, ttl: KEPT_MS });
  return {
    top: stage.top,
    order: async (query, places, access, signal) => {
      const judged = places.slice(0, stage.top);
      const key = keyOf(query, judged, access);
      const known = kept.get(key);
      const outcome: RerankOutcome = known
        ? { order: known }
        : await judge(stage, catalog, query, judged, access, signal);
      if (!known && outcome.notice === undefined) kept.set(key, outcome.order);
      const moved = outcome.order.flatMap((from, to) => {
        const place = judged[from];
        return place ? [explained(place, from + 1, to + 1)] : [];
      });
      return {
        places: [...moved, ...places.slice(stage.top)],
        notices: outcome.notice === undefined ? [] : [outcome.notice],
      };
    },
  };
}

/** Of one caller's rights, one wording and one state of the documents. */
function keyOf(query: string, places: readonly Place[], access: AccessFilter): string {
  const seen = places.map(({ record }) => [record.id, record.version]);
  return JSON.stringify([readGrant(access)?.hash, query, seen]);
}

async function judge(
  stage: RerankStage,
  catalog: Pick<Catalog, 'passages'>,
  query: string,
  places: readonly Place[],
  access: AccessFilter,
  signal: AbortSignal,
): Promise<RerankOutcome> {
  const wanted = places.map(({ ranked: { candidate } }) => {
    const { documentId, chunkOrdinal, denseChunkOrdinal } = candidate;
    return { documentId, ordinal: chunkOrdinal >= 0 ? chunkOrdinal : (denseChunkOrdinal ?? 0) };
  });
  const passages = await catalog.passages(wanted, access);
  const shown = places.map(({ record }, at) => ({ title: record.title, text: passages[at]?.text ?? '' }));
  return stage.order(query, shown, signal);
}

function explained(place: Place, fused: number, reranked: number): Place {
  const parts = { ...place.ranked.parts, 'rank.fused': fused, 'rank.reranked': reranked };
  return { ...place, ranked: { ...place.ranked, parts } };
}
