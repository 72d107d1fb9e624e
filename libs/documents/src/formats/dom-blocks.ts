import type { Block, ListItem } from '@fumikura/model';
import type { ChildNode, Element } from 'domhandler';
import { isTag, isText } from 'domhandler';
import { cellText, codeBlock, heading, paragraph, tidy } from './block-text.ts';
import { rowsOf, spread } from './dom-table.ts';

/** How one markup names things; HTML's own names need no entry. */
export interface Dialect {
  /** Whether `element` below reads it. */
  handles?(element: Element): boolean;
  /** What an element becomes that is not what its name says. */
  element?(element: Element, read: Reader): readonly Block[];
  /** Text an inline element stands for, when it is not its content. */
  inline?(element: Element): string | undefined;
}

export interface Reader {
  blocks(nodes: readonly ChildNode[]): Block[];
  text(nodes: readonly ChildNode[]): string;
}

const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const DROPPED = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'svg',
  'canvas',
  'object',
  'iframe',
  'head',
  'button',
  'input',
  'select',
  'textarea',
]);
const BLOCK_ELEMENTS = new Set([
  ...[
    'address',
    'article',
    'aside',
    'blockquote',
    'body',
    'caption',
    'center',
    'dd',
    'details',
    'div',
    'dl',
    'dt',
    'fieldset',
  ],
  ...[
    'figcaption',
    'figure',
    'footer',
    'form',
    'header',
    'hr',
    'html',
    'li',
    'main',
    'nav',
    'ol',
    'p',
    'pre',
    'section',
  ],
  ...['summary', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'ul', ...HEADINGS],
]);
/** Deeper nesting is read as plain text: nobody writes it, and the stack ends somewhere. */
const MAX_DEPTH = 200;

/** Blocks of a parsed HTML-like tree, in document order. */
export function domBlocks(nodes: readonly ChildNode[], dialect: Dialect = {}): Block[] {
  return new DomReader(dialect, 0).blocks(nodes);
}

class DomReader implements Reader {
  readonly #dialect: Dialect;
  readonly #depth: number;

  constructor(dialect: Dialect, depth: number) {
    this.#dialect = dialect;
    this.#depth = depth;
  }

  blocks(nodes: readonly ChildNode[]): Block[] {
    const result: Block[] = [];
    let inline: ChildNode[] = [];
    const flush = () => {
      const text = this.text(inline);
      if (text !== '') result.push({ type: 'paragraph', text });
      inline = [];
    };
    for (const node of nodes) {
      if (isTag(node) && (this.#isBlock(node) || this.#isSpecial(node))) {
        flush();
        result.push(...this.#element(node));
      } else inline.push(node);
    }
    flush();
    return result;
  }

  text(nodes: readonly ChildNode[]): string {
    return tidy(this.#rawText(nodes, 0));
  }

  #isSpecial(element: Element): boolean {
    return this.#dialect.handles?.(element) ?? false;
  }

  /** Custom elements and spans that hold block elements are read as blocks. */
  #isBlock(element: Element): boolean {
    if (BLOCK_ELEMENTS.has(element.name) || DROPPED.has(element.name)) return true;
    return this.#depth < MAX_DEPTH && holdsBlock(element, 0);
  }

  #element(element: Element): readonly Block[] {
    if (DROPPED.has(element.name) || isHidden(element)) return [];
    if (this.#depth >= MAX_DEPTH) return paragraph(this.text(element.children));
    const inner = new DomReader(this.#dialect, this.#depth + 1);
    if (this.#isSpecial(element)) return this.#dialect.element?.(element, inner) ?? [];
    if (HEADINGS.has(element.name)) return heading(Number(element.name[1]), inner.text(element.children));
    switch (element.name) {
      case 'pre':
        return codeBlock(rawOf(element.children), languageOf(element));
      case 'ul':
      case 'ol':
        return inner.#list(element);
      case 'table':
        return inner.#table(element);
      case 'blockquote':
        return inner.#quote(element);
      case 'dl':
        return inner.#definitions(element);
      case 'hr':
        return [];
      default:
        return inner.blocks(element.children);
    }
  }

  #list(element: Element): Block[] {
    const items: ListItem[] = [];
    const after: Block[] = [];
    this.#collectItems(element, 0, items, after);
    return [
      ...(items.length > 0 ? [{ type: 'list' as const, ordered: element.name === 'ol', items }] : []),
      ...after,
    ];
  }

  #collectItems(list: Element, depth: number, items: ListItem[], after: Block[]): void {
    for (const item of list.children) {
      if (!isTag(item)) continue;
      const own = item.children.filter((child) => !(isTag(child) && isList(child)));
      const blocks = this.blocks(own);
      const text = blocks
        .flatMap((block) => ('text' in block && block.type !== 'code' ? [block.text] : []))
        .join(' ');
      if (text !== '') items.push({ text, depth });
      after.push(...blocks.filter(({ type }) => type === 'code' || type === 'table'));
      if (depth > 20) continue;
      const nested = isList(item)
        ? [item]
        : item.children.filter((child): child is Element => isTag(child) && isList(child));
      for (const inner of nested) this.#collectItems(inner, isList(item) ? depth : depth + 1, items, after);
    }
  }

  #quote(element: Element): Block[] {
    return this.blocks(element.children).map((block) =>
      block.type === 'paragraph' ? { type: 'quote', text: block.text } : block,
    );
  }

