/**
 * Work on all of them in order of starting, at most `limit` at once; results in the order of what was given. The first
 * failure stops the rest from starting, and rejects when what was under way has ended.
 */
export async function inLanes<T, R>(
  limit: number,
  all: readonly T[],
  work: (each: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const entries = all.entries();
  let isFailed = false;
  const lane = async () => {
    // The iterator is shared: each lane takes the next one.
    for (const [at, each] of entries) {
      if (isFailed) return;
      results[at] = await work(each).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, all.length) }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  return results;
}
