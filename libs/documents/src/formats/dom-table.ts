import type { Element } from 'domhandler';
import { isTag } from 'domhandler';

interface Row {
  readonly cells: readonly Element[];
  readonly isHeader: boolean;
}

/** The rows of a table, wherever its sections lie; those of tables inside its cells are not among them. */
export function rowsOf(table: Element): Row[] {
  const rows: Row[] = [];
  const visit = (element: Element, inHead: boolean) => {
    for (const child of element.children) {
      if (!isTag(child)) continue;
      if (child.name === 'tr') {
        const cells = child.children.filter(
          (cell): cell is Element => isTag(cell) && (cell.name === 'td' || cell.name === 'th'),
        );
        const isHeader = inHead || (cells.length > 0 && cells.every(({ name }) => name === 'th'));
        if (cells.length > 0) rows.push({ cells, isHeader });
      } else if (child.name !== 'caption') visit(child, inHead || child.name === 'thead');
    }
  };
  visit(table, false);
  return rows;
}

/** Merged cells repeat what they say, so that each row can be read alone. Spans are bounded: they are hostile input. */
export function spread<Cell extends Element>(
  rows: readonly { readonly cells: readonly Cell[] }[],
  textOf: (cell: Cell) => string,
): string[][] {
  const grid: string[][] = rows.map(() => []);
  for (const [rowIndex, { cells }] of rows.entries()) {
    let column = 0;
    for (const cell of cells) {
      while (grid[rowIndex]?.[column] !== undefined) column++;
      const text = textOf(cell);
      const across = spanOf(cell, 'colspan', 100);
      const down = Math.min(spanOf(cell, 'rowspan', 1_000), rows.length - rowIndex);
      for (let r = 0; r < down; r++)
        for (let c = 0; c < across; c++) (grid[rowIndex + r] ?? [])[column + c] = text;
      column += across;
    }
  }
  return grid.map((row) => Array.from(row, (cell) => cell ?? ''));
}

function spanOf({ attribs }: Element, name: string, most: number): number {
  const value = Number.parseInt(attribs[name] ?? '1', 10);
  return Number.isFinite(value) ? Math.min(most, Math.max(1, value)) : 1;
}
