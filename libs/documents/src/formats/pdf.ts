import type { Block } from '@fumikura/model';
import type { AppError } from '@fumikura/errors';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { damaged, encrypted, withoutText } from '../refusals.ts';
import type { FormatParser, Parsed, ParseLimits } from '../types.ts';
import { TextBudget } from './budget.ts';
import { annotationBlocks } from './pdf/annotations.ts';
import { pdfAssets } from './pdf/assets.ts';
import { blocksOf } from './pdf/blocks.ts';
import { factsOf, outlineOf } from './pdf/facts.ts';
import { withoutFurniture } from './pdf/furniture.ts';
import { linesOf } from './pdf/lines.ts';
import type { Line } from './pdf/lines.ts';
import { joinPages } from './pdf/pages.ts';
import { repairFontNames, withTrailer } from './pdf/repair.ts';
import { runsOf } from './pdf/runs.ts';
import type { TextItem } from './pdf/runs.ts';
import { typographyOf } from './pdf/typography.ts';
import { Vocabulary } from './pdf/words.ts';

interface Page {
  readonly lines: readonly Line[];
  /** Text that stands in no line: along the margin, across the page. */
  readonly turned: readonly string[];
  readonly annotations: readonly Block[];
}

/**
 * PDF: text in reading order with headings by size, font and table of contents, lists, tables, footnotes, remarks and
 * filled forms; page heads and feet that repeat are left out; pages without text are named.
 */
export const parsePdf: FormatParser = async ({ bytes }, limits) => {
  const document = await open(bytes);
  try {
    return await read(document, limits);
  } finally {
    await document.loadingTask.destroy();
  }
};

async function read(document: PDFDocumentProxy, limits: ParseLimits): Promise<Parsed> {
  const budget = new TextBudget(limits);
  const pages: Page[] = [];
  let unreadable = 0;
  for (let number = 1; number <= Math.min(document.numPages, limits.maxPages) && !budget.isSpent; number++) {
    const page = await readPage(document, number).catch(() => undefined);
    if (!page) unreadable++;
    pages.push(page ?? { lines: [], turned: [], annotations: [] });
    for (const { text } of page?.lines ?? []) budget.spend(text.length);
  }
  if (unreadable === pages.length) throw damaged('PDF', new Error('no page can be read'));
  const empty = pages.flatMap((page, index) => (isEmpty(page) ? [index + 1] : []));
  if (empty.length === pages.length) throw scanned(document.numPages);
  const blocks = await toBlocks(document, pages);
  const notices = [
    ...(unreadable > 0 ? [`${unreadable} pages are damaged and were not read.`] : []),
    ...(empty.length > 0 ? [`Pages without text (pictures or empty): ${ranges(empty)}.`] : []),
    ...(pages.length < document.numPages
      ? [`Only the first ${pages.length} of ${document.numPages} pages were read.`]
      : []),
    ...budget.notices,
  ];
  return { ...(await factsOf(document, blocks)), blocks, notices };
}

async function readPage(document: PDFDocumentProxy, number: number): Promise<Page> {
  const page = await document.getPage(number);
  try {
    const { items, styles } = await page.getTextContent({ includeMarkedContent: false });
    const texts: TextItem[] = items.filter((item) => 'str' in item);
    const isVertical = (font: string) => styles[font]?.vertical === true;
    const runs = runsOf(texts, page.getViewport({ scale: 1 }).transform, isVertical);
    const lines = linesOf(runs).filter(({ text }) => isLegible(text));
    return { lines, turned: runs.turned.filter(isLegible), annotations: await annotationBlocks(page) };
  } finally {
    page.cleanup();
  }
}

/** A font without a table of its characters gives private or unassigned ones: signs, not text. */
function isLegible(text: string): boolean {
  const unknown = text.match(/[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu)?.length ?? 0;
  return unknown < Math.max(1, text.length * 0.5);
}

function isEmpty({ lines, turned, annotations }: Page): boolean {
  return lines.length === 0 && turned.length === 0 && annotations.length === 0;
}

async function toBlocks(document: PDFDocumentProxy, pages: readonly Page[]): Promise<Block[]> {
  const kept = withoutFurniture(pages.map(({ lines }) => lines));
  const all = kept.flat();
  const typography = typographyOf(all, await outlineOf(document));
  const vocabulary = new Vocabulary(all);
  const stamps = repeated(pages.map(({ turned }) => turned));
  return joinPages(
    pages.map(({ turned, annotations }, index) => [
      ...blocksOf(kept[index] ?? [], typography, vocabulary),
      ...turned.filter((text) => !stamps.has(text)).map((text): Block => ({ type: 'paragraph', text })),
      ...annotations,
    ]),
    vocabulary,
  );
}

/** Watermarks and stamps stand on several pages. */
function repeated(pages: readonly (readonly string[])[]): ReadonlySet<string> {
  const seen = new Map<string, number>();
  for (const texts of pages) for (const text of new Set(texts)) seen.set(text, (seen.get(text) ?? 0) + 1);
  return new Set([...seen].filter(([, count]) => count > 1).map(([text]) => text));
}

function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

async function open(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).includes('%PDF-'))
    throw damaged('PDF', new Error('no PDF header'));
  // The library takes the bytes over: it gets its own.
  const repaired = repairFontNames(bytes);
  try {
    return await load(Uint8Array.from(repaired));
  } catch (cause) {
    const whole = isBroken(cause) ? withTrailer(repaired) : undefined;
    if (!whole) throw refusal(cause);
    return await load(Uint8Array.from(whole)).catch((again: unknown) => {
      throw refusal(again);
    });
  }
}

async function load(data: Uint8Array): Promise<PDFDocumentProxy> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({
    ...pdfAssets(),
    data,
    cMapPacked: true,
    disableFontFace: true,
    useSystemFonts: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    return await task.promise;
  } catch (error) {
    await task.destroy();
    throw error;
  }
}

function isBroken(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'InvalidPDFException';
}

function refusal(cause: unknown): AppError {
  if (cause instanceof Error && cause.name === 'PasswordException') return encrypted('PDF', cause);
  return damaged('PDF', cause, 'It could not be recovered. Store it again, or print it to PDF anew.');
}

function scanned(pages: number): AppError {
  const what = pages === 1 ? 'Its page is a picture' : `Its ${pages} pages are pictures`;
  return withoutText('PDF', `${what}, probably scanned. Run text recognition over it.`);
}
