export interface Difference {
  /**
   * How much better than by chance two answers, one of each kind, are told apart by which took longer: 0 not at all, 0.5 always.
   * The area under the curve of a Mann–Whitney test, less a half.
   */
  readonly advantage: number;
  /** The upper end of its 99 % interval. */
  readonly upperAdvantage: number;
  /** The median of the differences of pairs that were measured one after the other, absolute, in the unit of the values. */
  readonly medianDifference: number;
}

/** 99 %, two-sided. */
const NORMAL = 2.576;

/** @param other measured in pairs with `one`. Hanley and McNeil's interval; ranks, because a collection of garbage makes a few values a hundred times the others. */
export function differenceOf(one: readonly number[], other: readonly number[]): Difference {
  const area = areaOf(one, other);
  const [n, m] = [one.length, other.length];
  const above = Math.max(area, 1 - area);
  const [q1, q2] = [above / (2 - above), (2 * above ** 2) / (1 + above)];
  const variance =
    (above * (1 - above) + (n - 1) * (q1 - above ** 2) + (m - 1) * (q2 - above ** 2)) / (n * m);
  const advantage = above - 0.5;
  return {
    advantage,
    upperAdvantage: advantage + NORMAL * Math.sqrt(Math.max(0, variance)),
    medianDifference: Math.abs(median(one.map((value, at) => value - (other[at] ?? value)))),
  };
}

/** Share of pairs in which `one` is the larger; equal ones count half. */
function areaOf(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ].sort((a, b) => a.value - b.value);
  let ranks = 0;
  for (let at = 0; at < all.length;) {
    let end = at;
    while (end < all.length && all[end]?.value === all[at]?.value) end++;
    for (let each = at; each < end; each++) if (all[each]?.isOne) ranks += (at + end + 1) / 2;
    at = end;
  }
  return (ranks - (one.length * (one.length + 1)) / 2) / (one.length * other.length);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
