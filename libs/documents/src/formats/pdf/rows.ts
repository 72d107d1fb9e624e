import type { Run } from './runs.ts';

/** Runs on one baseline, from the left. */
export interface Row {
  readonly runs: readonly Run[];
  readonly x: number;
  readonly right: number;
  readonly y: number;
  /** Of most of its letters. */
  readonly size: number;
}

/** Rows from the top. Raised and lowered small print joins the row it stands at. */
export function rowsOf(runs: readonly Run[]): Row[] {
  const groups: Run[][] = [];
  for (const run of runs.toSorted((a, b) => b.y - a.y || a.x - b.x)) {
    const row = groups.at(-1);
    const first = row?.[0];
    const isSame = first && first.y - run.y < Math.max(1, Math.min(first.size, run.size) * 0.3);
    if (isSame) row?.push(run);
    else groups.push([run]);
  }
  return attached(groups.map(toRow));
}

export function toRow(runs: readonly Run[]): Row {
  const sorted = runs.toSorted((a, b) => a.x - b.x);
  const main = sorted.reduce((best, run) => (run.text.length > best.text.length ? run : best), {
    text: '',
    y: 0,
    size: 10,
  });
  return {
    runs: sorted,
    x: sorted.reduce((least, run) => Math.min(least, run.x), Number.POSITIVE_INFINITY),
    right: sorted.reduce((most, run) => Math.max(most, run.right), Number.NEGATIVE_INFINITY),
    y: main.y,
    size: main.size,
  };
}

function attached(rows: readonly Row[]): Row[] {
  const result: Row[] = [];
  for (const row of rows) {
    const above = result.at(-1);
    if (above && (isMarkOf(row, above) || isMarkOf(above, row)))
      result[result.length - 1] = toRow([...above.runs, ...row.runs]);
    else result.push(row);
  }
  return result;
}

/** Small, shifted by less than a line, and every piece next to a letter of the other row. */
function isMarkOf(mark: Row, row: Row): boolean {
  if (mark.size > row.size * 0.8 || Math.abs(mark.y - row.y) > row.size * 0.6) return false;
  const reach = row.size * 0.4;
  return mark.runs.every(({ x, right }) =>
    row.runs.some((run) => Math.abs(x - run.right) < reach || Math.abs(run.x - right) < reach),
  );
}
