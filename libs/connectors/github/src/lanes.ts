/** Work on all of them, at most `limit` at once, results in the order of what was given. The first failure rejects. */
export async function inLanes<T, R>(
  limit: number,
  all: readonly T[],
  work: (each: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const entries = all.entries();
  const lane = async () => {
    // The iterator is shared: each lane takes the next one.
    for (const [at, each] of entries) results.set(at, await work(each));
  };
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, lane));
  return all.flatMap((_, at) => (results.has(at) ? [results.get(at) as R] : []));
}
