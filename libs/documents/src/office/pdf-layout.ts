import type { Block } from '@fumikura/model';
import { heading } from '../formats/dom-blocks.ts';

/** What the PDF library says of one run of text. */
export interface TextItem {
  readonly str: string;
  /** Matrix; [4] and [5] are the place of the baseline's start, in points from the lower left. */
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  /** Which column of the page, 0 from the left; -1 across all. */
  readonly column: number;
}

/** Lines in reading order: by column where the page has two, from the top. */
export function linesOf(items: readonly TextItem[], pageWidth: number): Line[] {
  const visible = items.filter(({ str }) => str.trim() !== '');
  const rows = groupByBaseline(visible);
  const split = gutter(rows, pageWidth);
  const lines = rows.flatMap((row) => (split === undefined ? [toLine(row, -1)] : splitRow(row, split)));
  if (split === undefined) return lines.sort((a, b) => b.y - a.y || a.x - b.x);
  return inColumnOrder(lines);
}

function groupByBaseline(items: readonly TextItem[]): TextItem[][] {
  const sorted = items.toSorted((a, b) => yOf(b) - yOf(a) || xOf(a) - xOf(b));
  const rows: TextItem[][] = [];
  for (const item of sorted) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && Math.abs(yOf(first) - yOf(item)) < Math.max(2, sizeOf(item) * 0.35)) row.push(item);
    else rows.push([item]);
  }
  return rows.map((row) => row.sort((a, b) => xOf(a) - xOf(b)));
}

/** The blank stripe near the middle that most rows with text on both sides leave free. */
function gutter(rows: readonly (readonly TextItem[])[], pageWidth: number): number | undefined {
  const middle = pageWidth / 2;
  const gaps = rows.flatMap((row) => {
    const gap = widestGap(row);
    return gap && gap.from > pageWidth * 0.3 && gap.to < pageWidth * 0.7 && gap.to - gap.from >= 8
      ? [gap]
      : [];
  });
  const crossing = rows.filter((row) =>
    row.some((item) => xOf(item) < middle - 20 && xOf(item) + item.width > middle + 20),
  );
  if (gaps.length < 8 || gaps.length < crossing.length * 1.2) return undefined;
  const centres = gaps.map(({ from, to }) => (from + to) / 2).sort((a, b) => a - b);
  return centres[Math.floor(centres.length / 2)];
}

function widestGap(row: readonly TextItem[]): { from: number; to: number } | undefined {
  let best: { from: number; to: number } | undefined;
  for (let index = 1; index < row.length; index++) {
    const [left, right] = [row[index - 1], row[index]];
    if (!left || !right) continue;
    const gap = { from: xOf(left) + left.width, to: xOf(right) };
    if (!best || gap.to - gap.from > best.to - best.from) best = gap;
  }
  return best;
}

function splitRow(row: readonly TextItem[], split: number): Line[] {
  const crosses = row.some((item) => xOf(item) < split - 10 && xOf(item) + item.width > split + 10);
  if (crosses) return [toLine(row, -1)];
  const left = row.filter((item) => xOf(item) + item.width / 2 < split);
  const right = row.filter((item) => xOf(item) + item.width / 2 >= split);
  return [...(left.length > 0 ? [toLine(left, 0)] : []), ...(right.length > 0 ? [toLine(right, 1)] : [])];
}

/** Lines across both columns part the page into bands; within a band the left column comes first. */
function inColumnOrder(lines: readonly Line[]): Line[] {
  const fromTop = lines.toSorted((a, b) => b.y - a.y || a.column - b.column);
  const result: Line[] = [];
  let band: Line[] = [];
  const flush = () => {
    result.push(...band.filter(({ column }) => column === 0), ...band.filter(({ column }) => column === 1));
    band = [];
  };
  for (const line of fromTop) {
    if (line.column >= 0) band.push(line);
    else {
      flush();
      result.push(line);
    }
  }
  flush();
  return result;
}

