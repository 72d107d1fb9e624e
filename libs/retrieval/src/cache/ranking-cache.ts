import { createHash } from 'node:crypto';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, SearchIndex } from '@fumikura/ports';
import { LRUCache } from 'lru-cache';
import type { RankedQuery, Ranker, Ranking } from '../ranker.ts';

export interface RankingCacheOptions {
  readonly index: SearchIndex;
  /** Of all rankings together; default 64 MiB. */
  readonly maxBytes?: number;
  /** A ranking is made anew after this long whatever did not change, ms: frequencies of words move slowly; default one hour. */
  readonly lifeMs?: number;
  readonly now: () => number;
}

/** Since the start. Hits and misses are told apart by who asked in vain: `joined` waited for somebody's same question. */
export interface CacheCounts {
  readonly hits: number;
  readonly joined: number;
  readonly misses: number;
  /** Kept, and no longer what the same question would find. */
  readonly outdated: number;
  /** Too deep a page, or an engine that cannot tell what changed. */
  readonly passed: number;
  readonly bytes: number;
}

export interface CachedRanker {
  readonly rank: Ranker;
  counts(): CacheCounts;
}

interface Kept {
  readonly ranking: Ranking;
  readonly madeAt: number;
}

/** Documents kept of a ranking: a page and what may be withheld or be a copy. Deeper ones are ranked anew. */
const KEPT_DEPTH = 20;
const DEEPEST = 12;
/** About what one ranked document takes, with its scores. */
const BYTES_EACH = 300;
const MAX_BYTES = 64 * 1_024 * 1_024;
const LIFE_MS = 3_600_000;

/**
 * Rankings of questions asked before, shared by callers who may read the same: the key is every acl_id of the filter, so
 * a change of anybody's rights leads to another key, and what is shown of a ranking is checked once more in any case.
 * A ranking is used again only while nothing was written that the question could find; so it is never behind the index.
 */
export function cachedRanker(rank: Ranker, options: RankingCacheOptions): CachedRanker {
  const { index, maxBytes = MAX_BYTES, lifeMs = LIFE_MS, now } = options;
  const kept = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: ({ ranking }, key) => key.length * 2 + ranking.ranked.length * BYTES_EACH + 200,
  });
  const underWay = new Map<string, Promise<Ranking>>();
  const counts = { hits: 0, joined: 0, misses: 0, outdated: 0, passed: 0 };
  const usable = async (
    key: string,
    query: RankedQuery,
    access: AccessFilter,
  ): Promise<Ranking | undefined> => {
    const known = kept.get(key);
    if (!known) return undefined;
    const isYoung = now() - known.madeAt < lifeMs && now() >= known.madeAt;
    if (isYoung && (await stillHolds(index, known.ranking, query, access))) return known.ranking;
    counts.outdated++;
    if (kept.peek(key) === known) kept.delete(key);
    return undefined;
  };
  return {
    counts: () => ({ ...counts, bytes: kept.calculatedSize }),
    rank: async (query, access, signal) => {
      const key = index.holds && (query.depth ?? 0) <= DEEPEST ? keyOf(query, access) : undefined;
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
      const asking = rank(query, access, signal);
      underWay.set(key, asking);
      try {
        const ranking = await asking;
        if (ranking.mark !== undefined && ranking.notices.length === 0)
          kept.set(key, { ranking: shortened(ranking), madeAt: now() });
        return ranking;
      } finally {
        if (underWay.get(key) === asking) underWay.delete(key);
      }
    },
  };
}

async function stillHolds(
  index: SearchIndex,
  { mark, isDense, isCut, ranked }: Ranking,
  { terms }: RankedQuery,
  access: AccessFilter,
): Promise<boolean> {
  if (mark === undefined || !index.holds) return false;
  const lowest = () => Math.min(...ranked.map(({ candidate }) => candidate.lexical));
  const answer = {
    mark,
    documentIds: ranked.map(({ candidate }) => candidate.documentId),
    terms: terms.terms,
    least: isCut ? lowest() : 0,
    hasVector: isDense,
  };
  return index.holds(answer, access);
}

/** A ranking that is missing something (a notice says so) is not kept at all. */
function shortened(ranking: Ranking): Ranking {
  const isCut = ranking.ranked.length > KEPT_DEPTH;
  return { ...ranking, ranked: ranking.ranked.slice(0, KEPT_DEPTH), ...(isCut && { isCut }) };
}

/** By the ids themselves: filters of one person's requests share them. */
const classes = new WeakMap<Uint32Array, string>();

/** Equal for callers who may read the same, whoever they are; undefined for a filter that access did not make. */
function classOf(access: AccessFilter): string | undefined {
  const grant = readGrant(access);
  if (!grant) return undefined;
  const known = classes.get(grant.aclIds);
  if (known !== undefined) return known;
  const made = createHash('sha256').update(grant.aclIds).digest('base64url');
  classes.set(grant.aclIds, made);
  return made;
}

function keyOf({ text, terms, filter, conditions }: RankedQuery, access: AccessFilter): string | undefined {
  const readers = classOf(access);
  return readers && JSON.stringify([readers, text, terms, filter ?? null, conditions ?? null]);
}
