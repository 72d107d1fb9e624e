/** Smallest of any number of values; Infinity of none. `Math.min(...)` ends in a full stack at about 100,000. */
export function least(values: Iterable<number>): number {
  let found = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < found) found = value;
  return found;
}

/** Largest of any number of values; -Infinity of none. */
export function most(values: Iterable<number>): number {
  let found = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > found) found = value;
  return found;
}
