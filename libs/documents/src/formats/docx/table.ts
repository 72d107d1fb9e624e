import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { isTag } from 'domhandler';
import { childAt, elementsNamed } from '../../containers/xml.ts';
import { cellText } from '../block-text.ts';
import { guessHeaderRows, levelled } from '../grid.ts';
import type { DocxContext } from './context.ts';
import { isOn, numberOf, valueOf } from './styles.ts';

/** Columns one cell may cover. */
const MAX_SPAN = 200;
const WRAPPERS = new Set(['w:sdt', 'w:sdtContent', 'w:ins', 'w:moveTo', 'w:customXml']);

interface Row {
  readonly cells: readonly string[];
  readonly isHeader: boolean;
  readonly isBold: boolean;
}

/** A Word table; what is noted inside its cells stands after it. A table of one cell is a frame, and read as text. */
export function readTable(table: Element, context: DocxContext): Block[] {
  const rowElements = wrapped(table, 'w:tr').filter((row) => !childAt(row, 'w:trPr', 'w:del'));
  const only = rowElements.length === 1 ? wrapped(rowElements[0], 'w:tc') : [];
  if (only.length === 1 && only[0]) return context.blocks(only[0]);
  const notes: Block[] = [];
  const rows: Row[] = [];
  for (const element of rowElements) rows.push(readRow(element, rows.at(-1)?.cells ?? [], context, notes));
  const grid = levelled(rows.map(({ cells }) => cells));
  if (grid.length === 0) return notes;
  return [{ type: 'table', headerRows: headerRows(rows, grid), rows: grid }, ...notes];
}

function readRow(element: Element, above: readonly string[], context: DocxContext, notes: Block[]): Row {
  const properties = childAt(element, 'w:trPr');
  const skipped = Math.min(MAX_SPAN, Math.max(0, numberOf(childAt(properties, 'w:gridBefore')) ?? 0));
  const cells: string[] = Array.from({ length: skipped }, () => '');
  const elements = wrapped(element, 'w:tc');
  for (const cell of elements) {
    const facts = childAt(cell, 'w:tcPr');
    const merge = childAt(facts, 'w:vMerge');
    const across = Math.min(MAX_SPAN, Math.max(1, numberOf(childAt(facts, 'w:gridSpan')) ?? 1));
    const continues = merge !== undefined && valueOf(merge) !== 'restart';
    const text = continues ? (above[cells.length] ?? '') : readCell(cell, context, notes);
    for (let column = 0; column < across; column++) cells.push(text);
  }
  const header = childAt(properties, 'w:tblHeader');
  return {
    cells,
    isHeader: header !== undefined && isOn(valueOf(header)),
    isBold: elements.every(isBoldCell),
  };
}

function readCell(cell: Element, context: DocxContext, notes: Block[]): string {
  const blocks = context.blocks(cell);
  notes.push(...blocks.filter(({ type }) => type === 'note'));
  return cellText(blocks.filter(({ type }) => type !== 'note'));
}

/** Rows that repeat on each page are headers by the author's word; else a bold first row, else what the words suggest. */
function headerRows(rows: readonly Row[], grid: readonly (readonly string[])[]): number {
  const declared = rows.findIndex(({ isHeader }) => !isHeader);
  if (declared > 0) return Math.min(declared, grid.length);
  const [first, second] = rows;
  if (first?.isBold && second && !second.isBold) return 1;
  return guessHeaderRows(grid);
}

function isBoldCell(cell: Element): boolean {
  const runs = elementsNamed(cell.children, 'w:r').filter((run) => childAt(run, 'w:t'));
  return runs.every((run) => {
    const bold = childAt(run, 'w:rPr', 'w:b');
    return bold !== undefined && isOn(valueOf(bold));
  });
}

/** Children of the name, also inside content controls and tracked insertions. */
function wrapped(element: Element | undefined, name: string, depth = 0): Element[] {
  if (depth > 20) return [];
  return (element?.children ?? []).flatMap((child) => {
    if (!isTag(child)) return [];
    if (child.name === name) return [child];
    return WRAPPERS.has(child.name) ? wrapped(child, name, depth + 1) : [];
  });
}
