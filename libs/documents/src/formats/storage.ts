import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { isTag } from 'domhandler';
import { parseDocument } from 'htmlparser2';
import { decodeText } from '../decode.ts';
import type { FormatParser } from '../types.ts';
import { codeBlock, paragraph, tidy } from './block-text.ts';
import { domBlocks, rawOf } from './dom-blocks.ts';
import type { Dialect, Reader } from './dom-blocks.ts';
import { CODE_MACROS, FOREIGN_MACROS } from './macros.ts';

export const parseStorage: FormatParser = async ({ bytes }) => ({ blocks: readStorage(decodeText(bytes)) });

/** Confluence storage format: XHTML with `ac:` and `ri:` elements. */
export function readStorage(source: string): Block[] {
  const decoded = source.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/gu, (_all, text: string) => escapeText(text));
  const document = parseDocument(decoded, {
    decodeEntities: true,
    recognizeSelfClosing: true,
    lowerCaseTags: true,
  });
  return domBlocks(document.children, storageDialect);
}

function escapeText(text: string): string {
  return text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;');
}

const storageDialect: Dialect = {
  handles: (element) =>
    element.name === 'ac:task-list' ||
    element.name === 'ac:adf-extension' ||
    (isMacro(element) && !isInlineMacro(element)),
  element: (element, read) => {
    if (element.name === 'ac:task-list')
      return [{ type: 'list', ordered: false, items: tasks(element, read) }];
    if (isMacro(element)) return macro(element, read);
    return read.blocks(element.children.filter((child) => isTag(child) && child.name === 'ac:adf-fallback'));
  },
  inline: (element) => {
    switch (element.name) {
      case 'ac:parameter':
      case 'ac:placeholder':
      case 'ac:task-id':
      case 'ac:task-uuid':
        return '';
      case 'ac:emoticon':
        return element.attribs['ac:emoji-fallback'] ?? '';
      case 'time':
        return element.attribs['datetime'] ?? '';
      case 'ac:link':
        return linkText(element);
      case 'ac:image':
        return element.attribs['ac:alt'] ?? element.attribs['ac:title'] ?? '';
      case 'ac:structured-macro':
        return (
          parameter(element, 'title') ??
          parameter(element, '') ??
          tidy(rawOf(element.children.filter(isBody)))
        );
      default:
        return undefined;
    }
  },
};

function isMacro({ name }: Element): boolean {
  return name === 'ac:structured-macro' || name === 'ac:macro';
}

function isInlineMacro(element: Element): boolean {
  return ['status', 'anchor', 'jira', 'profile', 'mathinline'].includes(nameOf(element));
}

function macro(element: Element, read: Reader): Block[] {
  const name = nameOf(element);
  if (FOREIGN_MACROS.has(name)) return [];
  const title = parameter(element, 'title');
  const bodies = element.children.filter(isBody);
  const titled = title === undefined || title === '' ? [] : paragraph(title);
  if (CODE_MACROS.has(name)) {
    return [...titled, ...codeBlock(rawOf(bodies), parameter(element, 'language'))];
  }
  return [...titled, ...bodies.flatMap((body) => read.blocks(body.children))];
}

function tasks(list: Element, read: Reader) {
  return list.children.filter(isTag).flatMap((task) => {
    const body = task.children.filter(isTag).find(({ name }) => name === 'ac:task-body');
    const text = body ? read.text(body.children) : '';
    return text === '' ? [] : [{ text, depth: 0 }];
  });
}

function linkText(link: Element): string {
  const parts = link.children.filter(isTag);
  const body = parts.find(({ name }) => name === 'ac:link-body' || name === 'ac:plain-text-link-body');
  const text = body ? tidy(rawOf(body.children)) : '';
  if (text !== '') return text;
  const target = parts.find(({ name }) => name.startsWith('ri:'));
  return target?.attribs['ri:content-title'] ?? target?.attribs['ri:filename'] ?? '';
}

function nameOf(element: Element): string {
  return element.attribs['ac:name'] ?? '';
}

function parameter(element: Element, name: string): string | undefined {
  const found = element.children.find(
    (child): child is Element =>
      isTag(child) && child.name === 'ac:parameter' && (child.attribs['ac:name'] ?? '') === name,
  );
  return found && tidy(rawOf(found.children));
}

function isBody(node: unknown): node is Element {
  return (
    isTag(node as Element) && ['ac:rich-text-body', 'ac:plain-text-body'].includes((node as Element).name)
  );
}
