import { mean, percentile } from './metrics.ts';

/** How the same queries fared in two runs. */
export interface PairedDifference {
  readonly queries: number;
  /** Mean of after − before. */
  readonly difference: number;
  /** 95 % of the resampled means lie between. */
  readonly low: number;
  readonly high: number;
  /** Two-sided: how often a difference as large would come from chance alone; below .05 it is taken for one. */
  readonly p: number;
  readonly better: number;
  readonly worse: number;
}

const SAMPLES = 10_000;

/**
 * Paired bootstrap over the queries' differences, 10,000 samples from a fixed seed: the same runs give the same answer.
 */
export function pairedBootstrap(before: readonly number[], after: readonly number[]): PairedDifference {
  const differences = after.map((value, at) => value - (before[at] ?? 0));
  const random = mulberry(20_260_115);
  const size = differences.length;
  const means = Array.from({ length: SAMPLES }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < size; drawn++) sum += differences[Math.floor(random() * size)] ?? 0;
    return sum / size;
  });
  const difference = mean(differences);
  const beyond = means.filter((value) => (difference >= 0 ? value <= 0 : value >= 0)).length;
  return {
    queries: size,
    difference,
    low: percentile(means, 0.025),
    high: percentile(means, 0.975),
    p: difference === 0 ? 1 : Math.min(1, (2 * beyond) / SAMPLES),
    better: differences.filter((value) => value > 0).length,
    worse: differences.filter((value) => value < 0).length,
  };
}

/** Numbers in [0, 1), the same on every machine. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
