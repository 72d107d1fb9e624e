import { AppError } from '@fumikura/errors';
import type { Block, ListItem } from '@fumikura/model';
import { decodeText } from '../decode.ts';
import type { FormatParser } from '../types.ts';
import { cellText, codeBlock, heading, paragraph, tidy } from './block-text.ts';
import { CODE_MACROS, FOREIGN_MACROS } from './macros.ts';

/** A node of the Atlassian Document Format as far as it is read here; anything may be missing in hostile input. */
export interface AdfNode {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly AdfNode[];
}

/** Deeper nodes give their text alone. */
const MAX_DEPTH = 100;

export const parseAdf: FormatParser = async ({ bytes }) => ({
  blocks: readAdf(parseJson(decodeText(bytes))),
});

export function isAdf(value: unknown): value is AdfNode {
  return (
    typeof value === 'object' && value !== null && (value as AdfNode).type === 'doc' && 'content' in value
  );
}

/** Blocks of an ADF document. Nodes of unknown types keep what they contain. */
export function readAdf(root: AdfNode): Block[] {
  return children(root).flatMap((node) => block(node, 0));
}

function parseJson(text: string): AdfNode {
  try {
    return JSON.parse(text) as AdfNode;
  } catch (cause) {
    throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'ADF is no JSON', {
      publicMessage: 'The document is damaged: it is no JSON.',
      cause,
    });
  }
}

function block(node: AdfNode, depth: number): Block[] {
  if (depth > MAX_DEPTH) return paragraph(tidy(inline(node, 0)));
  const inner = () => children(node).flatMap((child) => block(child, depth + 1));
  switch (node.type) {
    case 'heading':
      return heading(Number(node.attrs?.['level'] ?? 1), tidy(inline(node, 0)));
    case 'paragraph':
    case 'caption':
      return paragraph(tidy(inline(node, 0)));
    case 'codeBlock':
      return codeBlock(inline(node, 0), textAttribute(node, 'language'));
    case 'blockquote':
      return inner().map((each) => (each.type === 'paragraph' ? { type: 'quote', text: each.text } : each));
    case 'bulletList':
    case 'orderedList':
    case 'taskList':
    case 'decisionList':
      return list(node, depth);
    case 'table':
      return table(node, depth);
    case 'expand':
    case 'nestedExpand':
      return [...paragraph(tidy(textAttribute(node, 'title') ?? '')), ...inner()];
    case 'extension':
    case 'bodiedExtension':
    case 'multiBodiedExtension':
    case 'extensionFrame':
      return [...macroText(node), ...inner()];
    case 'media':
      return paragraph(tidy(textAttribute(node, 'alt') ?? ''));
    case 'rule':
      return [];
    default:
      return node.content && !hasInline(node) ? inner() : paragraph(tidy(inline(node, 0)));
  }
}

/** Text that an extension carries itself: its title, its label, the plain body of an older macro. */
function macroText(node: AdfNode): Block[] {
  const key = textAttribute(node, 'extensionKey') ?? '';
  // What they would show is of other pages, for readers of those.
  if (FOREIGN_MACROS.has(key)) return [];
  const { macroParams } = (node.attrs?.['parameters'] ?? {}) as {
    readonly macroParams?: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
  };
  const parameter = (name: string) => {
    const value = macroParams?.[name]?.value;
    return typeof value === 'string' ? value : '';
  };
  const body = parameter('__bodyContent');
  const isCode = CODE_MACROS.has(key);
  return [
    ...paragraph(tidy(parameter('title'))),
    ...(body === '' ? paragraph(tidy(textAttribute(node, 'text') ?? '')) : []),
    ...(isCode ? codeBlock(body, parameter('language') || undefined) : paragraph(tidy(body))),
  ];
}

const INLINE = new Set([
  'text',
  'hardBreak',
  'mention',
  'emoji',
  'date',
  'status',
  'inlineCard',
  'inlineExtension',
  'mediaInline',
  'placeholder',
]);

function hasInline(node: AdfNode): boolean {
  return children(node).some(({ type }) => typeof type === 'string' && INLINE.has(type));
}

