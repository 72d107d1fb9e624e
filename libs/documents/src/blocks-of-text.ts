import type { Chunk, Section } from '@fumikura/model';
import { lastUntil } from './places-of-chunks.ts';
import type { RenderedBlock } from './render.ts';

export interface CutText {
  readonly text: string;
  readonly outline: readonly Section[];
  readonly chunks: readonly Chunk[];
}

type Lines = readonly (readonly [start: number, end: number])[];

const FENCE = '```';
const ROW = /^\|.*\|$/u;
const LIST_ITEM = /^\s*(?:-|\d+\.) /u;

/**
 * The blocks that a normalised text was written from, as far as it shows them: headings by the outline, slides, sheets and
 * headers of tables by its chunks, the rest by how `render` writes it.
 */
export function blocksOfText({ text, outline, chunks }: CutText): RenderedBlock[] {
  const pathAt = paths(outline);
  return stretches(text, outline, chunks).flatMap(([start, end, isHeading]) => {
    const spans = isHeading ? [[start, end] as const] : blockSpans(text, start, end);
    return spans.map(([from, to]): RenderedBlock => {
      const place = lastUntil(chunks, from)?.place;
      const shape = isHeading
        ? { type: 'heading' as const, parts: [[from, to] as const] }
        : shapeOf(text, from, to, chunks);
      return { ...shape, start: from, end: to, headingPath: pathAt(from), ...(place && { place }) };
    });
  });
}

type Stretch = readonly [start: number, end: number, isHeading: boolean];

/** Headings, and what lies between them on one slide or sheet. */
function stretches(text: string, outline: readonly Section[], chunks: readonly Chunk[]): Stretch[] {
  const headings = new Map(outline.map(({ start }) => [start, lineEnd(text, start)]));
  const pages = chunks.filter((chunk, at) => at > 0 && isOtherPage(chunks[at - 1], chunk));
  const bounds = [0, ...headings.keys(), ...headings.values(), ...pages.map(({ start }) => start)];
  const sorted = [...new Set(bounds)].toSorted((a, b) => a - b);
  return sorted.flatMap((start, at): Stretch[] => {
    const end = sorted[at + 1] ?? text.length;
    return end > start ? [[start, end, headings.has(start)]] : [];
  });
}

function isOtherPage(before: Chunk | undefined, { place }: Chunk): boolean {
  return before?.place?.slide !== place?.slide || before?.place?.sheet !== place?.sheet;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** Blank lines stand between blocks, and inside of code. */
function blockSpans(text: string, start: number, end: number): [start: number, end: number][] {
  const spans: [number, number][] = [];
  const closing = fences(text, end);
  for (let at = start; at < end;) {
    if (text[at] === '\n') {
      at++;
      continue;
    }
    const blank = text.indexOf('\n\n', at);
    const next = text.startsWith(FENCE, at) ? closing(at) : undefined;
    const to = Math.min(end, next ?? (blank < 0 ? end : blank));
    const last = text[to - 1] === '\n' ? to - 1 : to;
    if (text.slice(at, last).trim() !== '') spans.push([at, last]);
    at = to;
  }
  return spans;
}

/** The end of the code that begins at a place; undefined when nothing closes it. Looked for once when there is none. */
function fences(text: string, end: number): (from: number) => number | undefined {
  let hasMore = true;
  return (from) => {
    const close = /\n```(?=\n\n|\n*$)/gu;
    close.lastIndex = from + FENCE.length;
    const found = hasMore ? close.exec(text.slice(0, end)) : null;
    hasMore = found !== null;
    return found ? found.index + found[0].length : undefined;
  };
}

function shapeOf(
  text: string,
  start: number,
  end: number,
  chunks: readonly Chunk[],
): Pick<RenderedBlock, 'type' | 'parts' | 'header'> {
  const lines = linesOf(text, start, end);
  const [first = [start, end]] = lines;
  const lastLine = text.slice(...(lines.at(-1) ?? first));
  if (text.startsWith(FENCE, start)) return { type: 'code', parts: withoutFences(lines) };
  if (ROW.test(lastLine)) {
    const header = headerOf(text, lines, chunks);
    return { type: 'table', parts: lines, ...(header !== undefined && { header }) };
  }
  if (LIST_ITEM.test(text.slice(...first))) return { type: 'list', parts: lines };
  return { type: 'paragraph', parts: [[start, end]] };
}

function linesOf(text: string, start: number, end: number): [number, number][] {
  const lines: [number, number][] = [];
  for (let from = start; from <= end;) {
    const to = Math.min(end, lineEnd(text, from));
    lines.push([from, to]);
    from = to + 1;
  }
  return lines;
}

/** The marks stay with the first and the last line of the code; what only begins like code has no lines between them. */
function withoutFences(lines: Lines): Lines {
  const inner = lines.slice(1, -1);
  const [opening, closing] = [lines[0], lines.at(-1)];
  if (!opening || !closing || inner.length === 0) return lines;
  return inner.map(([from, to], at) => [
    at === 0 ? opening[0] : from,
    at === inner.length - 1 ? closing[1] : to,
  ]);
}

/** A chunk that begins inside of a table says what is repeated there; of a table that was never cut it is the first row. */
function headerOf(text: string, lines: Lines, chunks: readonly Chunk[]): string | undefined {
  const [start, end] = [lines[0]?.[0] ?? 0, lines.at(-1)?.[1] ?? 0];
  const inside = lastUntil(chunks, end - 1);
  if (inside && inside.start > start) return inside.context;
  const rows = lines.map((line) => text.slice(...line)).filter((line) => ROW.test(line));
  return rows.length > 1 ? rows[0] : undefined;
}

/** Asked with places in ascending order. */
function paths(outline: readonly Section[]): (at: number) => readonly string[] {
  let next = 0;
  let open: Section[] = [];
  let path: readonly string[] = [];
  return (at) => {
    const before = next;
    for (let section = outline[next]; section && section.start <= at; section = outline[++next]) {
      const { start } = section;
      open = [...open.filter((above) => above.end > start), section];
    }
    const left = open.filter(({ end }) => end > at);
    if (next > before || left.length < open.length) path = left.map(({ heading }) => heading);
    open = left;
    return path;
  };
}
