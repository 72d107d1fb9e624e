import { least, most } from '../extent.ts';
import { rowsOf, toRow } from './rows.ts';
import type { Row } from './rows.ts';
import type { Run } from './runs.ts';

/** An area of a page that is read as one column, from the top. */
export type Column = readonly Row[];

/** A stripe is a gutter when at least this many lines stand on each side of it. */
const MIN_LINES = 4;
const MIN_GUTTER_POINTS = 6;
/** Columns inside columns: newspapers have no more. */
const MAX_DEPTH = 3;
const STEP_POINTS = 2;

/**
 * Areas of a page in reading order. Two or more columns are found by the stripe that text leaves free; what crosses it
 * (titles, wide figures) parts the page into bands, and within a band the left column comes first. The cells of a table
 * leave stripes too, but do not fill their side with lines of words as text does.
 */
export function columnsOf(runs: readonly Run[], depth = 0): Column[] {
  const rows = rowsOf(runs);
  const gutter = depth < MAX_DEPTH ? findGutter(rows) : undefined;
  if (gutter === undefined) return rows.length === 0 ? [] : [rows];
  const columns: Column[] = [];
  let band: Run[] = [];
  let crossing: Row[] = [];
  const flushBand = () => {
    columns.push(
      ...columnsOf(
        band.filter((run) => middle(run) < gutter),
        depth + 1,
      ),
    );
    columns.push(
      ...columnsOf(
        band.filter((run) => middle(run) >= gutter),
        depth + 1,
      ),
    );
    band = [];
  };
  const flushCrossing = () => {
    if (crossing.length > 0) columns.push(crossing);
    crossing = [];
  };
  for (const row of rows) {
    if (row.runs.some((run) => covers(run, gutter))) {
      flushBand();
      crossing.push(row);
    } else {
      flushCrossing();
      band.push(...row.runs);
    }
  }
  flushBand();
  flushCrossing();
  return columns;
}

interface Sides {
  readonly left: readonly Row[];
  readonly right: readonly Row[];
  readonly crossing: number;
}

function findGutter(rows: readonly Row[]): number | undefined {
  if (rows.length < MIN_LINES) return undefined;
  const from = least(rows.map(({ x }) => x));
  const to = most(rows.map(({ right }) => right));
  let best: { x: number; crossing: number; off: number } | undefined;
  for (let x = from + (to - from) * 0.15; x < from + (to - from) * 0.85; x += STEP_POINTS) {
    const sides = sidesOf(rows, x);
    const lines = Math.min(sides.left.length, sides.right.length);
    if (lines < MIN_LINES || sides.crossing > lines * 0.5) continue;
    if (!isText(sides.left, from, x) || !isText(sides.right, x, to)) continue;
    const off = Math.abs(x - (from + to) / 2);
    const isBetter =
      !best || sides.crossing < best.crossing || (sides.crossing === best.crossing && off < best.off);
    if (isBetter) best = { x, crossing: sides.crossing, off };
  }
  return best?.x;
}

function sidesOf(rows: readonly Row[], x: number): Sides {
  const left: Row[] = [];
  const right: Row[] = [];
  let crossing = 0;
  for (const { runs } of rows) {
    if (runs.some((run) => covers(run, x))) {
      crossing++;
      continue;
    }
    const before = runs.filter((run) => run.right <= x);
    const after = runs.filter((run) => run.x >= x);
    if (before.length > 0) left.push(toRow(before));
    if (after.length > 0) right.push(toRow(after));
  }
  return { left, right, crossing };
}

/** Whether lines fill their side with words: half of its width at the median, and more than a cell would hold. */
function isText(rows: readonly Row[], from: number, to: number): boolean {
  const fills = rows.map((row) => (row.right - row.x) / Math.max(1, to - from - MIN_GUTTER_POINTS));
  const lengths = rows.map(({ runs }) => runs.reduce((sum, { text }) => sum + lengthOf(text), 0));
  return median(fills) > 0.55 && median(lengths) > 20;
}

/** In letters of the Latin alphabet: a kanji or kana says and takes twice as much. */
function lengthOf(text: string): number {
  return text.length + (text.match(/[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]/gu)?.length ?? 0);
}

function covers(run: Run, x: number): boolean {
  return run.x < x + MIN_GUTTER_POINTS / 2 && run.right > x - MIN_GUTTER_POINTS / 2;
}

function middle(run: Run): number {
  return (run.x + run.right) / 2;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
