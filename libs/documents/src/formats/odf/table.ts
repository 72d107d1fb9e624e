import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { childElements } from '../../containers/xml.ts';
import { cellText } from '../block-text.ts';
import { guessHeaderRows, toGrid } from '../grid.ts';
import type { GridCell } from '../grid.ts';
import type { OdfContext } from './context.ts';

/** Equal cells and rows are stored once with a count; sheets store their empty rest so. */
const MAX_REPEAT = 1_000;
const GROUPS = ['table:table-rows', 'table:table-row-group', 'table:table-header-rows'];

export interface OdfRow {
  readonly element: Element;
  readonly isHeader: boolean;
}

export function rowsOf(table: Element, isHeader = false, depth = 0): OdfRow[] {
  if (depth > 20) return [];
  return childElements(table, 'table:table-row', ...GROUPS).flatMap((element) =>
    element.name === 'table:table-row'
      ? [{ element, isHeader }]
      : rowsOf(element, isHeader || element.name === 'table:table-header-rows', depth + 1),
  );
}

export function countOf(element: Element, attribute: string): number {
  return Math.max(1, Number.parseInt(element.attribs[attribute] ?? '1', 10) || 1);
}

/** A table in a text; what is noted inside its cells stands after it. A table of one cell is a frame. */
export function readOdfTable(table: Element, context: OdfContext): Block[] {
  const rows = rowsOf(table);
  const only = rows.length === 1 ? childElements(rows[0]?.element, 'table:table-cell') : [];
  if (only.length === 1 && only[0]) return context.blocks(only[0]);
  const notes: Block[] = [];
  const cells = rows.flatMap(({ element }) => {
    const row = childElements(element, 'table:table-cell').flatMap((cell) => readCell(cell, context, notes));
    const times = Math.min(MAX_REPEAT, countOf(element, 'table:number-rows-repeated'));
    return Array.from({ length: row.some(({ text }) => text !== '') ? times : 1 }, () => row);
  });
  const grid = toGrid(cells);
  if (grid.length === 0) return notes;
  const declared = rows.filter(({ isHeader }) => isHeader).length;
  const headerRows = declared > 0 && declared < grid.length ? declared : guessHeaderRows(grid);
  return [{ type: 'table', headerRows, rows: grid }, ...notes];
}

function readCell(cell: Element, context: OdfContext, notes: Block[]): GridCell[] {
  const blocks = context.blocks(cell);
  notes.push(...blocks.filter(({ type }) => type === 'note'));
  const times = Math.min(MAX_REPEAT, countOf(cell, 'table:number-columns-repeated'));
  const content: GridCell = {
    text: cellText(blocks.filter(({ type }) => type !== 'note')),
    across: countOf(cell, 'table:number-columns-spanned'),
    down: countOf(cell, 'table:number-rows-spanned'),
  };
  return Array.from({ length: times }, () => content);
}
