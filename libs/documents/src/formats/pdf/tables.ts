import { most } from '../extent.ts';
import type { Line, Segment } from './lines.ts';

interface Band {
  from: number;
  to: number;
}

export interface PdfTable {
  readonly rows: readonly (readonly string[])[];
  readonly headerRows: 0 | 1;
}

/**
 * Lines whose segments stand under each other, as a table; undefined when they do not. A line in the same tight spacing
 * that leaves the first column free carries on the cells above it.
 * @param lines of one area, from the top, most with two segments or more
 */
export function toTable(lines: readonly Line[]): PdfTable | undefined {
  const bands = bandsOf(lines.flatMap(({ segments }) => segments));
  const parted = lines.filter(({ segments }) => segments.length > 1);
  if (bands.length < 2 || parted.length < Math.max(2, lines.length * 0.4)) return undefined;
  const rows = lines.map(({ segments }) => cellsIn(segments, bands));
  const pitches = lines.slice(1).map((line, index) => (lines[index]?.y ?? 0) - line.y);
  const widest = most(pitches);
  const merged: string[][] = [];
  for (const [index, row] of rows.entries()) {
    const above = merged.at(-1);
    const pitch = index === 0 ? widest : (pitches[index - 1] ?? widest);
    const carriesOn =
      above && row[0] === '' && pitch < widest * 0.75 && pitch < (lines[index]?.size ?? 10) * 1.5;
    if (carriesOn) row.forEach((cell, column) => (above[column] = `${above[column]} ${cell}`.trim()));
    else merged.push([...row]);
  }
  return merged.length < 2 ? undefined : { rows: merged, headerRows: headerRows(lines, merged) };
}

/** Stripes that cells share; a segment over several stripes heads a group of columns and joins none. */
function bandsOf(segments: readonly Segment[]): Band[] {
  const bands: Band[] = [];
  for (const { x, right } of segments.toSorted((a, b) => a.right - a.x - (b.right - b.x))) {
    const touched = bands.filter((band) => x < band.to && right > band.from);
    const [only] = touched;
    if (!only) bands.push({ from: x, to: right });
    else if (touched.length === 1) {
      only.from = Math.min(only.from, x);
      only.to = Math.max(only.to, right);
    }
  }
  return joinedBands(bands.sort((a, b) => a.from - b.from));
}

/** Bands that grew into each other are one. */
function joinedBands(bands: readonly Band[]): Band[] {
  const joined: Band[] = [];
  for (const band of bands) {
    const before = joined.at(-1);
    if (before && band.from < before.to) before.to = Math.max(before.to, band.to);
    else joined.push({ ...band });
  }
  return joined;
}

function cellsIn(segments: readonly Segment[], bands: readonly Band[]): string[] {
  const cells = bands.map(() => '');
  for (const { text, x, right } of segments) {
    const overlaps = bands.map(({ from, to }) => Math.min(right, to) - Math.max(x, from));
    const column = overlaps.indexOf(most(overlaps));
    cells[column] = `${cells[column] ?? ''} ${text}`.trim();
  }
  return cells;
}

/** A first row in a font of its own, or one of names over numbers. */
function headerRows(lines: readonly Line[], rows: readonly (readonly string[])[]): 0 | 1 {
  const [first, ...rest] = lines;
  const isFull = (rows[0]?.filter((cell) => cell !== '').length ?? 0) >= (rows[0]?.length ?? 0) * 0.6;
  if (!first || !isFull) return 0;
  const hasOwnFont = first.font !== undefined && rest.every(({ font }) => font !== first.font);
  const isNames = (rows[0] ?? []).every((cell) => !/^[-+(]?[¥$€£]?[\d.,%\s]+\)?$/u.test(cell));
  const hasNumbers = rows
    .slice(1)
    .some((row) => row.some((cell) => /^[-+(]?[¥$€£]?[\d.,%\s]+\)?$/u.test(cell)));
  return isNames && (hasOwnFont || hasNumbers) ? 1 : 0;
}
