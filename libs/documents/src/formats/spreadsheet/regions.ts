import type { SheetCell } from './cells.ts';

type Axis = 'row' | 'column';

interface Extent {
  from: number;
  to: number;
}

/** Cells with the lines they cover, kept along so that growing a group costs what is added. */
interface Group {
  readonly cells: SheetCell[];
  readonly row: Extent;
  readonly column: Extent;
}

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
      return groups.flatMap((group) => cut(group.cells, other, depth + 1, false));
    const isDone = groups.length > 1 || isWholeAlongOther;
    return isDone ? groups.map((group) => group.cells) : cut(part, other, depth, true);
  }

  function joined(groups: readonly Group[], axis: Axis): readonly Group[] {
    const result: Group[] = [];
    for (const group of groups) {
      const before = result.at(-1);
      const belongs = before && (axis === 'row' ? continues(before, group) : isSame(before.row, group.row));
      if (belongs) for (const cell of group.cells) add(before, cell);
      else result.push(group);
    }
    return result;
  }

  function continues(before: Group, group: Group): boolean {
    const [above, below] = [before.column, group.column];
    const isTable = above.to > above.from && (before.row.to > before.row.from || isSame(above, below));
    const isInside = below.from >= above.from && below.to <= above.to && below.to > below.from;
    return isTable && isInside && !hasHeader(group.cells);
  }
}

/** Groups with at least one blank line between them. */
function split(cells: readonly SheetCell[], axis: Axis): readonly Group[] {
  const groups: Group[] = [];
  for (const cell of cells.toSorted((a, b) => a[axis] - b[axis])) {
    const group = groups.at(-1);
    if (group && cell[axis] <= group[axis].to + 1) add(group, cell);
    else groups.push(groupOf(cell));
  }
  return groups;
}

function groupOf(cell: SheetCell): Group {
  const { row, column } = cell;
  return {
    cells: [cell],
    row: { from: row, to: row + cell.down - 1 },
    column: { from: column, to: column + cell.across - 1 },
  };
}

function add(group: Group, cell: SheetCell): void {
  const { row, column } = groupOf(cell);
  group.cells.push(cell);
  grow(group.row, row);
  grow(group.column, column);
}

function grow(extent: Extent, { from, to }: Extent): void {
  extent.from = Math.min(extent.from, from);
  extent.to = Math.max(extent.to, to);
}

function isSame(one: Extent, other: Extent): boolean {
  return one.from === other.from && one.to === other.to;
}
