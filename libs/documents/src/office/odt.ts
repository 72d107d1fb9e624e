import type { Block } from '@fumikura/model';
import { AppError } from '@fumikura/errors';
import type { Element } from 'domhandler';
import { elementsNamed, parseXml } from './xml.ts';
import { unzip } from './zip.ts';
import type { FormatParser } from '../types.ts';
import { domBlocks, heading } from '../formats/dom-blocks.ts';
import type { Dialect } from '../formats/dom-blocks.ts';
import { coreFacts } from './office-facts.ts';

/** OpenDocument text: its elements are renamed to HTML's and read by the same reader. */
export const parseOdt: FormatParser = async ({ bytes }, limits) => {
  const parts = unzip(bytes, limits, (name) => name.endsWith('.xml'));
  if (
    /manifest:encryption-data/u.test(Buffer.from(parts.get('META-INF/manifest.xml') ?? []).toString('utf8'))
  )
    throw encrypted();
  const content = parts.get('content.xml');
  if (!content) {
    throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'no content.xml', {
      publicMessage: 'The document is damaged: its text is missing.',
    });
  }
  const [body] = elementsNamed(parseXml(content), 'office:text');
  for (const element of elementsNamed(body?.children ?? [], ...Object.keys(NAMES))) rename(element);
  const blocks = domBlocks(body?.children ?? [], dialect);
  const first = blocks.find((block) => block.type === 'heading');
  return {
    ...(first?.type === 'heading' && first.level === 1 && { title: first.text }),
    ...coreFacts(parts.get('meta.xml')),
    blocks,
  };
};

const NAMES: Readonly<Record<string, string>> = {
  'text:p': 'p',
  'text:list': 'ul',
  'text:list-item': 'li',
  'table:table': 'table',
  'table:table-header-rows': 'thead',
  'table:table-row': 'tr',
  'table:table-cell': 'td',
  'text:line-break': 'br',
  'text:section': 'div',
};

function rename(element: Element): void {
  element.name = NAMES[element.name] ?? element.name;
  const { attribs } = element;
  element.attribs = {
    colspan: attribs['table:number-columns-spanned'] ?? attribs['table:number-columns-repeated'] ?? '1',
    rowspan: attribs['table:number-rows-spanned'] ?? '1',
  };
}

const SKIPPED = new Set([
  'text:tracked-changes',
  'office:forms',
  'text:sequence-decls',
  'text:table-of-content',
]);

const dialect: Dialect = {
  handles: ({ name }) => name === 'text:h' || name === 'text:note' || SKIPPED.has(name),
  element: (element, read): Block[] => {
    if (element.name === 'text:h')
      return heading(Number(element.attribs['text:outline-level'] ?? 1), read.text(element.children));
    if (element.name !== 'text:note') return [];
    const text = read.text(
      elementsNamed(element.children, 'text:note-body').flatMap(({ children }) => children),
    );
    return text === '' ? [] : [{ type: 'note', label: 'Note', text }];
  },
  inline: ({ name }) => {
    if (name === 'text:s') return ' ';
    return name === 'text:tab' ? '\t' : undefined;
  },
};

function encrypted(): AppError {
  return new AppError('CONTENT_ENCRYPTED', 'invalid-input', 'encrypted OpenDocument', {
    publicMessage: 'The document is protected by a password. Store an unprotected copy to make it findable.',
  });
}
