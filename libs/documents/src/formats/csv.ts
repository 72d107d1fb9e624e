import { parse } from 'csv-parse/sync';
import { AppError } from '@fumikura/errors';
import { decodeText } from '../decode.ts';
import type { FormatParser } from '../types.ts';

const DELIMITERS = [',', '\t', ';', '|'] as const;
/** Rows kept; a longer file is data for a database, and its head says what it is. */
const MAX_ROWS = 20_000;

export const parseCsv: FormatParser = async ({ bytes, fileName }) => {
  const text = decodeText(bytes);
  const delimiter = fileName.toLowerCase().endsWith('.tsv') ? '\t' : likeliest(text);
  const rows = readRows(text, delimiter);
  const kept = rows.slice(0, MAX_ROWS).map((row) => row.map((cell) => cell.trim().replace(/\s+/gu, ' ')));
  return {
    blocks: kept.length > 0 ? [{ type: 'table', headerRows: kept.length > 1 ? 1 : 0, rows: kept }] : [],
    ...(rows.length > MAX_ROWS && { notices: [`Only the first ${MAX_ROWS} of more rows were read.`] }),
  };
};

function likeliest(text: string): string {
  const head = text.split('\n', 20);
  const score = (delimiter: string) => {
    const counts = head.filter(Boolean).map((line) => line.split(delimiter).length - 1);
    return Math.min(...counts) * 100 + Math.max(...counts);
  };
  return DELIMITERS.toSorted((a, b) => score(b) - score(a))[0] ?? ',';
}

function readRows(text: string, delimiter: string): string[][] {
  try {
    return parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      bom: true,
      to: MAX_ROWS + 1,
    });
  } catch (cause) {
    throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'not a delimited table', {
      publicMessage: 'The table cannot be read: a quotation mark is left open.',
      cause,
    });
  }
}
