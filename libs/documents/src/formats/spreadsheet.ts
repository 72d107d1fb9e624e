import type { Block } from '@fumikura/model';
import * as xlsx from '@e965/xlsx';
import { zipSync } from 'fflate';
import { oleKind } from '../containers/ole.ts';
import { isXmlPart } from '../containers/opc.ts';
import { unzip } from '../containers/zip.ts';
import type { ZipParts } from '../containers/zip.ts';
import { damaged, encrypted, unsupported, withoutText } from '../refusals.ts';
import type { FormatParser, Parsed, ParseLimits } from '../types.ts';
import { TextBudget } from './budget.ts';
import { facts } from './office-facts.ts';
import { cellsOf, MAX_CELLS } from './spreadsheet/cells.ts';
import { shapesBySheet } from './spreadsheet/shapes.ts';
import { sheetBlocks } from './spreadsheet/tables.ts';

/** Rows of one sheet that are read. */
const MAX_ROWS = 50_000;

/**
 * Excel, since 1995 (xls) and since 2007 (xlsx, xlsm, xlsb): each sheet a heading and the tables on it, cells as they
 * are shown, formulas by their stored value, comments, text boxes and the titles of charts.
 */
export const parseSpreadsheet: FormatParser = async ({ bytes }, limits) => {
  const parts = await partsOf(bytes, limits);
  if (!parts) await learnCodePages();
  const book = open(parts ? repacked(parts) : bytes);
  const shapes = parts?.has('xl/workbook.xml') ? shapesBySheet(parts) : new Map<string, readonly Block[]>();
  const reader = new BookReader(book, shapes, limits);
  const blocks = reader.readAll();
  if (blocks.length === 0) throw withoutText('workbook', 'Its sheets are empty.');
  return { ...factsOf(book), blocks, notices: reader.notices };
};

/** Excel 95 wrote Japanese as code page 932; the tables are half a megabyte, which newer files never need. */
async function learnCodePages(): Promise<void> {
  xlsx.set_cptable(await import('@e965/xlsx/dist/cpexcel.full.mjs'));
}

/** Only what was judged and checked is handed on: another reader of the same zip might see other entries in it. */
function repacked(parts: ZipParts): Uint8Array {
  return zipSync(Object.fromEntries(parts), { level: 0 });
}

async function partsOf(bytes: Uint8Array, limits: ParseLimits): Promise<ZipParts | undefined> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    return unzip(bytes, limits, (name) => isXmlPart(name) || name.endsWith('.bin'));
  const kind = oleKind(bytes);
  if (kind === 'encrypted') throw encrypted('workbook');
  if (kind === 'workbook') return undefined;
  if (kind !== undefined)
    throw unsupported('workbook with the content of another program', 'Give it its right extension.');
  // Excel 4 and older are a bare stream of records that begins with one of the BOF records.
  const isStream = bytes[0] === 0x09 && [0x00, 0x02, 0x04, 0x08].includes(bytes[1] ?? -1);
  if (!isStream) throw damaged('workbook', new Error('neither a zip nor a compound file of sheets'));
  return undefined;
}

function open(bytes: Uint8Array): xlsx.WorkBook {
  try {
    return xlsx.read(bytes, {
      type: 'array',
      dense: true,
      cellFormula: false,
      cellHTML: false,
      cellNF: true,
      sheetRows: MAX_ROWS + 1,
    });
  } catch (cause) {
    if (cause instanceof Error && /password/iu.test(cause.message)) throw encrypted('workbook', cause);
    throw damaged('workbook', cause, 'Open it in a spreadsheet program and save it again.');
  }
}

class BookReader {
  readonly #book: xlsx.WorkBook;
  readonly #shapes: ReadonlyMap<string, readonly Block[]>;
  readonly #limits: ParseLimits;
  readonly #budget: TextBudget;
  readonly #cut: string[] = [];
  #sheetsRead = 0;

  constructor(book: xlsx.WorkBook, shapes: ReadonlyMap<string, readonly Block[]>, limits: ParseLimits) {
    this.#book = book;
    this.#shapes = shapes;
    this.#limits = limits;
    this.#budget = new TextBudget(limits);
  }

  readAll(): Block[] {
    const blocks: Block[] = [];
    for (const name of this.#book.SheetNames.slice(0, this.#limits.maxPages)) {
      if (this.#budget.isSpent) break;
      this.#sheetsRead++;
      for (const block of this.#sheet(name)) blocks.push(block);
    }
    return blocks;
  }

  get notices(): readonly string[] {
    const hidden = (this.#book.Workbook?.Sheets ?? []).flatMap(({ Hidden, name }) =>
      Hidden && name ? [name] : [],
    );
    const all = this.#book.SheetNames.length;
    return [
      ...(hidden.length > 0 ? [`Hidden sheets are included: ${hidden.join(', ')}.`] : []),
      ...(this.#sheetsRead < all ? [`Only the first ${this.#sheetsRead} of ${all} sheets were read.`] : []),
      ...this.#cut,
      ...this.#budget.notices,
    ];
  }

  #sheet(name: string): Block[] {
    const sheet = this.#book.Sheets[name];
    if (!sheet) return [];
    const { cells, comments, isCut } = cellsOf(sheet, this.#book.Workbook?.WBProps?.date1904 === true);
    const rows = (sheet['!data'] ?? []).length;
    if (isCut || rows > MAX_ROWS)
      this.#cut.push(
        `Only the first ${isCut ? `${MAX_CELLS} cells` : `${MAX_ROWS} rows`} of sheet "${name}" were read.`,
      );
    for (const { text } of cells) this.#budget.spend(text.length);
    const said: Block[] = [
      ...sheetBlocks(cells.filter(({ row }) => row < MAX_ROWS)),
      ...(this.#shapes.get(name) ?? []),
      ...comments.map(({ at, author, text }): Block => ({
        type: 'note',
        label: `Comment${author && ` by ${author}`} on ${at}`,
        text,
      })),
    ];
    if (said.length === 0) return [];
    const heading: Block = { type: 'heading', level: 2, text: name };
    return [heading, ...said].map((block) => ({ ...block, place: { sheet: name } }));
  }
}

function factsOf(book: xlsx.WorkBook): Partial<Parsed> {
  const { Title, Author, Keywords, CreatedDate, ModifiedDate } = book.Props ?? {};
  const time = (value: unknown) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
  return facts({
    title: Title,
    authors: Author ? Author.split(';') : [],
    labels: Keywords ? Keywords.split(/[,;、]/u) : [],
    createdAt: time(CreatedDate),
    updatedAt: time(ModifiedDate),
  });
}
