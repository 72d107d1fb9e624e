/** Results in the order in which they arrive; the first failure ends it, and what is still under way is left to its signal. */
export async function* asTheyCome<T>(work: readonly Promise<T>[]): AsyncGenerator<T> {
  const waiting = new Map(
    work.map((promise, index) => [index, promise.then((value) => ({ index, value }))] as const),
  );
  // Whoever stops listening early still has nobody to answer for a later failure.
  for (const promise of waiting.values()) promise.catch(() => undefined);
  while (waiting.size > 0) {
    const { index, value } = await Promise.race(waiting.values());
    waiting.delete(index);
    yield value;
  }
}
