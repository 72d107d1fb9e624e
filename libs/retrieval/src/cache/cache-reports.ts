import { randomUUID } from 'node:crypto';
import type { JsonValue } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import type { CacheCounts } from './ranking-cache.ts';

const SPACE = 'search';
const PREFIX = 'cache ';
const MOST_PROCESSES = 50;
/** A process that has not told of itself for so long is gone. */
const LIVES_MS = 180_000;

/** Tells the other processes how often this one used rankings again. */
export function cacheTeller(state: SharedState, now: () => number): (counts: CacheCounts) => Promise<void> {
  const key = `${PREFIX}${randomUUID()}`;
  return async (counts) => {
    if (counts.hits + counts.joined + counts.misses + counts.ahead === 0) return;
    await state.put(SPACE, { key, value: counts as unknown as JsonValue, expiresAt: now() + LIVES_MS });
  };
}

/** Of each process that answers searches now, as of the last minute or two. */
export async function cacheReports(state: SharedState): Promise<readonly CacheCounts[]> {
  const entries = await state.list(SPACE, { prefix: PREFIX, limit: MOST_PROCESSES });
  return entries.map(({ value }) => value as unknown as CacheCounts);
}
