import type { ChildNode, Document, Element } from 'domhandler';
import { isTag, isText, Text } from 'domhandler';
import { findAll, findOne, textContent } from 'domutils';
import { parseDocument } from 'htmlparser2';
import { decodeText } from '../decode.ts';
import type { FormatParser, Parsed } from '../types.ts';
import { tidy } from './block-text.ts';
import { domBlocks, isHidden } from './dom-blocks.ts';

/** Beside the content of a page, by element, role and the names sites give such parts. */
const FURNITURE_ELEMENTS = new Set(['nav', 'aside', 'footer', 'form', 'dialog', 'menu']);
const FURNITURE_ROLES = new Set([
  'navigation',
  'banner',
  'contentinfo',
  'search',
  'complementary',
  'dialog',
  'alert',
]);
const FURNITURE_NAMES =
  /(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|footer|cookie|consent|banner|share|social|toc|table-of-contents|pagination|related|comments?-form|skip-link|advert|newsletter)(?:$|[\s_-])/iu;

export const parseHtml: FormatParser = async ({ bytes }) =>
  readHtml(decodeText(bytes, declaredEncoding(bytes)));

/** Main content of a page; navigation, scripts and hidden parts are left out. */
export function readHtml(html: string): Parsed {
  const document = parseDocument(html, { decodeEntities: true });
  flatten(document);
  const content = mainContent(document);
  removeFurniture(content);
  const language = findOne(({ name }) => name === 'html', document.children)?.attribs['lang'];
  const title = titleOf(document, content);
  const author = metaContent(document, ['author', 'article:author']);
  const updatedAt = timeOf(
    metaContent(document, ['article:modified_time', 'last-modified', 'article:published_time', 'date']),
  );
  return {
    blocks: domBlocks(content.children),
    ...(title && { title }),
    ...(language && { language: language.toLowerCase().split('-')[0] ?? language }),
    ...(author && { authors: [author] }),
    ...(updatedAt && { updatedAt }),
  };
}

/** Deeper nesting is nobody's writing; recursive readers would run out of stack on it. */
const MAX_NESTING = 300;

/** Replaces what lies deeper than MAX_NESTING by its text, without recursion. */
function flatten(root: Document): void {
  const open: { node: Document | Element; depth: number }[] = [{ node: root, depth: 0 }];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { node, depth } = entry;
    if (depth >= MAX_NESTING) node.children = [new Text(deepText(node))];
    else for (const child of node.children) if (isTag(child)) open.push({ node: child, depth: depth + 1 });
  }
}

function deepText(root: Document | Element): string {
  const open: ChildNode[] = [...root.children].reverse();
  let text = '';
  for (let node = open.pop(); node; node = open.pop()) {
    if (isText(node)) text += node.data;
    else if (isTag(node) && !['script', 'style'].includes(node.name))
      open.push(...[...node.children].reverse());
  }
  return text;
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 2_048));
  return /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,40})/iu.exec(start)?.[1];
}

/** `main` or the single `article`, if it holds most of what the page says; else the body. */
function mainContent(document: Document): Document | Element {
  const body = findOne(({ name }) => name === 'body', document.children) ?? document;
  const main = findOne(({ name, attribs }) => name === 'main' || attribs['role'] === 'main', body.children);
  if (main && textContent(main).trim().length > 200) return main;
  const articles = findAll(({ name }) => name === 'article', body.children);
  const [article] = articles;
  return articles.length === 1 && article && textContent(article).trim().length > 200 ? article : body;
}

function removeFurniture(root: Document | Element): void {
  const open: (Document | Element)[] = [root];
  for (let element = open.pop(); element; element = open.pop()) {
    element.children = element.children.filter((child) => !isTag(child) || !isFurniture(child, element));
    for (const child of element.children) if (isTag(child)) open.push(child);
  }
}

function isFurniture(element: Element, parent: Document | Element): boolean {
  const { name, attribs } = element;
  if (isHidden(element) || FURNITURE_ELEMENTS.has(name) || FURNITURE_ROLES.has(attribs['role'] ?? ''))
    return true;
  if (name === 'header') return !isTag(parent) || !['article', 'section', 'main'].includes(parent.name);
  const isContainer = ['div', 'section', 'ul', 'ol', 'p', 'span', 'a'].includes(name);
  return (
    isContainer &&
    FURNITURE_NAMES.test(`${attribs['id'] ?? ''} ${attribs['class'] ?? ''}`) &&
    !holdsMost(element, parent)
  );
}

/** A part with most of its parent's text is the content, whatever its name. */
function holdsMost(element: Element, parent: Document | Element): boolean {
  return textContent(element).length > textContent(parent).length / 2;
}

function titleOf(document: Document, content: Document | Element): string | undefined {
  const first = findOne(({ name }) => name === 'h1', content.children);
  const title = findOne(({ name }) => name === 'title', document.children);
  const text =
    tidy(first ? textContent(first) : '') ||
    metaContent(document, ['og:title']) ||
    tidy(title ? textContent(title) : '');
  return text === '' ? undefined : text.replace(/\s+/gu, ' ');
}

function metaContent(document: Document, names: readonly string[]): string | undefined {
  for (const wanted of names) {
    const meta = findOne(
      ({ name, attribs }) =>
        name === 'meta' && (attribs['name'] ?? attribs['property'] ?? '').toLowerCase() === wanted,
      document.children,
    );
    const content = meta?.attribs['content']?.trim();
    if (content) return content;
  }
  return undefined;
}

export function timeOf(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
