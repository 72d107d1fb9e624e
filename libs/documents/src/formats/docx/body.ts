import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { isTag } from 'domhandler';
import { childAt } from '../../containers/xml.ts';
import { BlockFlow } from '../block-flow.ts';
import { heading } from '../block-text.ts';
import type { DocxContext } from './context.ts';
import { readInline } from './inline.ts';
import { readTable } from './table.ts';

/** Tables in tables, boxes in boxes: deeper is hostile input. */
const MAX_DEPTH = 40;

/** Paragraphs and tables of a container, in order. */
export function readBody(container: Element, context: DocxContext, depth = 0): Block[] {
  const reader = new BodyReader(context, depth);
  reader.readAll(container);
  return reader.finish();
}

class BodyReader {
  readonly #context: DocxContext;
  readonly #depth: number;
  readonly #flow = new BlockFlow();

  constructor(context: DocxContext, depth: number) {
    this.#context = context;
    this.#depth = depth;
  }

  readAll(container: Element): void {
    if (this.#depth > MAX_DEPTH) return;
    for (const child of container.children) {
      if (this.#context.budget.isSpent) return;
      if (isTag(child)) this.#read(child);
    }
  }

  finish(): Block[] {
    return this.#flow.finish();
  }

  #read(element: Element): void {
    switch (element.name) {
      case 'w:p':
        return this.#paragraph(element);
      case 'w:tbl':
        this.#flow.end();
        this.#flow.add(...readTable(element, this.#context));
        return;
      case 'w:sdt':
        return this.#control(element);
      case 'w:altChunk':
        this.#context.hasForeignParts = true;
        return;
      case 'mc:AlternateContent': {
        const chosen = childAt(element, 'mc:Choice') ?? childAt(element, 'mc:Fallback');
        if (chosen) this.readAll(chosen);
        return;
      }
      case 'w:ins':
      case 'w:moveTo':
      case 'w:customXml':
      case 'w:sdtContent':
        return this.readAll(element);
      default:
    }
  }

  /** A table of contents repeats the headings. */
  #control(element: Element): void {
    const gallery = childAt(element, 'w:sdtPr', 'w:docPartObj', 'w:docPartGallery')?.attribs['w:val'];
    if (gallery === 'Table of Contents') return;
    const content = childAt(element, 'w:sdtContent');
    if (content) this.readAll(content);
  }

  #paragraph(element: Element): void {
    const { styles, numbering, budget } = this.#context;
    const facts = styles.factsOf(childAt(element, 'w:pPr'));
    const { text, attached } = readInline(element, this.#context);
    budget.spend(text.length);
    if (facts.role === 'contents') return;
    if (facts.role === 'code') this.#flow.addCode(text);
    else if (text !== '') {
      // Word counts empty numbered paragraphs too, but shows no number that anything could cite.
      const label = facts.numbering && numbering.next(facts.numbering);
      if (facts.role === 'heading' || facts.role === 'title')
        this.#addHeading(facts.level, label, text, facts.role);
      else if (facts.numbering) this.#flow.addItem({ text, depth: facts.numbering.level, label });
      else this.#flow.add({ type: facts.role === 'quote' ? 'quote' : 'paragraph', text });
    }
    this.#flow.addAttached(attached);
  }

  #addHeading(level: number, label: string | undefined, text: string, role: string): void {
    if (role === 'title') this.#context.title ??= text.replace(/\s+/gu, ' ');
    this.#flow.add(...heading(level, label ? `${label} ${text}` : text));
  }
}
