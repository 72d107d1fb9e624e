import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { childAt, childElements, elementsNamed, firstNamed, parseXml, textOf } from '../../containers/xml.ts';
import type { ZipParts } from '../../containers/zip.ts';
import type { Relation } from '../../containers/opc.ts';
import { levelled } from '../grid.ts';

/** Points of one series that are read. */
const MAX_POINTS = 2_000;

/**
 * Charts and diagrams that a drawing refers to, by the relations of the part it stands in.
 * @param drawing any element around the references
 */
export function graphicBlocks(drawing: Element, parts: ZipParts, relations: readonly Relation[]): Block[] {
  const targetOf = (id: string | undefined) => {
    const target = relations.find((relation) => relation.id === id && !relation.isExternal)?.target;
    return target === undefined ? undefined : parts.get(target);
  };
  return [
    ...elementsNamed(drawing.children, 'c:chart').flatMap(({ attribs }) =>
      chartBlocks(targetOf(attribs['r:id'])),
    ),
    ...elementsNamed(drawing.children, 'dgm:relIds').flatMap(({ attribs }) =>
      diagramBlocks(targetOf(attribs['r:dm'])),
    ),
  ];
}

/** A chart's stored values as a table: categories across, one row a series. */
export function chartBlocks(xml: Uint8Array | undefined): Block[] {
  const nodes = parseXml(xml);
  const caption = drawingText(firstNamed(nodes, 'c:title'));
  const series = elementsNamed(nodes, 'c:ser').map((element) => ({
    name: points(childAt(element, 'c:tx')).join(' '),
    categories: points(childAt(element, 'c:cat') ?? childAt(element, 'c:xVal')),
    values: points(childAt(element, 'c:val') ?? childAt(element, 'c:yVal')),
  }));
  const categories = series.find((each) => each.categories.length > 0)?.categories ?? [];
  const named = series.map(({ name, values }) => [name, ...values]);
  const rows = levelled(categories.length > 0 ? [['', ...categories], ...named] : named);
  if (rows.length === 0) return caption === '' ? [] : [{ type: 'paragraph', text: caption }];
  return [{ type: 'table', headerRows: categories.length > 0 ? 1 : 0, rows, ...(caption && { caption }) }];
}

/** Values in the order of their index; the last level of a multi-level category is the finest. */
function points(element: Element | undefined): string[] {
  const [level] = elementsNamed(element?.children ?? [], 'c:lvl');
  const values: string[] = [];
  for (const point of elementsNamed((level ?? element)?.children ?? [], 'c:pt')) {
    const index = Number.parseInt(point.attribs['idx'] ?? '', 10);
    if (index >= 0 && index < MAX_POINTS) values[index] = textOf(childElements(point, 'c:v'));
  }
  if (values.length > 0) return Array.from(values, (value) => value ?? '');
  const literal = textOf(elementsNamed(element?.children ?? [], 'c:v'));
  return literal === '' ? [] : [literal];
}

/** The texts of a diagram's shapes, in the order of its data. */
function diagramBlocks(xml: Uint8Array | undefined): Block[] {
  const items = elementsNamed(parseXml(xml), 'dgm:pt').flatMap((point) => {
    const text = drawingText(childAt(point, 'dgm:t'));
    return text === '' ? [] : [{ text, depth: 0 }];
  });
  return items.length === 0 ? [] : [{ type: 'list', ordered: false, items }];
}

/** All text of a drawing's element on one line. */
export function drawingText(element: Element | undefined): string {
  return elementsNamed(element?.children ?? [], 'a:p')
    .map((line) => textOf(elementsNamed(line.children, 'a:t')))
    .join(' ')
    .replace(/\s+/gu, ' ')
    .trim();
}
