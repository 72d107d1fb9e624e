import type { AccessFilter, SearchIndex } from '@fumikura/ports';
import { LRUCache } from 'lru-cache';
import type { FusionWeights } from '../fusion.ts';
import { requestOf } from '../ranker.ts';
import type { QueryVector, RankedQuery, Ranker, Ranking } from '../ranker.ts';
import { amended, shortened } from './amended.ts';
import type { BestByWords, Shortened } from './amended.ts';
import { pack, packedBytes, unpack } from './packed.ts';
import type { Packed } from './packed.ts';
import { rankingKey } from './ranking-key.ts';

export interface RankingCacheOptions {
  readonly index: SearchIndex;
  /** Of the ranker; default the ones it has by default. */
  readonly fusion?: FusionWeights;
  /** Vectors are made of questions: then their wording counts, not their terms alone. */
  readonly hasVectors?: boolean;
  /** Places of a usual page with all that is looked at for it; deeper pages are ranked anew. Default 12. */
  readonly depth?: number;
  /** Of all rankings together; default 64 MiB. */
  readonly maxBytes?: number;
  /** A ranking is made anew after this long whatever did not change, ms; default one day. */
  readonly lifeMs?: number;
  readonly now: () => number;
}

/** Since the start. Hits and misses are told apart by who asked in vain: `joined` waited for somebody's same question. */
export interface CacheCounts {
  readonly hits: number;
  /** Of the hits: brought up to date first, by what was written since. */
  readonly amended: number;
  readonly joined: number;
  readonly misses: number;
  /** Ranked before anybody asked, because it was asked often before the start. */
  readonly ahead: number;
  /** Kept, and no longer what the same question would find. */
  readonly outdated: number;
  /** Left out for want of room. */
  readonly evicted: number;
  /** Too deep a page, or an engine that cannot tell what changed. */
  readonly passed: number;
  readonly entries: number;
  readonly bytes: number;
}

export interface CachedRanker {
  readonly rank: Ranker;
  /** Keeps what a question finds before it is asked; does nothing when it is kept already. */
  rankAhead(query: RankedQuery, access: AccessFilter, signal: AbortSignal): Promise<void>;
  /** Whether what a question finds is kept at all. */
  isKept(query: RankedQuery): boolean;
  counts(): CacheCounts;
}

interface Kept {
  readonly packed: Packed;
  readonly isCut: boolean;
  readonly indexVersion: number;
  readonly dense: QueryVector | undefined;
  readonly best: BestByWords | undefined;
  readonly madeAt: number;
  readonly mark: string;
  readonly statistics: string | undefined;
}

/** A first page of ten, and whether there is more. */
export const USUAL_PLACES = 12;
/** Kept beside a page: what may be withheld, be a copy, or go. */
const SPARE = 12;
/** What an entry takes beside its texts and tables, as memory.test.ts measures it. */
const ENTRY_BYTES = 1_300;
const MAX_BYTES = 64 * 1_024 * 1_024;
const LIFE_MS = 24 * 3_600_000;

/**
 * Rankings of questions asked before, shared by callers who may read the same: the key is every acl_id of the filter, so
 * a change of anybody's rights leads to another key, and what is shown of a ranking is checked once more in any case.
 * Before a ranking is used again the index tells what was written since; so it is never behind what there is to find. Only
 * the frequencies of words are those of when it was made, until a bounded share of the index was written.
 */
export function cachedRanker(rank: Ranker, options: RankingCacheOptions): CachedRanker {
  const { index, fusion, depth = USUAL_PLACES, hasVectors = false, now } = options;
  const { maxBytes = MAX_BYTES, lifeMs = LIFE_MS } = options;
  const counts = { hits: 0, amended: 0, joined: 0, misses: 0, ahead: 0, outdated: 0, evicted: 0, passed: 0 };
  const kept = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: ({ packed, dense, statistics = '' }) =>
      ENTRY_BYTES + packedBytes(packed) + statistics.length + (dense?.vector.byteLength ?? 0),
    dispose: (_, __, reason) => void (reason === 'evict' && counts.evicted++),
  });
  const underWay = new Map<string, Promise<Ranking>>();

  const keep = (key: string, { ranking, best }: Shortened, madeAt: number): void => {
    const { ranked, isCut = false, indexVersion, request, mark, statistics } = ranking;
    // A ranking that is missing something (a notice says so) is not kept at all.
    if (mark === undefined || ranking.notices.length > 0) return;
    const { dense } = request;
    kept.set(key, { packed: pack(ranked), isCut, indexVersion, dense, best, mark, statistics, madeAt });
  };
  const usable = async (
    key: string,
    query: RankedQuery,
    access: AccessFilter,
  ): Promise<Ranking | undefined> => {
    const known = kept.get(key);
    if (!known) return undefined;
    const { mark, statistics, madeAt, best } = known;
    const ranking = opened(known, query);
    const isYoung = now() - madeAt < lifeMs && now() >= madeAt;
    const shown = ranking.ranked.map(({ candidate }) => candidate.documentId);
    const documentIds = best ? [...shown, best.documentId] : shown;
    const answer = { request: ranking.request, mark, documentIds, ...(statistics && { statistics }) };
    const changes = isYoung ? await index.changesSince?.(answer, access) : undefined;
    if (changes?.mark === mark) return ranking;
    const current = changes && amended({ ranking, best }, changes, depth + SPARE, fusion);
    if (kept.peek(key) === known) {
      if (current) keep(key, current, madeAt);
      else kept.delete(key);
    }
    if (current) counts.amended++;
    else counts.outdated++;
    return current?.ranking;
  };
  const made = async (key: string, asking: Promise<Ranking>): Promise<Ranking> => {
    underWay.set(key, asking);
    try {
      const ranking = await asking;
      keep(key, shortened(ranking, depth + SPARE), now());
      return ranking;
    } finally {
      if (underWay.get(key) === asking) underWay.delete(key);
    }
  };
  const isKept = ({ depth: wanted = 0, statistics }: RankedQuery) =>
    index.changesSince !== undefined && wanted <= depth && statistics === undefined;
  return {
    isKept,
    rankAhead: async (query, access, signal) => {
      const key = isKept(query) ? rankingKey(query, access, hasVectors) : undefined;
      if (key === undefined || kept.has(key) || underWay.has(key)) return;
      counts.ahead++;
      await made(key, rank(query, access, signal));
    },
    counts: () => ({ ...counts, entries: kept.size, bytes: kept.calculatedSize }),
    rank: async (query, access, signal) => {
      const key = isKept(query) ? rankingKey(query, access, hasVectors) : undefined;
      if (key === undefined) {
        counts.passed++;
        return rank(query, access, signal);
      }
      const found = await usable(key, query, access);
      if (found) {
        counts.hits++;
        return found;
      }
      const same = underWay.get(key);
      if (same) {
        counts.joined++;
        // Whoever asked first may have gone away: that ends their question, not this one.
        return same.catch(() => rank(query, access, signal));
      }
      counts.misses++;
      return made(key, rank(query, access, signal));
    },
  };
}

function opened({ packed, isCut, indexVersion, dense, mark, statistics }: Kept, query: RankedQuery): Ranking {
  return {
    ...{ ranked: unpack(packed), indexVersion, mark, request: requestOf(query, dense), notices: [] },
    ...(isCut && { isCut }),
    ...(statistics && { statistics }),
  };
}
