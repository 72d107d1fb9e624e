import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { childElements, elementsNamed } from '../../containers/xml.ts';
import { cellText } from '../block-text.ts';
import type { OdfContext } from './context.ts';
import { annotationBlocks, isShape, shapeBlocks } from './inline.ts';

export interface OdfSlide {
  readonly title: string | undefined;
  readonly blocks: readonly Block[];
}

const TITLES = new Set(['title']);
/** Boxes that repeat on every slide, and pictures of the slide on its notes. */
const FURNITURE = new Set(['header', 'footer', 'date-time', 'page-number', 'page']);

export function readOdfSlide(page: Element, context: OdfContext): OdfSlide {
  const shapes = childElements(page)
    .filter(isShape)
    .filter(({ attribs }) => !FURNITURE.has(attribs['presentation:class'] ?? ''));
  const isTitle = ({ attribs }: Element) => TITLES.has(attribs['presentation:class'] ?? '');
  const title = cellText(shapes.filter(isTitle).flatMap((shape) => shapeBlocks(shape, context)));
  return {
    title: title === '' ? undefined : title,
    blocks: [
      ...shapes.filter((shape) => !isTitle(shape)).flatMap((shape) => shapeBlocks(shape, context)),
      ...childElements(page, 'presentation:notes').flatMap((notes) => speakerNotes(notes, context)),
      ...childElements(page, 'office:annotation').flatMap((each) => annotationBlocks(each, context)),
    ],
  };
}

function speakerNotes(notes: Element, context: OdfContext): Block[] {
  const text = elementsNamed(notes.children, 'draw:frame')
    .filter(({ attribs }) => attribs['presentation:class'] === 'notes')
    .flatMap((frame) => shapeBlocks(frame, context))
    .map((block) => cellText([block]))
    .join('\n');
  return text === '' ? [] : [{ type: 'note', label: 'Notes', text }];
}
