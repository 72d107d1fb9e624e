import * as xlsx from '@e965/xlsx';

/** One cell that says something; row and column counted from 0. */
export interface SheetCell {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  /** Rows and columns it covers when merged, at least 1. */
  readonly down: number;
  readonly across: number;
}

export interface SheetComment {
  /** "B3" */
  readonly at: string;
  readonly author: string;
  readonly text: string;
}

/** Cells of one sheet that are read; more are cut, and said to be. */
export const MAX_CELLS = 400_000;

/** What a sheet says, without walking its empty area, which may be all of 2^20 rows by 2^14 columns. */
export function cellsOf(
  sheet: xlsx.WorkSheet,
  date1904: boolean,
): {
  readonly cells: readonly SheetCell[];
  readonly comments: readonly SheetComment[];
  readonly isCut: boolean;
} {
  const merges = mergesByStart(sheet);
  const cells: SheetCell[] = [];
  const comments: SheetComment[] = [];
  // forEach passes over the holes of sparse arrays, an index loop would not.
  dataOf(sheet).forEach((line, row) => {
    line.forEach((cell, column) => {
      if (cells.length > MAX_CELLS) return;
      for (const { a: author, t: text } of cell.c ?? [])
        if (text?.trim())
          comments.push({
            at: xlsx.utils.encode_cell({ r: row, c: column }),
            author: repaired(author ?? ''),
            text: text.trim(),
          });
      const text = displayed(cell, date1904);
      if (text !== '') cells.push({ row, column, text, ...(merges.get(`${row},${column}`) ?? SINGLE) });
    });
  });
  return { cells: cells.slice(0, MAX_CELLS), comments, isCut: cells.length > MAX_CELLS };
}

/** The library hands authors' names over as the bytes of their UTF-8. */
function repaired(name: string): string {
  if (!/[\u0080-\u00ff]/u.test(name) || /[^\u0000-\u00ff]/u.test(name)) return name;
  const decoded = Buffer.from(name, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? name : decoded;
}

const SINGLE = { down: 1, across: 1 };

function mergesByStart(sheet: xlsx.WorkSheet): ReadonlyMap<string, { down: number; across: number }> {
  return new Map(
    (sheet['!merges'] ?? []).map(({ s, e }) => [
      `${s.r},${s.c}`,
      { down: Math.max(1, e.r - s.r + 1), across: Math.max(1, e.c - s.c + 1) },
    ]),
  );
}

function dataOf(sheet: xlsx.WorkSheet): readonly (readonly xlsx.CellObject[])[] {
  return sheet['!data'] ?? [];
}

/** The reader's program writes these two by its own settings; here they are unambiguous. */
const LOCAL_DATE = /^(?:m\/d\/yy|mm-dd-yy|m\/d\/yyyy)$/u;
const LOCAL_DATE_TIME = /^(?:m\/d\/yy|mm-dd-yy|m\/d\/yyyy) h:mm$/u;

/** As the cell shows it; a formula by its stored value. */
function displayed(cell: xlsx.CellObject, date1904: boolean): string {
  const format = typeof cell.z === 'string' ? cell.z : '';
  if (cell.t === 'n' && typeof cell.v === 'number' && format !== '') {
    if (LOCAL_DATE.test(format)) return formatted('yyyy-mm-dd', cell.v, date1904);
    if (LOCAL_DATE_TIME.test(format)) return formatted('yyyy-mm-dd hh:mm', cell.v, date1904);
    if (hasEra(format)) return withEra(cell.v, date1904);
  }
  const text = cell.w ?? (cell.v === undefined || cell.v === null ? '' : String(cell.v));
  return text.replace(/\s*\r?\n\s*/gu, ' ').trim();
}

function formatted(pattern: string, value: number, date1904: boolean): string {
  const text: unknown = xlsx.SSF.format(pattern, value, { date1904 });
  return String(text);
}

/** Japanese eras (g, gg, ggg with e), which the library leaves as letters. */
function hasEra(format: string): boolean {
  return /g/u.test(format.replace(/"[^"]*"|\\.|\[[^\]]*\]|general/giu, ''));
}

const ERA = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { dateStyle: 'long', timeZone: 'UTC' });

function withEra(value: number, date1904: boolean): string {
  const day = formatted('yyyy-mm-dd', value, date1904);
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? day : `${ERA.format(time)} (${day})`;
}
