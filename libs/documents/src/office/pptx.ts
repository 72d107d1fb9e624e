import { posix } from 'node:path';
import type { Block, ListItem } from '@fumikura/model';
import { AppError } from '@fumikura/errors';
import type { Element } from 'domhandler';
import { childElements, elementsNamed, parseXml, textOf } from './xml.ts';
import { unzip } from './zip.ts';
import type { FormatParser } from '../types.ts';
import { coreFacts } from './office-facts.ts';

type Parts = ReadonlyMap<string, Uint8Array>;

/** Slides in the order they are shown, each with title, text, tables, charts, picture texts, notes and comments. */
export const parsePptx: FormatParser = async ({ bytes }, limits) => {
  const parts = unzip(bytes, limits, (name) => name.endsWith('.xml') || name.endsWith('.rels'));
  const slides = slidePaths(parts);
  if (slides.length === 0) {
    throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'presentation without slides', {
      publicMessage: 'The presentation is damaged: it has no slides.',
    });
  }
  const read = slides.slice(0, limits.maxPages);
  const hidden = read.flatMap((path, index) => (isHiddenSlide(parts.get(path)) ? [index + 1] : []));
  const blocks = read.flatMap((path, index) =>
    slideBlocks(parts, path).map((block) => ({ ...block, place: { slide: index + 1 } })),
  );
  const first = blocks.find((block) => block.type === 'heading');
  return {
    ...(first?.type === 'heading' && { title: first.text }),
    ...coreFacts(parts.get('docProps/core.xml')),
    blocks,
    notices: [
      ...(hidden.length > 0 ? [`Hidden slides are included: ${hidden.join(', ')}.`] : []),
      ...(slides.length > read.length
        ? [`Only the first ${read.length} of ${slides.length} slides were read.`]
        : []),
    ],
  };
};

/** The presentation lists its slides by relation; file names say nothing of their order. */
function slidePaths(parts: Parts): string[] {
  const relations = relationsOf(parts, 'ppt/presentation.xml');
  const list = elementsNamed(parseXml(parts.get('ppt/presentation.xml') ?? new Uint8Array()), 'p:sldId');
  return list.flatMap(({ attribs }) => relations.find(({ id }) => id === attribs['r:id'])?.target ?? []);
}

function relationsOf(parts: Parts, path: string): { id: string; type: string; target: string }[] {
  const file = `${posix.dirname(path)}/_rels/${posix.basename(path)}.rels`;
  return elementsNamed(parseXml(parts.get(file) ?? new Uint8Array()), 'Relationship').map(({ attribs }) => ({
    id: attribs['Id'] ?? '',
    type: posix.basename(attribs['Type'] ?? ''),
    target: posix.normalize(posix.join(posix.dirname(path), attribs['Target'] ?? '')),
  }));
}

function isHiddenSlide(xml: Uint8Array | undefined): boolean {
  return elementsNamed(parseXml(xml ?? new Uint8Array()), 'p:sld')[0]?.attribs['show'] === '0';
}

function slideBlocks(parts: Parts, path: string): Block[] {
  const nodes = parseXml(parts.get(path) ?? new Uint8Array());
  const relations = relationsOf(parts, path);
  const related = (...types: readonly string[]) =>
    relations.filter(({ type }) => types.includes(type)).map(({ target }) => target);
  return [
    ...elementsNamed(nodes, 'p:sp', 'p:graphicFrame', 'p:pic').flatMap(shapeBlocks),
    ...related('chart').flatMap((target) => chartBlocks(parts.get(target))),
    ...related('notesSlide').flatMap((target) => notes(parts.get(target))),
    ...related('comments', 'comment').flatMap((target) => comments(parts.get(target))),
  ];
}

function shapeBlocks(shape: Element): Block[] {
  if (shape.name === 'p:pic') {
    const alt = elementsNamed(shape.children, 'p:cNvPr')[0]?.attribs['descr']?.trim();
    return alt ? [{ type: 'paragraph', text: alt }] : [];
  }
  if (shape.name === 'p:graphicFrame') return elementsNamed(shape.children, 'a:tbl').map(table);
  const kind = elementsNamed(shape.children, 'p:ph')[0]?.attribs['type'];
  if (kind === 'sldNum' || kind === 'dt' || kind === 'ftr') return [];
  const lines = elementsNamed(shape.children, 'a:p')
    .map(lineOf)
    .filter(({ text }) => text !== '');
  if (lines.length === 0) return [];
  if (kind === 'title' || kind === 'ctrTitle')
    return [{ type: 'heading', level: 2, text: lines.map(({ text }) => text).join(' ') }];
  return lines.length === 1
    ? [{ type: 'paragraph', text: lines[0]?.text ?? '' }]
    : [{ type: 'list', ordered: false, items: lines }];
}

function lineOf(line: Element): ListItem {
  const text = elementsNamed(line.children, 'a:t', 'a:br')
    .map((run) => (run.name === 'a:br' ? ' ' : textOf(run.children)))
    .join('');
  const depth = Number(childElements(line, 'a:pPr')[0]?.attribs['lvl'] ?? 0);
  return {
    text: text.replace(/\s+/gu, ' ').trim(),
    depth: Number.isInteger(depth) ? Math.min(9, Math.max(0, depth)) : 0,
  };
}

function table(element: Element): Block {
  const rows = elementsNamed(element.children, 'a:tr').map((row) =>
    childElements(row, 'a:tc').map((cell) =>
      elementsNamed(cell.children, 'a:p')
        .map((line) => lineOf(line).text)
        .join(' ')
        .trim(),
    ),
  );
  return { type: 'table', headerRows: rows.length > 1 ? 1 : 0, rows };
}

function chartBlocks(xml: Uint8Array | undefined): Block[] {
  if (!xml) return [];
  const nodes = parseXml(xml);
  const title = textOf(
    elementsNamed(elementsNamed(nodes, 'c:title')[0]?.children ?? [], 'a:t').flatMap(
      ({ children }) => children,
    ),
  );
  const rows = elementsNamed(nodes, 'c:ser').map((series) => {
    const values = (name: string) =>
      elementsNamed(elementsNamed(series.children, name)[0]?.children ?? [], 'c:v').map(({ children }) =>
        textOf(children),
      );
    return { name: values('c:tx')[0] ?? '', categories: values('c:cat'), values: values('c:val') };
  });
  if (rows.length === 0) return [];
  const grid = [['', ...(rows[0]?.categories ?? [])], ...rows.map((row) => [row.name, ...row.values])];
  return [{ type: 'table', headerRows: 1, rows: grid, ...(title && { caption: title }) }];
}

function notes(xml: Uint8Array | undefined): Block[] {
  const shapes = elementsNamed(parseXml(xml ?? new Uint8Array()), 'p:sp').filter(
    (shape) => elementsNamed(shape.children, 'p:ph')[0]?.attribs['type'] === 'body',
  );
  const text = shapes
    .flatMap((shape) => elementsNamed(shape.children, 'a:p').map((line) => lineOf(line).text))
    .join('\n')
    .trim();
  return text === '' ? [] : [{ type: 'note', label: 'Notes', text }];
}

function comments(xml: Uint8Array | undefined): Block[] {
  return elementsNamed(parseXml(xml ?? new Uint8Array()), 'p:cm', 'p188:cm').flatMap((comment): Block[] => {
    const text = textOf(
      elementsNamed(comment.children, 'p:text', 'a:t').flatMap(({ children }) => children),
    ).trim();
    return text === '' ? [] : [{ type: 'note', label: 'Comment', text }];
  });
}
