import type { Stored } from './collection.ts';
import { invalid, LeftOut } from './refusal.ts';
import { isMulti, isSparse } from './vectors.ts';

/** Scores a stored vector from its similarities to the examples; the higher the better. */
export type Judge = (similarityTo: (example: Stored) => number) => number;

/** Smallest step of a 32-bit float at 1. */
const EPSILON = 2 ** -23;

export function squashed(value: number): number {
  return value / (1 + Math.abs(value));
}

function scaled(value: number): number {
  return 0.5 * (squashed(value) + 1);
}

/** Towards the best example of the nearer side. */
export function bestScore(positive: readonly Stored[], negative: readonly Stored[]): Judge {
  return (similarityTo) => {
    const [best, worst] = [positive, negative].map((side) => Math.max(-Infinity, ...side.map(similarityTo)));
    return (best ?? 0) > (worst ?? 0) ? scaled(best ?? 0) : -scaled(worst ?? 0);
  };
}

export function sumScores(positive: readonly Stored[], negative: readonly Stored[]): Judge {
  const sum = (side: readonly Stored[], similarityTo: (example: Stored) => number) =>
    side.reduce((all, each) => all + similarityTo(each), 0);
  return (similarityTo) => sum(positive, similarityTo) - sum(negative, similarityTo);
}

export interface Pair {
  readonly positive: Stored;
  readonly negative: Stored;
}

/** On the right side of how many pairs, and within that how near. */
export function discovered(target: Stored, pairs: readonly Pair[]): Judge {
  return (similarityTo) => {
    const rank = pairs.reduce(
      (sum, { positive, negative }) => sum + Math.sign(similarityTo(positive) - similarityTo(negative)),
      0,
    );
    return rank + scaled(similarityTo(target));
  };
}

/** What is lost on the wrong side of pairs; 0 at best. */
export function inContext(pairs: readonly Pair[]): Judge {
  return (similarityTo) =>
    pairs.reduce(
      (sum, { positive, negative }) =>
        sum + squashed(Math.min(similarityTo(positive) - similarityTo(negative) - EPSILON, 0)),
      0,
    );
}

/** The examples wanted and those not, as one vector to be near to. */
export function average(positive: readonly Stored[], negative: readonly Stored[]): Stored {
  if ([...positive, ...negative].some((each) => isMulti(each) || isSparse(each)))
    throw new LeftOut('averages of sparse vectors and of multivectors');
  if (positive.length === 0) throw invalid('At least one positive vector ID required with this strategy');
  const wanted = mean(positive as readonly Float32Array[]);
  if (negative.length === 0) return wanted;
  const unwanted = mean(negative as readonly Float32Array[]);
  return wanted.map((value, at) => value + value - (unwanted[at] ?? 0));
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) vector.forEach((value, at) => (sum[at] = (sum[at] ?? 0) + value));
  return sum.map((value) => value / vectors.length);
}
