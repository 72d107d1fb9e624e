import type { Block, ListItem } from '@fumikura/model';
import type { Element } from 'domhandler';
import { isTag } from 'domhandler';
import type { Relation } from '../../containers/opc.ts';
import { childAt, childElements, elementsNamed, firstNamed, textOf } from '../../containers/xml.ts';
import type { ZipParts } from '../../containers/zip.ts';
import { guessHeaderRows, toGrid } from '../grid.ts';
import { graphicBlocks } from '../ooxml/drawing.ts';
import { mathText } from '../ooxml/math.ts';

/** Where a slide's drawings find what they refer to. */
export interface SlideParts {
  readonly parts: ZipParts;
  readonly relations: readonly Relation[];
}

export interface SlideShape {
  /** Kind of placeholder: "title", "ctrTitle", "body", "sldNum" …; undefined for a free shape. */
  readonly placeholder: string | undefined;
  readonly blocks: readonly Block[];
}

const MAX_DEPTH = 60;
/** Placeholders that repeat on every slide. */
const FURNITURE = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

/** Shapes of a slide in the order that screen readers use, groups opened. */
export function readShapes(tree: Element | undefined, slide: SlideParts, depth = 0): SlideShape[] {
  if (depth > MAX_DEPTH) return [];
  return childElements(tree).flatMap((shape): SlideShape[] => {
    switch (shape.name) {
      case 'p:sp':
      case 'p:cxnSp':
        return textShape(shape);
      case 'p:grpSp':
        return readShapes(shape, slide, depth + 1);
      case 'p:pic':
        return [{ placeholder: undefined, blocks: picture(shape) }];
      case 'p:graphicFrame':
        return [{ placeholder: undefined, blocks: frame(shape, slide) }];
      case 'mc:AlternateContent':
        return readShapes(childAt(shape, 'mc:Choice') ?? childAt(shape, 'mc:Fallback'), slide, depth + 1);
      default:
        return [];
    }
  });
}

function textShape(shape: Element): SlideShape[] {
  const holder = firstNamed(childAt(shape, 'p:nvSpPr')?.children ?? [], 'p:ph');
  const placeholder = holder && (holder.attribs['type'] ?? 'obj');
  if (placeholder !== undefined && FURNITURE.has(placeholder)) return [];
  const lines = linesOf(childAt(shape, 'p:txBody'));
  return lines.length === 0 ? [] : [{ placeholder, blocks: linesToBlocks(lines) }];
}

/** Several lines are points, as slides have them; one alone is a sentence. */
function linesToBlocks(lines: readonly ListItem[]): Block[] {
  const [first] = lines;
  if (first && lines.length === 1) return [{ type: 'paragraph', text: first.text }];
  return [{ type: 'list', ordered: false, items: lines }];
}

export function linesOf(body: Element | undefined): ListItem[] {
  return childElements(body, 'a:p').flatMap((line) => {
    const level = Number.parseInt(childAt(line, 'a:pPr')?.attribs['lvl'] ?? '0', 10);
    const text = lineText(line, 0).replace(/\s+/gu, ' ').trim();
    return text === '' ? [] : [{ text, depth: Math.min(8, Math.max(0, level || 0)) }];
  });
}

function lineText(element: Element, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  return element.children
    .map((child) => {
      if (!isTag(child)) return '';
      if (child.name === 'a:t') return textOf(child.children);
      if (child.name === 'a:br' || child.name === 'a:tab') return ' ';
      if (child.name === 'm:oMath') return ` ${mathText(child).trim()} `;
      return child.name === 'mc:Fallback' ? '' : lineText(child, depth + 1);
    })
    .join('');
}

function picture(shape: Element): Block[] {
  const { attribs } = firstNamed(shape.children, 'p:cNvPr') ?? {};
  const text = (attribs?.['descr'] ?? attribs?.['title'] ?? '').trim();
  return text === '' ? [] : [{ type: 'paragraph', text }];
}

function frame(shape: Element, { parts, relations }: SlideParts): Block[] {
  const tables = elementsNamed(shape.children, 'a:tbl').flatMap(readTable);
  const graphics = graphicBlocks(shape, parts, relations);
  return tables.length + graphics.length > 0 ? [...tables, ...graphics] : picture(shape);
}

function readTable(table: Element): Block[] {
  const rows = toGrid(
    childElements(table, 'a:tr').map((row) =>
      childElements(row, 'a:tc')
        .filter(({ attribs }) => attribs['hMerge'] !== '1' && attribs['vMerge'] !== '1')
        .map((cell) => ({
          text: linesOf(childAt(cell, 'a:txBody'))
            .map(({ text }) => text)
            .join(' '),
          across: Number.parseInt(cell.attribs['gridSpan'] ?? '1', 10) || 1,
          down: Number.parseInt(cell.attribs['rowSpan'] ?? '1', 10) || 1,
        })),
    ),
  );
  if (rows.length === 0) return [];
  const isMarked = childAt(table, 'a:tblPr')?.attribs['firstRow'] === '1';
  return [{ type: 'table', headerRows: isMarked && rows.length > 1 ? 1 : guessHeaderRows(rows), rows }];
}