/** Wide gaps stand between cells of a table; they are kept as a bar. */
function toLine(row: readonly TextItem[], column: number): Line {
  let text = '';
  let right = 0;
  for (const item of row) {
    const gap = xOf(item) - right;
    const size = sizeOf(item);
    if (text !== '' && gap > size * 2.5) text += ' | ';
    else if (text !== '' && gap > size * 0.15 && !text.endsWith(' ') && !item.str.startsWith(' '))
      text += ' ';
    text += item.str;
    right = xOf(item) + item.width;
  }
  const [first] = row;
  const sizes = row.map(sizeOf).sort((a, b) => a - b);
  return {
    text: text.replace(/[ \t]+/gu, ' ').trim(),
    x: first ? xOf(first) : 0,
    right,
    y: first ? yOf(first) : 0,
    size: sizes[Math.floor(sizes.length / 2)] ?? 0,
    column,
  };
}

/** Lines that repeat at the top or foot of most pages, page numbers included, are furniture. */
export function withoutFurniture(pages: readonly (readonly Line[])[]): (readonly Line[])[] {
  if (pages.length < 3) return [...pages];
  const seen = new Map<string, number>();
  for (const lines of pages)
    for (const key of new Set(edges(lines).map(furnitureKey))) seen.set(key, (seen.get(key) ?? 0) + 1);
  const limit = pages.length * 0.6;
  return pages.map((lines) => {
    const edge = new Set(edges(lines).filter((line) => (seen.get(furnitureKey(line)) ?? 0) >= limit));
    return lines.filter((line) => !edge.has(line));
  });
}

function edges(lines: readonly Line[]): readonly Line[] {
  const fromTop = lines.toSorted((a, b) => b.y - a.y);
  return [...fromTop.slice(0, 2), ...fromTop.slice(-2)];
}

function furnitureKey({ text }: Line): string {
  return text.replace(/\d+/gu, '#');
}

/** Lines → headings by size, tables by bars, paragraphs by space and indent; words cut at a line's end are joined. */
export function layOut(lines: readonly Line[]): Block[] {
  const body = bodySize(lines);
  const blocks: Block[] = [];
  let open: Line[] = [];
  const close = () => {
    blocks.push(...toBlocks(open, body));
    open = [];
  };
  for (const line of lines) {
    const before = open.at(-1);
    if (before && startsBlock(before, line, body)) close();
    open.push(line);
  }
  close();
  return blocks;
}

function bodySize(lines: readonly Line[]): number {
  const weights = new Map<number, number>();
  for (const { size, text } of lines)
    weights.set(Math.round(size), (weights.get(Math.round(size)) ?? 0) + text.length);
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 10;
}

function startsBlock(before: Line, line: Line, body: number): boolean {
  if (before.column !== line.column && (before.column === -1 || line.column === -1)) return true;
  if (isTableLine(before) !== isTableLine(line)) return true;
  if (isLarge(before, body) !== isLarge(line, body)) return true;
  const distance = before.y - line.y;
  return distance > Math.max(before.size, line.size) * 1.75 && distance > 0;
}

function isTableLine({ text }: Line): boolean {
  return text.includes(' | ');
}

function isLarge({ size, text }: Line, body: number): boolean {
  return size >= body * 1.15 && text.length < 200;
}

function toBlocks(lines: readonly Line[], body: number): Block[] {
  const [first] = lines;
  if (!first) return [];
  if (lines.every(isTableLine)) {
    return [
      {
        type: 'table',
        headerRows: lines.length > 1 ? 1 : 0,
        rows: lines.map(({ text }) => text.split(' | ').map((cell) => cell.trim())),
      },
    ];
  }
  const text = joined(lines);
  if (isLarge(first, body) && text.length < 300) return heading(first.size >= body * 1.6 ? 1 : 2, text);
  return text === '' ? [] : [{ type: 'paragraph', text }];
}

function joined(lines: readonly Line[]): string {
  let text = '';
  for (const { text: next } of lines) {
    if (/\p{L}-$/u.test(text) && /^\p{Ll}/u.test(next)) text = text.slice(0, -1) + next;
    else if (/[\u3040-\u9fff\uff00-\uffef]$/u.test(text) && /^[\u3040-\u9fff\uff00-\uffef]/u.test(next))
      text += next;
    else text += text === '' ? next : ` ${next}`;
  }
  return text;
}

function xOf({ transform }: TextItem): number {
  return transform[4] ?? 0;
}

function yOf({ transform }: TextItem): number {
  return transform[5] ?? 0;
}

function sizeOf({ transform, height }: TextItem): number {
  return Math.abs(transform[3] ?? 0) || height || 10;
}
