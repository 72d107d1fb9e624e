import type { Block } from '@fumikura/model';
import { assertZip } from '../containers/ole.ts';
import { isXmlPart, mainPart, relatedParts, relationsOf } from '../containers/opc.ts';
import { firstNamed, parseXml } from '../containers/xml.ts';
import { unzip } from '../containers/zip.ts';
import type { ZipParts } from '../containers/zip.ts';
import { damaged, withoutText } from '../refusals.ts';
import type { FormatParser, ParseLimits } from '../types.ts';
import { TextBudget } from './budget.ts';
import { readBody } from './docx/body.ts';
import type { DocxContext } from './docx/context.ts';
import { DocxNotes } from './docx/notes.ts';
import { Numbering } from './docx/numbering.ts';
import { Styles } from './docx/styles.ts';
import { coreFacts, firstTelling } from './office-facts.ts';

/**
 * Word (ECMA-376 WordprocessingML): headings by outline level with the numbers Word shows, lists, tables, footnotes and
 * comments beside the paragraph they belong to, text boxes, charts, formulas. Deleted and hidden text is left out.
 */
export const parseDocx: FormatParser = async ({ bytes }, limits) => {
  assertZip(bytes, 'Word file');
  const parts = await unzip(bytes, limits, isXmlPart);
  const path = mainPart(parts, 'word/document.xml', 'Word file');
  const body = firstNamed(parseXml(parts.get(path)), 'w:body');
  if (!body) throw damaged('Word file', new Error('no body'));
  const context = contextOf(parts, path, limits);
  const blocks: Block[] = [...readBody(body, context), ...context.notes.rest()];
  if (blocks.length === 0) throw withoutText('Word file', 'It holds only pictures, or nothing.');
  const { title: stated, ...facts } = coreFacts(parts);
  const title = firstTelling(context.title, stated, firstHeading(blocks));
  return { ...facts, ...(title !== undefined && { title }), blocks, notices: noticesOf(context) };
};

function contextOf(parts: ZipParts, path: string, limits: ParseLimits): DocxContext {
  const relations = relationsOf(parts, path);
  const part = (type: string) => {
    const [name] = relatedParts(relations, type);
    return name === undefined ? undefined : parts.get(name);
  };
  const styles = new Styles(part('styles'));
  const blocks: DocxContext['blocks'] = (container) => {
    nesting++;
    try {
      return readBody(container, context, nesting);
    } finally {
      nesting--;
    }
  };
  let nesting = 0;
  const context: DocxContext = {
    parts,
    relations,
    styles,
    numbering: new Numbering(part('numbering'), styles),
    notes: new DocxNotes(
      { footnotes: part('footnotes'), endnotes: part('endnotes'), comments: part('comments') },
      (element) => blocks(element),
    ),
    budget: new TextBudget(limits),
    blocks,
    hasHiddenText: false,
    hasForeignParts: false,
    title: undefined,
  };
  return context;
}

/** Without a title page the first section's name is the document's, if it opens the document. */
function firstHeading(blocks: readonly Block[]): string | undefined {
  const first = blocks.slice(0, 5).find((block) => block.type === 'heading');
  return first?.type === 'heading' && first.level === 1 ? first.text : undefined;
}

function noticesOf({ budget, hasHiddenText, hasForeignParts }: DocxContext): string[] {
  return [
    ...(hasHiddenText ? ['Hidden text is left out.'] : []),
    ...(hasForeignParts ? ['A part in another format is embedded and was not read.'] : []),
    ...budget.notices,
  ];
}
