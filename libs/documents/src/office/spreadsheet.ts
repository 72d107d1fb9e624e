import type { Block } from '@fumikura/model';
import { AppError } from '@fumikura/errors';
import * as xlsx from '@e965/xlsx';
import { unzip } from './zip.ts';
import type { FormatParser, Parsed } from '../types.ts';

/** Rows kept of one sheet. */
const MAX_ROWS = 20_000;
const MAX_COLUMNS = 200;

/** xlsx, xls and ods: each sheet a heading and a table, cells as displayed, formulas by their stored value. */
export const parseSpreadsheet: FormatParser = async ({ bytes }, limits) => {
  if (bytes[0] === 0x50) unzip(bytes, limits);
  const book = open(bytes);
  const hidden = (book.Workbook?.Sheets ?? []).flatMap(({ Hidden, name }) => (Hidden && name ? [name] : []));
  const notices: string[] = hidden.length > 0 ? [`Hidden sheets are included: ${hidden.join(', ')}.`] : [];
  const blocks = book.SheetNames.slice(0, limits.maxPages).flatMap((name) =>
    sheetBlocks(name, book.Sheets[name], notices),
  );
  const { Title: title, Author: author } = book.Props ?? {};
  const facts: Partial<Parsed> = { ...(title && { title }), ...(author && { authors: [author] }) };
  return { ...facts, blocks, notices };
};

function open(bytes: Uint8Array): xlsx.WorkBook {
  try {
    return xlsx.read(bytes, {
      type: 'array',
      cellFormula: false,
      cellHTML: false,
      cellDates: false,
      sheetRows: MAX_ROWS + 1,
    });
  } catch (cause) {
    if (cause instanceof Error && /password|encrypt/iu.test(cause.message)) {
      throw new AppError('CONTENT_ENCRYPTED', 'invalid-input', 'encrypted workbook', {
        publicMessage:
          'The workbook is protected by a password. Store an unprotected copy to make it findable.',
        cause,
      });
    }
    throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'workbook cannot be read', {
      publicMessage: 'The workbook is damaged. Open it in a spreadsheet program and save it again.',
      cause,
    });
  }
}

function sheetBlocks(name: string, sheet: xlsx.WorkSheet | undefined, notices: string[]): Block[] {
  if (!sheet?.['!ref']) return [];
  fillMerged(sheet);
  const all = xlsx.utils.sheet_to_json<unknown[]>(sheet, {
    header: 1,
    raw: false,
    defval: '',
    blankrows: false,
  });
  if (all.length > MAX_ROWS) notices.push(`Only the first ${MAX_ROWS} rows of sheet "${name}" were read.`);
  const rows = trimmed(
    all.slice(0, MAX_ROWS).map((row) => row.slice(0, MAX_COLUMNS).map((cell) => String(cell).trim())),
  );
  if (rows.length === 0) return [];
  const place = { sheet: name };
  return [
    { type: 'heading', level: 2, text: name, place },
    { type: 'table', headerRows: headerRows(rows), rows, place },
  ];
}

/** A merged cell says the same in each of its places, so that each row can be read alone. */
function fillMerged(sheet: xlsx.WorkSheet): void {
  for (const { s: from, e: to } of (sheet['!merges'] ?? []).slice(0, 10_000)) {
    const value: unknown = sheet[xlsx.utils.encode_cell(from)];
    const lastRow = Math.min(to.r, from.r + 1_000);
    const lastColumn = Math.min(to.c, from.c + MAX_COLUMNS);
    for (let r = from.r; r <= lastRow; r++)
      for (let c = from.c; c <= lastColumn; c++) sheet[xlsx.utils.encode_cell({ r, c })] ??= value;
  }
}

/** Without the columns in which no row says anything. */
function trimmed(rows: readonly string[][]): string[][] {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const used = Array.from({ length: width }, (_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  return rows
    .map((row) => used.flatMap((isUsed, column) => (isUsed ? [row[column] ?? ''] : [])))
    .filter((row) => row.some((cell) => cell !== ''));
}

/** The first row names columns when it is all words and something follows. */
function headerRows([first, second]: readonly string[][]): number {
  if (!first || !second) return 0;
  const isNames = first.filter((cell) => cell !== '').every((cell) => !/^[-+]?[\d.,%\s]+$/u.test(cell));
  return isNames ? 1 : 0;
}
