import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { assertZip } from '../containers/ole.ts';
import { childElements, elementsNamed, firstNamed, parseXml } from '../containers/xml.ts';
import { unzip } from '../containers/zip.ts';
import type { ZipParts } from '../containers/zip.ts';
import { damaged, encrypted, withoutText } from '../refusals.ts';
import type { FormatParser, ParseLimits } from '../types.ts';
import { TextBudget } from './budget.ts';
import type { OdfContext } from './odf/context.ts';
import { readOdfSheet } from './odf/sheet.ts';
import { readOdfSlide } from './odf/slides.ts';
import { OdfStyles } from './odf/styles.ts';
import { readOdfText } from './odf/text.ts';
import { firstTelling, openDocumentFacts } from './office-facts.ts';

interface Content {
  readonly blocks: readonly Block[];
  readonly notices: readonly string[];
  readonly title?: string | undefined;
}

/** OpenDocument (ODF 1.3): text, sheets and slides, told by what the file holds and not by its extension. */
export const parseOdf: FormatParser = async ({ bytes }, limits) => {
  assertZip(bytes, 'OpenDocument file');
  const parts = await unzip(bytes, limits, (name) => name.endsWith('.xml') || name === 'encrypted-package');
  const manifest = parseXml(parts.get('META-INF/manifest.xml'));
  if (parts.has('encrypted-package') || firstNamed(manifest, 'manifest:encryption-data'))
    throw encrypted('OpenDocument file');
  const body = firstNamed(parseXml(parts.get('content.xml')), 'office:body');
  const [content] = childElements(body).map((element) => readerOf(element));
  if (!body || !content) throw damaged('OpenDocument file', new Error('no content.xml with a body'));
  const context = contextOf(parts, limits);
  const { blocks, notices, title: own } = content(context, limits);
  if (blocks.length === 0) throw withoutText('OpenDocument file', 'It holds only pictures, or nothing.');
  const { title: stated, ...facts } = openDocumentFacts(parts);
  const title = firstTelling(context.title, own, stated, firstHeading(blocks));
  return {
    ...facts,
    ...(title !== undefined && { title }),
    blocks,
    notices: [...notices, ...context.budget.notices],
  };
};

type ContentReader = (context: OdfContext, limits: ParseLimits) => Content;

function readerOf(element: Element): ContentReader {
  if (element.name === 'office:spreadsheet') return (context, limits) => sheets(element, context, limits);
  if (element.name === 'office:presentation' || element.name === 'office:drawing')
    return (context, limits) => slides(element, context, limits);
  return (context) => ({ blocks: readOdfText(element, context), notices: [] });
}

function contextOf(parts: ZipParts, limits: ParseLimits): OdfContext {
  let nesting = 0;
  const context: OdfContext = {
    parts,
    styles: new OdfStyles(parts),
    budget: new TextBudget(limits),
    blocks: (container) => {
      nesting++;
      try {
        return readOdfText(container, context, nesting);
      } finally {
        nesting--;
      }
    },
    title: undefined,
  };
  return context;
}

function sheets(element: Element, context: OdfContext, { maxPages }: ParseLimits): Content {
  const tables = childElements(element, 'table:table');
  const read = tables.slice(0, maxPages);
  const cut: string[] = [];
  const blocks = read.flatMap((table): Block[] => {
    const name = table.attribs['table:name'] ?? '';
    if (context.budget.isSpent) return [];
    const { blocks: said, isCut } = readOdfSheet(table, context);
    if (isCut) cut.push(`Sheet "${name}" is cut.`);
    if (said.length === 0) return [];
    const heading: Block = { type: 'heading', level: 2, text: name };
    return [heading, ...said].map((block) => ({ ...block, place: { sheet: name } }));
  });
  const hidden = read.flatMap(({ attribs }) =>
    context.styles.isHidden(attribs['table:style-name']) ? [attribs['table:name'] ?? ''] : [],
  );
  return {
    blocks,
    notices: [
      ...(hidden.length > 0 ? [`Hidden sheets are included: ${hidden.join(', ')}.`] : []),
      ...beyond(read.length, tables.length, 'sheets'),
      ...cut,
    ],
  };
}

function slides(element: Element, context: OdfContext, { maxPages }: ParseLimits): Content {
  const pages = elementsNamed(element.children, 'draw:page');
  const read = pages.slice(0, maxPages);
  const content = read.map((page) => readOdfSlide(page, context));
  const hidden = read.flatMap(({ attribs }, index) =>
    context.styles.isHidden(attribs['draw:style-name']) ? [index + 1] : [],
  );
  return {
    title: content[0]?.title,
    blocks: content.flatMap(({ title, blocks }, index): Block[] => {
      if (title === undefined && blocks.length === 0) return [];
      const heading: Block = { type: 'heading', level: 2, text: title ?? `Slide ${index + 1}` };
      return [heading, ...blocks].map((block) => ({ ...block, place: { slide: index + 1 } }));
    }),
    notices: [
      ...(hidden.length > 0 ? [`Hidden slides are included: ${hidden.join(', ')}.`] : []),
      ...beyond(read.length, pages.length, 'slides'),
    ],
  };
}

function beyond(read: number, all: number, what: string): string[] {
  return read < all ? [`Only the first ${read} of ${all} ${what} were read.`] : [];
}

/** Without a title the first section's name is the document's, if it opens the document. */
function firstHeading(blocks: readonly Block[]): string | undefined {
  const first = blocks.slice(0, 5).find((block) => block.type === 'heading');
  return first?.type === 'heading' && first.level === 1 ? first.text : undefined;
}
