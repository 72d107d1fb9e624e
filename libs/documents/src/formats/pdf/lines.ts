import { columnsOf } from './columns.ts';
import type { Row } from './rows.ts';
import type { PageRuns, Run } from './runs.ts';

/** A piece of a line that stands apart from the next, as cells do. */
export interface Segment {
  readonly text: string;
  readonly x: number;
  readonly right: number;
}

export interface Line {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly x: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  /** The font of all its letters; undefined when they are mixed. */
  readonly font: string | undefined;
  /** Several pieces far apart that belong to no table: a page's head, a form's line. */
  readonly isScattered?: boolean;
  /** Edges of the area it is read in: lines of one area share the object. */
  readonly area: Area;
}

export interface Area {
  readonly x: number;
  readonly right: number;
  readonly isVertical: boolean;
}

/** Lines of a page in reading order. */
export function linesOf(page: PageRuns): Line[] {
  const upright = columnsOf(page.upright).flatMap((rows) => {
    const area = areaOf(rows, false);
    return rows.map((row) => toLine(row, area));
  });
  const vertical = verticalLines(page.vertical);
  const letters = (lines: readonly Line[]) => lines.reduce((sum, { text }) => sum + text.length, 0);
  return letters(vertical) > letters(upright) ? [...vertical, ...upright] : [...upright, ...vertical];
}

function areaOf(rows: readonly { readonly x: number; readonly right: number }[], isVertical: boolean): Area {
  return {
    x: rows.reduce((least, row) => Math.min(least, row.x), Number.POSITIVE_INFINITY),
    right: rows.reduce((most, row) => Math.max(most, row.right), Number.NEGATIVE_INFINITY),
    isVertical,
  };
}

function toLine({ runs, x, right, y, size }: Row, area: Area): Line {
  const segments: Segment[] = [];
  for (const run of runs) {
    const before = segments.at(-1);
    const gap = before ? run.x - before.right : Number.POSITIVE_INFINITY;
    if (before && gap < size * CELL_GAP)
      segments[segments.length - 1] = appended(before, run, gap, { size, y });
    else segments.push({ text: run.text.trim(), x: run.x, right: run.right });
  }
  const fonts = new Set(runs.filter(({ text }) => /[\p{L}\p{N}]/u.test(text)).map(({ font }) => font));
  const [font] = fonts;
  return {
    text: segments.map(({ text }) => text).join(' '),
    segments,
    x,
    right,
    y,
    size,
    font: fonts.size === 1 ? font : undefined,
    area,
  };
}

/** In font sizes: what is wider than between words, even stretched ones, stands between cells. */
const CELL_GAP = 1;
/** In font sizes: narrower gaps are inside words, moved for looks. */
const WORD_GAP = 0.15;

function appended(before: Segment, run: Run, gap: number, row: Pick<Row, 'size' | 'y'>): Segment {
  const isWord = gap > row.size * WORD_GAP || /^\s/u.test(run.text);
  const text = isNoteMark(before, run, row) ? `[${run.text.trim()}]` : run.text.trim();
  return {
    text: `${before.text}${isWord ? ' ' : ''}${text}`.replace(/\s+/gu, ' '),
    x: before.x,
    right: Math.max(before.right, run.right),
  };
}

/** A raised small number after a word or a number is a footnote's; after one letter or a length it is a power. */
function isNoteMark(before: Segment, run: Run, { size, y }: Pick<Row, 'size' | 'y'>): boolean {
  const isRaised = run.size < size * 0.8 && run.y > y + size * 0.15;
  if (/(?:^|[\s\d(/])[cdkm]?m$/u.test(before.text)) return false;
  return isRaised && /^\s*\d{1,3}\s*$/u.test(run.text) && /(?:[\p{L}\p{N}]{2}|[\p{P}])$/u.test(before.text);
}

/** Vertical writing: columns from the right, each from the top. */
function verticalLines(runs: readonly Run[]): Line[] {
  const columns: Run[][] = [];
  for (const run of runs.toSorted((a, b) => b.x - a.x || b.y - a.y)) {
    const first = columns.at(-1)?.[0];
    if (first && Math.abs(first.x - run.x) < run.size * 0.5) columns.at(-1)?.push(run);
    else columns.push([run]);
  }
  const area = areaOf(runs, true);
  return columns.map((column) => {
    const sorted = column.toSorted((a, b) => b.y - a.y);
    const text = sorted.map((run) => run.text.trim()).join('');
    const [top] = sorted;
    const { x = 0, right = 0, size = 10, font } = top ?? {};
    // Columns follow each other as lines do: their place from the right is the place from the top.
    return { text, segments: [{ text, x, right }], x: area.x, right: area.right, y: x, size, font, area };
  });
}
