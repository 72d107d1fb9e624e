import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { isTag } from 'domhandler';
import { childElements } from '../../containers/xml.ts';
import { BlockFlow } from '../block-flow.ts';
import { heading } from '../block-text.ts';
import type { OdfContext } from './context.ts';
import { annotationBlocks, isShape, readOdfInline, shapeBlocks } from './inline.ts';
import { ListCounter } from './styles.ts';
import { readOdfTable } from './table.ts';

/** Boxes in boxes: deeper is hostile input. */
const MAX_DEPTH = 40;
/** Indexes repeat the headings. */
const SKIPPED = new Set([
  ...[
    'text:tracked-changes',
    'office:forms',
    'text:sequence-decls',
    'text:variable-decls',
    'svg:title',
    'svg:desc',
  ],
  ...['text:table-of-content', 'text:alphabetical-index', 'text:illustration-index', 'text:table-index'],
]);

/** Paragraphs, lists and tables of a container, in order. */
export function readOdfText(container: Element, context: OdfContext, depth = 0): Block[] {
  if (container.name === 'table:table') return readOdfTable(container, context);
  const reader = new TextReader(context, depth);
  reader.readAll(container);
  return reader.finish();
}

class TextReader {
  readonly #context: OdfContext;
  readonly #depth: number;
  readonly #counter: ListCounter;
  readonly #flow = new BlockFlow();

  constructor(context: OdfContext, depth: number) {
    this.#context = context;
    this.#depth = depth;
    this.#counter = new ListCounter(context.styles);
  }

  readAll(container: Element): void {
    if (this.#depth > MAX_DEPTH) return;
    for (const child of container.children) {
      if (this.#context.budget.isSpent) return;
      if (isTag(child) && !SKIPPED.has(child.name)) this.#read(child);
    }
  }

  finish(): Block[] {
    return this.#flow.finish();
  }

  #read(element: Element): void {
    switch (element.name) {
      case 'text:p':
      case 'text:h':
        return this.#paragraph(element);
      case 'text:list':
        if (element.attribs['text:continue-numbering'] !== 'true') {
          this.#flow.end();
          this.#counter.reset();
        }
        return this.#list(element, element.attribs['text:style-name'], 0);
      case 'table:table':
        return this.#flow.add(...readOdfTable(element, this.#context));
      case 'office:annotation':
        return this.#flow.add(...annotationBlocks(element, this.#context));
      case 'text:section':
      case 'text:index-body':
        return this.readAll(element);
      default:
        if (isShape(element)) this.#flow.add(...shapeBlocks(element, this.#context));
    }
  }

  #paragraph(element: Element): void {
    const { text, label, attached } = readOdfInline(element, this.#context);
    this.#context.budget.spend(text.length);
    const role = this.#context.styles.roleOf(element.attribs['text:style-name']);
    if (role === 'contents') return;
    if (role === 'code') this.#flow.addCode(text);
    else if (element.name === 'text:h') {
      const level = Number.parseInt(element.attribs['text:outline-level'] ?? '1', 10) || 1;
      this.#flow.add(...(text === '' ? [] : heading(level, label === '' ? text : `${label} ${text}`)));
    } else if (role === 'title' && text !== '') {
      this.#context.title ??= text.replace(/\s+/gu, ' ');
      this.#flow.add(...heading(1, text));
    } else if (text !== '') this.#flow.add({ type: role === 'quote' ? 'quote' : 'paragraph', text });
    this.#flow.add(...attached);
  }

  /** An item's first paragraph bears the label; more of them belong to it. Headings stand in lists to be numbered. */
  #list(list: Element, style: string | undefined, depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const item of childElements(list, 'text:list-item', 'text:list-header')) {
      if (item.children.some((child) => isTag(child) && child.name === 'text:h')) {
        this.readAll(item);
        continue;
      }
      const inlines = childElements(item, 'text:p').map((line) => readOdfInline(line, this.#context));
      const text = inlines
        .map((inline) => inline.text)
        .filter(Boolean)
        .join(' ');
      this.#context.budget.spend(text.length);
      if (text !== '') {
        const label = item.name === 'text:list-item' ? this.#counter.next(style, depth) : undefined;
        this.#flow.addItem({ text, depth, label });
      }
      this.#flow.addBehindList(inlines.flatMap(({ attached }) => attached));
      for (const inner of childElements(item, 'text:list'))
        this.#list(inner, inner.attribs['text:style-name'] ?? style, depth + 1);
    }
  }
}
