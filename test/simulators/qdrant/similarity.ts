import type { DenseConfig, SparseVector, Stored } from './collection.ts';
import { turboCodeOf, turboSimilarity } from './turbo.ts';
import { isMulti, isSparse } from './vectors.ts';

/** The higher the nearer, whatever the metric; scores that are shown are made of it by `shownScore`. */
export function similarity(asked: Stored, stored: Stored, distance: DenseConfig['distance']): number {
  if (isSparse(asked) || isSparse(stored)) return dotOf(asked as SparseVector, stored as SparseVector);
  if (!isMulti(asked) && !isMulti(stored)) return near(asked, stored, distance);
  const [left, right] = [asked, stored].map((each) => (isMulti(each) ? each : [each as Float32Array]));
  // Each of the vectors asked for finds its own best.
  return (left ?? []).reduce(
    (sum, one) => sum + Math.max(...(right ?? []).map((other) => near(one, other, distance))),
    0,
  );
}

function near(a: Float32Array, b: Float32Array, distance: DenseConfig['distance']): number {
  const code = turboCodeOf(b);
  if (code && distance !== 'Manhattan') return turboSimilarity(a, code, distance);
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] as number, b[at] as number];
    if (distance === 'Euclid') sum -= (x - y) ** 2;
    else if (distance === 'Manhattan') sum -= Math.abs(x - y);
    else sum += x * y;
  }
  return sum;
}

function dotOf(a: SparseVector, b: SparseVector): number {
  const weights = new Map(a.indices.map((index, at) => [index, a.values[at] as number]));
  return b.indices.reduce((sum, index, at) => sum + (weights.get(index) ?? 0) * (b.values[at] as number), 0);
}

export function shownScore(score: number, distance: DenseConfig['distance']): number {
  if (distance === 'Euclid') return Math.sqrt(Math.abs(score));
  return distance === 'Manhattan' ? Math.abs(score) : score;
}

export function isDistance(distance: DenseConfig['distance']): boolean {
  return distance === 'Euclid' || distance === 'Manhattan';
}
