import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { childElements } from '../../containers/xml.ts';
import { MAX_CELLS } from '../spreadsheet/cells.ts';
import type { SheetCell } from '../spreadsheet/cells.ts';
import { sheetBlocks } from '../spreadsheet/tables.ts';
import type { OdfContext } from './context.ts';
import { annotationBlocks, isShape, readOdfInline, shapeBlocks } from './inline.ts';
import { countOf, rowsOf } from './table.ts';

/** Rows that say something, stored once for many. */
const MAX_REPEAT = 1_000;

/** A sheet: the tables on it, texts lying over it, comments; cells as they are shown. */
export function readOdfSheet(
  table: Element,
  context: OdfContext,
): { readonly blocks: readonly Block[]; readonly isCut: boolean } {
  const cells: SheetCell[] = [];
  const notes: Block[] = [];
  let row = 0;
  for (const { element } of rowsOf(table)) {
    const own = rowCells(element, row, context, notes);
    const times = countOf(element, 'table:number-rows-repeated');
    for (
      let again = 0;
      again < Math.min(times, MAX_REPEAT) && own.length > 0 && cells.length < MAX_CELLS;
      again++
    )
      cells.push(...own.map((cell) => ({ ...cell, row: row + again })));
    row += times;
  }
  const shapes = childElements(table, 'table:shapes').flatMap((holder) =>
    childElements(holder)
      .filter(isShape)
      .flatMap((shape) => shapeBlocks(shape, context)),
  );
  return { blocks: [...sheetBlocks(cells), ...shapes, ...notes], isCut: cells.length >= MAX_CELLS };
}

function rowCells(element: Element, row: number, context: OdfContext, notes: Block[]): SheetCell[] {
  const cells: SheetCell[] = [];
  let column = 0;
  for (const cell of childElements(element, 'table:table-cell', 'table:covered-table-cell')) {
    const times = countOf(cell, 'table:number-columns-repeated');
    const text = cell.name === 'table:table-cell' ? shownText(cell, context) : '';
    for (const annotation of childElements(cell, 'office:annotation'))
      notes.push(...annotationBlocks(annotation, context, ` on ${addressOf(row, column)}`));
    const across = countOf(cell, 'table:number-columns-spanned');
    const down = countOf(cell, 'table:number-rows-spanned');
    if (text !== '')
      for (let again = 0; again < Math.min(times, MAX_REPEAT); again++)
        cells.push({ row, column: column + again, text, across, down });
    column += times;
  }
  return cells;
}

function shownText(cell: Element, context: OdfContext): string {
  const text = childElements(cell, 'text:p')
    .map((line) => readOdfInline(line, context).text)
    .join(' ')
    .replace(/\s+/gu, ' ')
    .trim();
  context.budget.spend(text.length);
  return text;
}

/** "B3" of row 2 and column 1, both counted from 0. */
function addressOf(row: number, column: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCodePoint(65 + ((rest - 1) % 26)) + name;
  return `${name}${row + 1}`;
}
