import { percentile } from '@fumikura/evaluation';

/** Milliseconds of each of `count` calls, after `warmUp` that do not count. */
export async function times(
  count: number,
  warmUp: number,
  work: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count + warmUp; index++) {
    const started = performance.now();
    await work(index);
    if (index >= warmUp) found.push(performance.now() - started);
  }
  return found;
}

export function percentiles(values: readonly number[]): { p50: number; p95: number; p99: number } {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), p99: percentile(values, 0.99) };
}

/** 100000 → 100k, 1000000 → 1m. */
export function sizeName(chunks: number): string {
  return chunks >= 1_000_000 ? `${chunks / 1_000_000}m` : `${chunks / 1_000}k`;
}