  #definitions(element: Element): Block[] {
    const items: ListItem[] = [];
    for (const child of element.children) {
      if (!isTag(child)) continue;
      const text = this.text(child.children);
      if (text !== '') items.push({ text, depth: child.name === 'dd' ? 1 : 0 });
    }
    return items.length > 0 ? [{ type: 'list', ordered: false, items }] : [];
  }

  #table(element: Element): Block[] {
    const rows = rowsOf(element);
    const isLayout = rows.length <= 1 && rows.every(({ cells }) => cells.length <= 1);
    if (isLayout) return rows.flatMap(({ cells }) => cells.flatMap((cell) => this.blocks(cell.children)));
    const grid = spread(rows, (cell) => cellText(this.blocks(cell.children)));
    if (grid.every((row) => row.every((cell) => cell === ''))) return [];
    const headerRows = rows.findIndex(({ isHeader }) => !isHeader);
    const caption = childNamed(element, 'caption');
    return [
      {
        type: 'table',
        rows: grid,
        headerRows: headerRows < 0 ? Math.min(1, grid.length) : headerRows,
        ...(caption && { caption: this.text(caption.children) }),
      },
    ];
  }

  #rawText(nodes: readonly ChildNode[], depth: number): string {
    let text = '';
    for (const node of nodes) {
      if (isText(node)) text += node.data.replace(/[ \t\r\n\f]+/gu, ' ');
      else if (isTag(node)) text += this.#inlineText(node, depth);
      else if (node.type === 'cdata') text += rawOf(node.children);
    }
    return text;
  }

  #inlineText(element: Element, depth: number): string {
    if (DROPPED.has(element.name) || isHidden(element) || depth > MAX_DEPTH * 5) return '';
    const special = this.#dialect.inline?.(element);
    if (special !== undefined) return special;
    if (element.name === 'br') return '\n';
    if (element.name === 'img') return element.attribs['alt'] ?? '';
    const inner = this.#rawText(element.children, depth + 1);
    return BLOCK_ELEMENTS.has(element.name) ? ` ${inner} ` : inner;
  }
}

export function isHidden({ attribs }: Element): boolean {
  if ('hidden' in attribs || attribs['aria-hidden'] === 'true') return true;
  return /(?:display\s*:\s*none|visibility\s*:\s*hidden)/iu.test(attribs['style'] ?? '');
}

/** Text with line breaks as written. */
export function rawOf(nodes: readonly ChildNode[], depth = 0): string {
  if (depth > 1_000) return '';
  return nodes
    .map((node) => {
      if (isText(node)) return node.data;
      if (isTag(node) && node.name === 'br') return '\n';
      return 'children' in node ? rawOf(node.children, depth + 1) : '';
    })
    .join('');
}

function isList(element: Element): boolean {
  return element.name === 'ul' || element.name === 'ol';
}

function childNamed(element: Element, name: string): Element | undefined {
  return element.children.find((child): child is Element => isTag(child) && child.name === name);
}

function holdsBlock(element: Element, depth: number): boolean {
  if (depth > 30) return false;
  return element.children.some(
    (child) => isTag(child) && (BLOCK_ELEMENTS.has(child.name) || holdsBlock(child, depth + 1)),
  );
}

function languageOf(element: Element): string | undefined {
  const code = childNamed(element, 'code') ?? element;
  return /(?:language|lang|brush)[-:]\s*([\w+#-]+)/u.exec(
    `${code.attribs['class'] ?? ''} ${element.attribs['class'] ?? ''}`,
  )?.[1];
}
