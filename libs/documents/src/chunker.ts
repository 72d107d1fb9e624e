import type { Chunk } from '@fumikura/model';
import { CHUNKER_DEFAULTS } from './chunking.ts';
import type { ChunkerOptions } from './chunking.ts';
import type { Rendered, RenderedBlock } from './render.ts';

/** A stretch that is kept whole, with what must be repeated when it stands apart from its beginning. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly units: number;
  readonly block: RenderedBlock;
  readonly isFirstOfBlock: boolean;
}

/**
 * Cuts along the structure: a chunk never spans two sections, list items, table rows and sentences stay whole while
 * they fit, code blocks too. Chunks are in order, without overlap, and leave out nothing but blank space.
 */
export function chunk(
  rendered: Omit<Rendered, 'outline'>,
  options: ChunkerOptions = CHUNKER_DEFAULTS,
): Chunk[] {
  const chunks: Chunk[] = [];
  let open: Piece[] = [];
  let units = 0;
  const close = () => {
    const made = toChunk(rendered.text, open, chunks.length);
    if (made) chunks.push(made);
    open = [];
    units = 0;
  };
  for (const piece of rendered.blocks.flatMap((block) => piecesOf(rendered.text, block, options))) {
    const startsSection = piece.block.type === 'heading' && piece.isFirstOfBlock && !isOnlyHeadings(open);
    const isFull = units > 0 && units + piece.units > options.targetUnits && !isOnlyHeadings(open);
    if (startsSection || isFull || units + piece.units > options.maxUnits || startsPage(open, piece)) close();
    open.push(piece);
    units += piece.units;
  }
  close();
  return chunks;
}

/** Headings stay with what follows them. */
function isOnlyHeadings(pieces: readonly Piece[]): boolean {
  return pieces.every(({ block }) => block.type === 'heading');
}

/** Slides and sheets are things of their own; pages of a PDF are not: sentences run across them. */
function startsPage(open: readonly Piece[], { block }: Piece): boolean {
  const before = open.at(-1)?.block.place;
  return before !== undefined && (before.slide !== block.place?.slide || before.sheet !== block.place?.sheet);
}

function toChunk(text: string, pieces: readonly Piece[], ordinal: number): Chunk | undefined {
  const [first] = pieces;
  const last = pieces.at(-1);
  if (!first || !last || text.slice(first.start, last.end).trim() === '') return undefined;
  const { headingPath, header, place } = first.block;
  const own = first.block.type === 'heading' ? headingPath.slice(0, -1) : headingPath;
  return {
    ordinal,
    start: first.start,
    end: last.end,
    headingPath: own,
    ...(header !== undefined && !first.isFirstOfBlock && { context: header }),
    ...(place && { place }),
  };
}

/** The whole block when it fits, else runs of its parts; a part that is too long is cut at sentences. */
function piecesOf(text: string, block: RenderedBlock, { targetUnits, maxUnits }: ChunkerOptions): Piece[] {
  const whole = unitsOf(text, block.start, block.end);
  const keepsWhole = whole <= (block.type === 'code' ? maxUnits : targetUnits);
  const spans = keepsWhole
    ? [[block.start, block.end] as const]
    : block.parts.flatMap(([start, end]) => cutLong(text, start, end, maxUnits));
  return spans.map(([start, end], index) => ({
    start,
    end,
    units: unitsOf(text, start, end),
    block,
    isFirstOfBlock: index === 0,
  }));
}

type Span = readonly [start: number, end: number];

function cutLong(text: string, start: number, end: number, maxUnits: number): Span[] {
  const spans: Span[] = [];
  let from = start;
  while (from < end) {
    const to = cutPoint(text, from, end, maxUnits);
    spans.push([from, to]);
    from = to;
  }
  return spans;
}

const SENTENCE_END = /[.!?]["')\]]?\s|[。！？]|\n/gu;

/** The last sentence end that fits in half to all of the room, else the last blank, else between two characters. */
function cutPoint(text: string, from: number, end: number, maxUnits: number): number {
  const limit = fitting(text, from, end, maxUnits / 2);
  if (limit >= end) return end;
  const window = text.slice(from, limit);
  let sentence = 0;
  for (const match of window.matchAll(SENTENCE_END)) sentence = match.index + match[0].length;
  if (sentence > window.length / 4) return from + sentence;
  const blank = window.search(/\s\S*$/u);
  if (blank > window.length / 4) return from + blank + 1;
  let cut = limit;
  while (cut > from + 1 && /^[\udc00-\udfff\p{M}\u200d\ufe0f]/u.test(text.slice(cut, cut + 2))) cut--;
  return cut;
}

function fitting(text: string, from: number, end: number, maxUnits: number): number {
  let units = 0;
  for (let at = from; at < end; at++) {
    units += text.charCodeAt(at) < 0x2e80 ? 1 : 2.5;
    if (units > maxUnits) return Math.max(at, from + 1);
  }
  return end;
}

function unitsOf(text: string, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at++) units += text.charCodeAt(at) < 0x2e80 ? 1 : 2.5;
  return units;
}
