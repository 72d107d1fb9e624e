import type { Block } from '@fumikura/model';
import type { ChildNode, Element } from 'domhandler';
import { isTag, isText } from 'domhandler';
import { childAt, childElements, elementsNamed, firstNamed, parseXml, textOf } from '../../containers/xml.ts';
import { cellText } from '../block-text.ts';
import type { OdfContext } from './context.ts';

/** What one paragraph says, and the notes, comments and boxes that hang on it, in the order of their anchors. */
export interface OdfInline {
  readonly text: string;
  /** A number the program wrote into a heading. */
  readonly label: string;
  readonly attached: readonly Block[];
}

const SKIPPED = new Set([
  'text:tracked-changes',
  'text:ruby-text',
  'office:annotation-end',
  'svg:title',
  'svg:desc',
]);
const MAX_DEPTH = 100;

export function readOdfInline(paragraph: Element, context: OdfContext): OdfInline {
  const attached: Block[] = [];
  let label = '';
  const read = (nodes: readonly ChildNode[], depth: number): string =>
    depth > MAX_DEPTH ? '' : nodes.map((node) => readNode(node, depth)).join('');
  const readNode = (node: ChildNode, depth: number): string => {
    if (isText(node)) return node.data.replace(/\s+/gu, ' ');
    if (!isTag(node) || SKIPPED.has(node.name)) return '';
    switch (node.name) {
      case 'text:s':
        return ' ';
      case 'text:tab':
        return ' ';
      case 'text:line-break':
        return '\n';
      case 'text:number':
        label = textOf(node.children).trim();
        return '';
      case 'text:note':
        attached.push(...noteBlocks(node, context));
        return '';
      case 'office:annotation':
        attached.push(...annotationBlocks(node, context));
        return '';
      case 'draw:frame':
      case 'draw:custom-shape':
      case 'draw:g': {
        const formula = formulaOf(node, context);
        if (formula === undefined) attached.push(...shapeBlocks(node, context));
        return formula ?? '';
      }
      default:
        return read(node.children, depth + 1);
    }
  };
  const text = read(paragraph.children, 0)
    .replace(/[ \t\u00a0]+/gu, ' ')
    .replace(/ ?\n ?/gu, '\n')
    .trim();
  return { text, label, attached };
}

function noteBlocks(note: Element, context: OdfContext): Block[] {
  const kind = note.attribs['text:note-class'] === 'endnote' ? 'Endnote' : 'Footnote';
  const mark = textOf(childAt(note, 'text:note-citation')?.children ?? []).trim();
  const body = childAt(note, 'text:note-body');
  const text = body ? cellText(context.blocks(body)) : '';
  return text === '' ? [] : [{ type: 'note', label: `${kind} ${mark}`.trim(), text }];
}

/** @param at where it stands, when that is not plain from the text around it */
export function annotationBlocks(annotation: Element, context: OdfContext, at = ''): Block[] {
  const author = textOf(childAt(annotation, 'dc:creator')?.children ?? []).trim();
  const text = childElements(annotation, 'text:p', 'text:list')
    .map((line) => (line.name === 'text:p' ? readOdfInline(line, context).text : textOf(line.children)))
    .join('\n')
    .trim();
  const label = `Comment${author === '' ? '' : ` by ${author}`}${at}`;
  return text === '' ? [] : [{ type: 'note', label, text }];
}

/** Texts of a drawn shape: its box, its table, its description. */
export function shapeBlocks(shape: Element, context: OdfContext): Block[] {
  const [title, description] = ['svg:title', 'svg:desc'].map((name) =>
    textOf(firstNamed(shape.children, name)?.children ?? []).trim(),
  );
  const alternative = description || title || '';
  const boxes = shape.name === 'draw:g' ? childElements(shape).filter(isShape) : [];
  return [
    ...(alternative === '' ? [] : [{ type: 'paragraph' as const, text: alternative }]),
    ...(shape.name === 'draw:g'
      ? boxes.flatMap((inner) => shapeBlocks(inner, context))
      : shape.name === 'draw:frame'
        ? childElements(shape, 'draw:text-box', 'table:table').flatMap((box) => context.blocks(box))
        : context.blocks(shape)),
  ];
}

export function isShape({ name }: Element): boolean {
  return (
    name.startsWith('draw:') &&
    !['draw:page-thumbnail', 'draw:glue-point', 'draw:enhanced-geometry'].includes(name)
  );
}

/** A formula is an object of its own: the text its author typed, else the letters of its MathML. */
function formulaOf(frame: Element, { parts }: OdfContext): string | undefined {
  const [object] = elementsNamed(frame.children, 'draw:object');
  const href = object?.attribs['xlink:href']?.replace(/^\.\//u, '');
  if (href === undefined) return undefined;
  const [math] = elementsNamed(parseXml(parts.get(`${href}/content.xml`)), 'math', 'math:math');
  if (!math) return undefined;
  const [typed] = elementsNamed(math.children, 'annotation', 'math:annotation');
  return ` ${textOf(typed?.children ?? math.children)
    .replace(/\s+/gu, ' ')
    .trim()} `;
}
