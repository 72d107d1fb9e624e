import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '@fumikura/errors';
import type { Block } from '@fumikura/model';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { FormatParser, Parsed, ParseLimits } from '../types.ts';
import { timeOf } from '../formats/html.ts';
import { layOut, linesOf, withoutFurniture } from './pdf-layout.ts';
import type { Line, TextItem } from './pdf-layout.ts';
import { repairFontNames } from './pdf-repair.ts';

/** Text of a PDF in reading order; pages without text are named. */
export const parsePdf: FormatParser = async ({ bytes }, limits) => {
  const document = await open(bytes);
  try {
    return await read(document, limits);
  } finally {
    await document.loadingTask.destroy();
  }
};

async function read(document: PDFDocumentProxy, limits: ParseLimits): Promise<Parsed> {
  const pageCount = Math.min(document.numPages, limits.maxPages);
  const pages: Line[][] = [];
  let characters = 0;
  for (let number = 1; number <= pageCount && characters <= limits.maxCharacters; number++) {
    const lines = await readPage(document, number);
    characters += lines.reduce((sum, { text }) => sum + text.length, 0);
    pages.push(lines);
  }
  const empty = pages.flatMap((lines, index) => (lines.length === 0 ? [index + 1] : []));
  if (empty.length === pages.length) throw withoutText(document.numPages);
  const blocks: Block[] = withoutFurniture(pages).flatMap((lines, index) =>
    layOut(lines).map((block) => ({ ...block, place: { page: index + 1 } })),
  );
  return {
    ...(await facts(document, blocks)),
    blocks,
    notices: noticesOf(empty, pages.length, document.numPages),
  };
}

async function readPage(document: PDFDocumentProxy, number: number): Promise<Line[]> {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent({ includeMarkedContent: false });
  const { width, transform } = page.getViewport({ scale: 1 });
  page.cleanup();
  const texts = items.filter((item) => 'str' in item) as unknown as TextItem[];
  return linesOf(
    texts.map((item) => ({ ...item, transform: upright(item.transform, transform) })),
    width,
  );
}

/** The item's matrix on the page as it is shown, turned pages turned back, with y growing upwards. */
function upright(
  [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: readonly number[],
  view: readonly number[],
): number[] {
  const [va = 1, vb = 0, vc = 0, vd = 1, ve = 0, vf = 0] = view;
  const [x, y] = [va * e + vc * f + ve, vb * e + vd * f + vf];
  const size = Math.hypot(va * c + vc * d, vb * c + vd * d);
  return [a, b, c, size, x, -y];
}

async function facts(document: PDFDocumentProxy, blocks: readonly Block[]): Promise<Partial<Parsed>> {
  const { info } = (await document.getMetadata()) as {
    info: { Title?: string; Author?: string; ModDate?: string; CreationDate?: string };
  };
  const stated = info.Title?.trim() ?? '';
  const first = blocks.find((block) => block.type === 'heading');
  const isFileName =
    /\.(?:docx?|pdf|tex|indd|pptx?)$/iu.test(stated) ||
    /^(?:untitled|\(?anonymous\)?|\(?unspecified\)?|microsoft word)/iu.test(stated);
  const title = stated !== '' && !isFileName ? stated : first?.type === 'heading' ? first.text : '';
  const updatedAt = timeOf(pdfDate(info.ModDate ?? info.CreationDate));
  return {
    ...(title && { title }),
    ...(info.Author?.trim() && { authors: [info.Author.trim()] }),
    ...(updatedAt && { updatedAt }),
  };
}

/** D:YYYYMMDDHHmmSS+HH'mm' → ISO 8601. */
function pdfDate(text: string | undefined): string | undefined {
  const match = /^D?:?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?([+-]\d{2})?'?(\d{2})?/u.exec(
    text ?? '',
  );
  if (!match) return undefined;
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    zone,
    zoneMinutes = '00',
  ] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone ? `${zone}:${zoneMinutes}` : 'Z'}`;
}

function noticesOf(empty: readonly number[], readPages: number, allPages: number): string[] {
  return [
    ...(empty.length > 0 ? [`Pages without text (pictures or empty): ${ranges(empty)}.`] : []),
    ...(readPages < allPages ? [`Only the first ${readPages} of ${allPages} pages were read.`] : []),
  ];
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
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const assets = assetFolder();
  try {
    return await getDocument({
      data: Uint8Array.from(repairFontNames(bytes)),
      cMapUrl: join(assets, 'cmaps/'),
      cMapPacked: true,
      standardFontDataUrl: join(assets, 'standard_fonts/'),
      wasmUrl: pathToFileURL(join(assets, 'wasm/')).href,
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: VerbosityLevel.ERRORS,
    }).promise;
  } catch (cause) {
    throw refusal(cause);
  }
}

/** Character maps and fonts: beside the bundle, else in the installed package. */
function assetFolder(): string {
  const beside = fileURLToPath(new URL('./pdfjs', import.meta.url));
  if (existsSync(beside)) return beside;
  return dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
}

function refusal(cause: unknown): AppError {
  if (cause instanceof Error && cause.name === 'PasswordException') {
    return new AppError('CONTENT_ENCRYPTED', 'invalid-input', 'encrypted PDF', {
      publicMessage: 'The PDF is protected by a password. Store an unprotected copy to make it findable.',
      cause,
    });
  }
  return new AppError('CONTENT_DAMAGED', 'invalid-input', 'PDF cannot be read', {
    publicMessage: 'The PDF is damaged and could not be recovered. Print it to PDF again.',
    cause,
  });
}

function withoutText(pages: number): AppError {
  return new AppError('CONTENT_WITHOUT_TEXT', 'invalid-input', `PDF of ${pages} pages without text`, {
    publicMessage: `The PDF has no text: its ${pages === 1 ? 'page is a picture' : `${pages} pages are pictures`}, probably scanned. Run text recognition over it.`,
  });
}
