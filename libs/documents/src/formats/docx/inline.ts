import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { isTag } from 'domhandler';
import { childAt, elementsNamed, textOf } from '../../containers/xml.ts';
import { graphicBlocks } from '../ooxml/drawing.ts';
import { mathText } from '../ooxml/math.ts';
import { isOn, valueOf } from './styles.ts';
import type { DocxContext } from './context.ts';

/** What one paragraph says, and what hangs on it: notes, comments, text boxes, charts, in the order of their anchors. */
export interface InlineContent {
  readonly text: string;
  readonly isBold: boolean;
  readonly attached: readonly Block[];
}

const SKIPPED = new Set([
  ...['w:pPr', 'w:rPr', 'w:del', 'w:moveFrom', 'w:delText', 'w:instrText', 'w:delInstrText', 'w:rt'],
  ...['w:sdtPr', 'w:sdtEndPr', 'mc:Fallback', 'w:fldData'],
]);
/** Deeper nesting of inline elements is hostile input. */
const MAX_DEPTH = 100;

export function readInline(paragraph: Element, context: DocxContext): InlineContent {
  const reader = new InlineReader(context);
  for (const child of paragraph.children) if (isTag(child)) reader.read(child, 0);
  return {
    text: reader.text
      .replace(/[ \t\u00a0]+/gu, ' ')
      .replace(/ ?\n ?/gu, '\n')
      .trim(),
    isBold: reader.boldLetters > 0 && reader.plainLetters === 0,
    attached: reader.attached,
  };
}

class InlineReader {
  readonly #context: DocxContext;
  readonly attached: Block[] = [];
  text = '';
  boldLetters = 0;
  plainLetters = 0;
  #isBold = false;

  constructor(context: DocxContext) {
    this.#context = context;
  }

  read(element: Element, depth: number): void {
    if (SKIPPED.has(element.name) || depth > MAX_DEPTH) return;
    switch (element.name) {
      case 'w:r':
        return this.#run(element, depth);
      case 'w:t':
        return this.#add(textOf(element.children));
      case 'w:tab':
      case 'w:ptab':
        return this.#add(' ');
      case 'w:br':
      case 'w:cr':
        return this.#add(element.attribs['w:type'] === 'page' ? ' ' : '\n');
      case 'w:noBreakHyphen':
        return this.#add('-');
      case 'w:sym':
        return this.#add(symbol(element));
      case 'm:oMath':
        return this.#add(` ${mathText(element).trim()} `);
      case 'w:footnoteReference':
      case 'w:endnoteReference':
      case 'w:commentReference':
        this.attached.push(...this.#context.notes.take(element.name, element.attribs['w:id'] ?? ''));
        return;
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
        return this.#drawing(element);
      case 'mc:AlternateContent':
        return this.#alternative(element, depth);
      default:
        return this.#children(element, depth);
    }
  }

  #run(element: Element, depth: number): void {
    const properties = childAt(element, 'w:rPr');
    const hidden = childAt(properties, 'w:vanish');
    if (hidden && isOn(valueOf(hidden))) {
      if (elementsNamed(element.children, 'w:t').length > 0) this.#context.hasHiddenText = true;
      return;
    }
    const bold = childAt(properties, 'w:b');
    this.#isBold = bold !== undefined && isOn(valueOf(bold));
    this.#children(element, depth);
    this.#isBold = false;
  }

  /** The first choice is the newest form; the fallback repeats the same in an old one. */
  #alternative(element: Element, depth: number): void {
    const chosen = childAt(element, 'mc:Choice') ?? childAt(element, 'mc:Fallback');
    if (chosen) this.#children(chosen, depth);
  }

  #children(element: Element, depth: number): void {
    for (const child of element.children) if (isTag(child)) this.read(child, depth + 1);
  }

  #drawing(element: Element): void {
    const alternatives = elementsNamed(element.children, 'wp:docPr', 'v:shape')
      .map(({ attribs }) => (attribs['descr'] ?? attribs['alt'] ?? '').trim())
      .filter((text) => text !== '');
    for (const text of new Set(alternatives)) this.attached.push({ type: 'paragraph', text });
    for (const box of outermost(element, 'w:txbxContent')) this.attached.push(...this.#context.blocks(box));
    this.attached.push(...graphicBlocks(element, this.#context.parts, this.#context.relations));
  }

  #add(text: string): void {
    this.text += text;
    if (text.trim() === '') return;
    if (this.#isBold) this.boldLetters += text.length;
    else this.plainLetters += text.length;
  }
}

/** Elements of the name that stand in none of their own kind, and in no fallback. */
function outermost(element: Element, name: string): Element[] {
  const found: Element[] = [];
  const open: Element[] = [element];
  for (let at = open.pop(); at; at = open.pop()) {
    if (at.name === name) found.push(at);
    else if (at.name !== 'mc:Fallback')
      open.push(...at.children.filter((child): child is Element => isTag(child)).reverse());
  }
  return found;
}

/** Signs of symbol fonts sit in the private area and mean nothing without their font. */
function symbol({ attribs }: Element): string {
  const code = Number.parseInt(attribs['w:char'] ?? '', 16);
  return Number.isNaN(code) || code < 0x20 || (code >= 0xe000 && code <= 0xf8ff) || code > 0xffff
    ? ' '
    : String.fromCodePoint(code);
}
