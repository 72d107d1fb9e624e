import type { Block } from '@fumikura/model';
import { most } from '../extent.ts';
import { guessHeaderRows, levelled } from '../grid.ts';
import type { SheetCell } from './cells.ts';
import { regionsOf } from './regions.ts';

/** Cells of one table after merged ones are filled in; wider or longer tables keep their merged cells once. */
const MAX_FILLED = 2_000_000;

/** The blocks of one sheet: a table for each region, a paragraph where there is but one column. */
export function sheetBlocks(cells: readonly SheetCell[]): Block[] {
  return regionsOf(cells, (part) => guessHeaderRows(toRows(part)) > 0).flatMap(regionBlocks);
}

function regionBlocks(cells: readonly SheetCell[]): Block[] {
  const rows = toRows(cells);
  const width = rows[0]?.length ?? 0;
  if (width <= 1) return [{ type: 'paragraph', text: rows.flat().join('\n') }];
  const titles = leadingTitles(rows);
  const body = rows.slice(titles.length);
  const caption = titles.join(' ');
  if (body.length === 0) return [{ type: 'paragraph', text: caption }];
  const headerRows = headersOf(cells, body, titles.length);
  return [{ type: 'table', headerRows, rows: body, ...(caption && { caption }) }];
}

/**
 * Rows and columns in which a cell begins. Those that only carry on merged cells, of which forms made of tiny squares
 * have many, would repeat everything and are left out; else a merged cell says the same in each of its places.
 */
function toRows(cells: readonly SheetCell[]): string[][] {
  const rowAt = indexed(cells.map(({ row }) => row));
  const columnAt = indexed(cells.map(({ column }) => column));
  const grid: string[][] = Array.from({ length: rowAt.size }, () =>
    Array.from({ length: columnAt.size }, () => ''),
  );
  let filled = 0;
  for (const { row, column, text, down, across } of cells) {
    for (const r of covered(rowAt, row, down))
      for (const c of covered(columnAt, column, across)) {
        const line = grid[r];
        if (!line || (line[c] !== '' && filled > 0 && (r !== rowAt.get(row) || c !== columnAt.get(column))))
          continue;
        if (++filled > MAX_FILLED) break;
        line[c] = text;
      }
  }
  return levelled(grid);
}

function indexed(values: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...new Set(values)].sort((a, b) => a - b).map((value, index) => [value, index]));
}

/** Places in the grid that a span covers: those of kept lines between its first and its last. */
function covered(at: ReadonlyMap<number, number>, from: number, length: number): number[] {
  const first = at.get(from);
  if (first === undefined) return [];
  if (length === 1) return [first];
  const places = [first];
  for (const [line, index] of at) if (line > from && line < from + length) places.push(index);
  return places;
}

/** Rows above the table that say one thing across all of it. */
function leadingTitles(rows: readonly (readonly string[])[]): string[] {
  const titles: string[] = [];
  for (const row of rows.slice(0, 4)) {
    const said = new Set(row.filter((cell) => cell !== ''));
    const [only] = said;
    const isTitle = said.size === 1 && only !== undefined && rows.length > titles.length + 1;
    if (!isTitle || !isTitleRow(row)) break;
    titles.push(only);
  }
  return titles;
}

/** One cell at the start, or one merged over everything; a lone cell further right heads a column. */
function isTitleRow(row: readonly string[]): boolean {
  return row.every((cell) => cell !== '') || (row[0] !== '' && row.slice(1).every((cell) => cell === ''));
}

/** A header whose cells are merged downwards, or group the columns below, has more rows than one. */
function headersOf(
  cells: readonly SheetCell[],
  body: readonly (readonly string[])[],
  titles: number,
): number {
  const guess = guessHeaderRows(body);
  const starts = [...new Set(cells.map(({ row }) => row))].sort((a, b) => a - b);
  const first = starts[titles];
  const heads = cells.filter(({ row }) => row === first);
  const isMerged = heads.some(({ down, across }) => down > 1 || across > 1);
  if (first === undefined || !isMerged) return guess;
  const depth = most(heads.map(({ down, across }) => (across > 1 ? down + 1 : down)));
  const last = starts.filter((start) => start >= first && start < first + depth).length;
  return last < body.length && last <= 4 ? last : guess;
}