function list(node: AdfNode, depth: number): Block[] {
  const items: ListItem[] = [];
  const after: Block[] = [];
  const collect = (current: AdfNode, level: number) => {
    for (const item of children(current)) {
      if (isListNode(item)) {
        if (level < MAX_DEPTH) collect(item, level + 1);
        continue;
      }
      const own = children(item).filter((child) => !isListNode(child));
      const blocks = hasInline(item)
        ? paragraph(tidy(inline(item, 0)))
        : own.flatMap((child) => block(child, depth + level + 1));
      const text = cellText(blocks.filter(({ type }) => type !== 'code' && type !== 'table'));
      if (text !== '') items.push({ text, depth: level });
      after.push(...blocks.filter(({ type }) => type === 'code' || type === 'table'));
      for (const child of children(item))
        if (isListNode(child) && level < MAX_DEPTH) collect(child, level + 1);
    }
  };
  collect(node, 0);
  return [
    ...(items.length > 0 ? [{ type: 'list' as const, ordered: node.type === 'orderedList', items }] : []),
    ...after,
  ];
}

function isListNode({ type }: AdfNode): boolean {
  return type === 'bulletList' || type === 'orderedList' || type === 'taskList' || type === 'decisionList';
}

function table(node: AdfNode, depth: number): Block[] {
  const rows = children(node).filter(({ type }) => type === 'tableRow');
  const grid: string[][] = rows.map(() => []);
  for (const [rowIndex, row] of rows.entries()) {
    let column = 0;
    for (const cell of children(row)) {
      while (grid[rowIndex]?.[column] !== undefined) column++;
      const text = cellText(children(cell).flatMap((child) => block(child, depth + 1)));
      const across = span(cell, 'colspan', 100);
      const down = Math.min(span(cell, 'rowspan', 1_000), rows.length - rowIndex);
      for (let r = 0; r < down; r++)
        for (let c = 0; c < across; c++) (grid[rowIndex + r] ?? [])[column + c] = text;
      column += across;
    }
  }
  const isHeader = (row: AdfNode) =>
    children(row).length > 0 && children(row).every(({ type }) => type === 'tableHeader');
  const firstData = rows.findIndex((row) => !isHeader(row));
  if (grid.length === 0) return [];
  if (node.attrs?.['isNumberColumnEnabled'] === true) number(grid, rows, isHeader);
  return [
    {
      type: 'table',
      headerRows: firstData < 0 ? 0 : firstData,
      rows: grid.map((row) => Array.from(row, (cell) => cell ?? '')),
    },
  ];
}

/** The editor counts rows that are no headers in a column of their own, which is not among the cells. */
function number(grid: string[][], rows: readonly AdfNode[], isHeader: (row: AdfNode) => boolean): void {
  let count = 0;
  for (const [index, row] of rows.entries()) grid[index]?.unshift(isHeader(row) ? '' : String(++count));
}

function span({ attrs }: AdfNode, name: string, most: number): number {
  const value = Number(attrs?.[name] ?? 1);
  return Number.isInteger(value) ? Math.min(most, Math.max(1, value)) : 1;
}

function inline(node: AdfNode, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  switch (node.type) {
    case 'text':
      return typeof node.text === 'string' ? node.text : '';
    case 'hardBreak':
      return '\n';
    case 'mention':
    case 'status':
    case 'placeholder':
    case 'inlineExtension':
      return textAttribute(node, 'text') ?? '';
    case 'emoji':
      return textAttribute(node, 'text') ?? textAttribute(node, 'shortName') ?? '';
    case 'date':
      return dateText(node.attrs?.['timestamp']);
    case 'inlineCard':
    case 'blockCard':
    case 'embedCard':
      return textAttribute(node, 'url') ?? '';
    case 'media':
    case 'mediaInline':
      return textAttribute(node, 'alt') ?? '';
    default:
      return children(node)
        .map((child) => inline(child, depth + 1))
        .join('');
  }
}

/** Milliseconds since 1970 as a string; shown as the day in UTC. */
function dateText(timestamp: unknown): string {
  const time = new Date(Number(timestamp));
  return Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 10);
}

function children(node: AdfNode): readonly AdfNode[] {
  return Array.isArray(node.content)
    ? node.content.filter((child) => typeof child === 'object' && child !== null)
    : [];
}

function textAttribute({ attrs }: AdfNode, name: string): string | undefined {
  const value = attrs?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
