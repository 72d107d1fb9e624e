/** How many values an error offers. */
const OFFERED = 5;

/** The values most like `wanted`, best first: equal but for case, then prefixes and parts, then few edits away. */
export function nearMatches(wanted: string, values: readonly string[]): string[] {
  const target = fold(wanted);
  const scored = values.map((value) => ({ value, cost: cost(target, fold(value)) }));
  return scored
    .filter(({ cost: price }) => price < Infinity)
    .sort((a, b) => a.cost - b.cost || (a.value < b.value ? -1 : 1))
    .slice(0, OFFERED)
    .map(({ value }) => value);
}

export function fold(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim();
}

function cost(target: string, value: string): number {
  if (target === value) return 0;
  if (value.startsWith(target) || target.startsWith(value)) return 1;
  if (value.includes(target) || target.includes(value)) return 2;
  const edits = editDistance(target.slice(0, 64), value.slice(0, 64));
  return edits <= Math.max(1, Math.floor(target.length / 3)) ? 2 + edits : Infinity;
}

/**
 * Characters changed, left out, added, or exchanged with their neighbour (optimal string alignment), in UTF-16 units.
 * Quadratic: callers bound the lengths.
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitute = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let least = Math.min(substitute, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isExchanged =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isExchanged) least = Math.min(least, (before[column - 2] ?? 0) + 1);
      current.push(least);
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
