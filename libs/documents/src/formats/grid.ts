/** Most cells one merged area may fill: spans are hostile input. */
const MAX_COLUMNS = 200;
const MAX_ROWS = 1_000;

export interface GridCell {
  readonly text: string;
  /** Columns and rows it covers, at least 1. */
  readonly across: number;
  readonly down: number;
}

/** Rows of equal length; a merged cell says the same in each of its places, so that each row can be read alone. */
export function toGrid(rows: readonly (readonly GridCell[])[]): string[][] {
  const grid: string[][] = rows.map(() => []);
  for (const [rowIndex, cells] of rows.entries()) {
    let column = 0;
    for (const { text, across, down } of cells) {
      while (grid[rowIndex]?.[column] !== undefined) column++;
      const width = Math.min(Math.max(1, across), MAX_COLUMNS);
      const height = Math.min(Math.max(1, down), MAX_ROWS, rows.length - rowIndex);
      for (let row = rowIndex; row < rowIndex + height; row++)
        for (let at = column; at < column + width; at++) (grid[row] ?? [])[at] ??= text;
      column += width;
    }
  }
  return levelled(grid);
}

/** Fills short rows, drops rows and columns in which nothing is said. */
export function levelled(rows: readonly (readonly (string | undefined)[])[]): string[][] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const isUsed = Array.from({ length: width }, (_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  return rows
    .map((row) => isUsed.flatMap((used, column) => (used ? [row[column] ?? ''] : [])))
    .filter((row) => row.some((cell) => cell !== ''));
}

/** 1 when the first row names the columns: each cell says something, none is a number or a date, and rows follow. */
export function guessHeaderRows(rows: readonly (readonly string[])[]): 0 | 1 {
  const [first, second] = rows;
  if (!first || !second || first.length < 2) return 0;
  const named = first.filter((cell) => cell !== '');
  const isMostlyNamed = named.length >= Math.max(2, first.length * 0.6);
  return isMostlyNamed && named.every(isName) && !rows.slice(1).every(hasSameShape(first)) ? 1 : 0;
}

function isName(cell: string): boolean {
  return cell.length <= 80 && !/^[-+(]?[¥$€£]?[\d.,\s/:年月日%()-]*$/u.test(cell);
}

/** Rows of nothing but words tell nothing apart; then the first is a header only if it is the shortest by far. */
function hasSameShape(first: readonly string[]): (row: readonly string[]) => boolean {
  const length = lengthOf(first);
  return (row) => row.every((cell) => cell === '' || isName(cell)) && lengthOf(row) < length * 1.5;
}

function lengthOf(row: readonly string[]): number {
  return row.reduce((sum, cell) => sum + cell.length, 0);
}
