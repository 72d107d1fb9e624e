import type { Block } from '@fumikura/model';
import { assertZip } from '../containers/ole.ts';
import { isXmlPart, mainPart, relatedParts, relationsOf } from '../containers/opc.ts';
import { elementsNamed, firstNamed, parseXml } from '../containers/xml.ts';
import { unzip } from '../containers/zip.ts';
import type { ZipParts } from '../containers/zip.ts';
import { damaged, withoutText } from '../refusals.ts';
import type { FormatParser } from '../types.ts';
import { TextBudget } from './budget.ts';
import { coreFacts, firstTelling } from './office-facts.ts';
import { commentAuthors, commentBlocks } from './pptx/comments.ts';
import { linesOf, readShapes } from './pptx/shapes.ts';

interface Slide {
  readonly title: string | undefined;
  readonly isHidden: boolean;
  readonly blocks: readonly Block[];
}

/**
 * PowerPoint (ECMA-376 PresentationML): slides in the order they are shown, each under a heading of its own, with text,
 * tables, charts, diagrams, picture descriptions, speaker notes and reviewers' comments.
 */
export const parsePptx: FormatParser = async ({ bytes }, limits) => {
  assertZip(bytes, 'presentation');
  const parts = await unzip(bytes, limits, isXmlPart);
  const path = mainPart(parts, 'ppt/presentation.xml', 'presentation');
  const paths = slidePaths(parts, path);
  if (paths.length === 0) throw damaged('presentation', new Error('no slides'));
  const authors = commentAuthors(parts, relationsOf(parts, path));
  const budget = new TextBudget(limits);
  const slides: Slide[] = [];
  for (const slidePath of paths.slice(0, limits.maxPages)) {
    if (budget.isSpent) break;
    slides.push(readSlide(parts, slidePath, authors, budget));
  }
  const blocks = slides.flatMap(placed);
  if (blocks.length === 0) throw withoutText('presentation', 'Its slides are only pictures, or empty.');
  const { title: stated, ...facts } = coreFacts(parts);
  const title = firstTelling(slides[0]?.title, stated, ...slides.map((slide) => slide.title));
  const notices = [...noticesOf(slides, paths.length), ...budget.notices];
  return { ...facts, ...(title !== undefined && { title }), blocks, notices };
};

/** The presentation lists its slides by relation; file names say nothing of their order. */
function slidePaths(parts: ZipParts, path: string): string[] {
  const relations = relationsOf(parts, path);
  return elementsNamed(parseXml(parts.get(path)), 'p:sldId').flatMap(({ attribs }) => {
    const target = relations.find(({ id }) => id === attribs['r:id'])?.target;
    return target !== undefined && parts.has(target) ? [target] : [];
  });
}

function readSlide(
  parts: ZipParts,
  path: string,
  authors: ReadonlyMap<string, string>,
  budget: TextBudget,
): Slide {
  const nodes = parseXml(parts.get(path));
  const relations = relationsOf(parts, path);
  const shapes = readShapes(firstNamed(nodes, 'p:spTree'), { parts, relations });
  const isTitle = (placeholder: string | undefined) => placeholder === 'title' || placeholder === 'ctrTitle';
  const title = shapes
    .filter(({ placeholder }) => isTitle(placeholder))
    .flatMap(({ blocks }) => blocks.map(textOfBlock))
    .join(' ');
  const blocks = [
    ...shapes.filter(({ placeholder }) => !isTitle(placeholder)).flatMap((shape) => shape.blocks),
    ...relatedParts(relations, 'notesSlide').flatMap((target) => speakerNotes(parts.get(target))),
    ...relatedParts(relations, 'comments').flatMap((target) => commentBlocks(parts.get(target), authors)),
  ];
  for (const block of blocks) budget.spend(textOfBlock(block).length);
  return {
    title: title === '' ? undefined : title,
    isHidden: firstNamed(nodes, 'p:sld')?.attribs['show'] === '0',
    blocks,
  };
}

function textOfBlock(block: Block): string {
  if (block.type === 'list') return block.items.map(({ text }) => text).join(' ');
  return block.type === 'table' ? block.rows.flat().join(' ') : block.text;
}

/** A slide without a title still starts a section, or its text would be told as the slide's before it. */
function placed({ title, blocks }: Slide, index: number): Block[] {
  const place = { slide: index + 1 };
  if (title === undefined && blocks.length === 0) return [];
  const heading: Block = { type: 'heading', level: 2, text: title ?? `Slide ${index + 1}` };
  return [heading, ...blocks].map((block) => ({ ...block, place }));
}

function speakerNotes(xml: Uint8Array | undefined): Block[] {
  const text = elementsNamed(parseXml(xml), 'p:sp')
    .filter(({ children }) => firstNamed(children, 'p:ph')?.attribs['type'] === 'body')
    .flatMap(({ children }) => elementsNamed(children, 'p:txBody').flatMap(linesOf))
    .map((line) => line.text)
    .join('\n');
  return text === '' ? [] : [{ type: 'note', label: 'Notes', text }];
}

function noticesOf(slides: readonly Slide[], all: number): string[] {
  const hidden = slides.flatMap(({ isHidden }, index) => (isHidden ? [index + 1] : []));
  return [
    ...(hidden.length > 0 ? [`Hidden slides are included: ${hidden.join(', ')}.`] : []),
    ...(slides.length < all ? [`Only the first ${slides.length} of ${all} slides were read.`] : []),
  ];
}
