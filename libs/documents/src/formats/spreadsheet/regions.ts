import type { SheetCell } from './cells.ts';

type Axis = 'row' | 'column';

/** Alternating cuts go no deeper on sheets made by people. */
const MAX_DEPTH = 12;

/**
 * Parts a sheet into the tables people see on it: cut along blank rows, then blank columns, and again inside.
 * A blank line inside one table is told from one between two: what goes on below within the same columns and has no
 * header of its own, or beside in just the same rows, belongs to it.
 * @param hasHeader whether cells, taken as a table, begin with a header
 * @returns in reading order
 */
export function regionsOf(
  cells: readonly SheetCell[],
  hasHeader: (cells: readonly SheetCell[]) => boolean,
): readonly (readonly SheetCell[])[] {
  return cut(cells, 'row', 0, false);

  function cut(
    part: readonly SheetCell[],
    axis: Axis,
    depth: number,
    isWholeAlongOther: boolean,
  ): readonly (readonly SheetCell[])[] {
    const other = axis === 'row' ? 'column' : 'row';
    const groups = joined(split(part, axis), axis);
    if (groups.length > 1 && depth < MAX_DEPTH)
      return groups.flatMap((group) => cut(group, other, depth + 1, false));
    return groups.length > 1 || isWholeAlongOther ? groups : cut(part, other, depth, true);
  }

  function joined(groups: readonly (readonly SheetCell[])[], axis: Axis): readonly (readonly SheetCell[])[] {
    const result: (readonly SheetCell[])[] = [];
    for (const group of groups) {
      const before = result.at(-1);
      const belongs = before && (axis === 'row' ? continues(before, group) : sharesRows(before, group));
      if (belongs) result[result.length - 1] = [...before, ...group];
      else result.push(group);
    }
    return result;
  }

  function continues(before: readonly SheetCell[], group: readonly SheetCell[]): boolean {
    const [above, below] = [extent(before, 'column'), extent(group, 'column')];
    const isTable = above.to > above.from && extent(before, 'row').to > extent(before, 'row').from;
    const isInside = below.from >= above.from && below.to <= above.to && below.to > below.from;
    return isTable && isInside && !hasHeader(group);
  }
}

function sharesRows(before: readonly SheetCell[], group: readonly SheetCell[]): boolean {
  const [left, right] = [extent(before, 'row'), extent(group, 'row')];
  return left.from === right.from && left.to === right.to;
}

/** Groups with at least one blank line between them. */
function split(cells: readonly SheetCell[], axis: Axis): readonly (readonly SheetCell[])[] {
  const sorted = cells.toSorted((a, b) => a[axis] - b[axis]);
  const groups: SheetCell[][] = [];
  let end = -2;
  for (const cell of sorted) {
    if (cell[axis] > end + 1) groups.push([]);
    groups.at(-1)?.push(cell);
    end = Math.max(end, lastOf(cell, axis));
  }
  return groups;
}

function extent(cells: readonly SheetCell[], axis: Axis): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const cell of cells) {
    from = Math.min(from, cell[axis]);
    to = Math.max(to, lastOf(cell, axis));
  }
  return { from, to };
}

function lastOf(cell: SheetCell, axis: Axis): number {
  return cell[axis] + (axis === 'row' ? cell.down : cell.across) - 1;
}
