import type { RichTextBlock, RichTextSection } from '@slack/types';
import { literal, section } from './blocks.ts';

const FENCE = /^\s*(?:```|~~~)/u;
const ROW = /^\s*\|.*\|\s*$/u;
const RULE = /^[\s|:-]*-{3}[\s|:-]*$/u;
const CELL = 40;
const MAX_BLANKS = 1.2;

type Part = RichTextBlock['elements'][number];

/** What a claim says, with tables and code as they are read best; `after` stands behind its last word. */
export function claimParts(text: string, after: RichTextSection['elements']): Part[] {
  const parts = piecesOf(text).map(({ kind, lines }): Part => {
    if (kind === 'code') return preformatted(lines.join('\n'));
    if (kind === 'table' && lines.length > 1) return preformatted(aligned(lines.map(cellsOf)));
    const words = kind === 'table' ? lines.map((row) => cellsOf(row).filter(Boolean).join(' · ')) : lines;
    return section(literal(words.join('\n')));
  });
  const last = parts.at(-1);
  if (last?.type !== 'rich_text_section') return [...parts, section(...after)];
  return [...parts.slice(0, -1), section(...last.elements, ...after)];
}

interface Piece {
  readonly kind: 'plain' | 'table' | 'code';
  readonly lines: string[];
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let isCode = false;
  for (const line of text.split('\n')) {
    if (FENCE.test(line)) isCode = !isCode;
    else if (!ROW.test(line) || !RULE.test(line))
      add(pieces, isCode ? 'code' : ROW.test(line) ? 'table' : 'plain', line);
  }
  return pieces.filter(({ lines }) => lines.some((line) => line.trim() !== ''));
}

function add(pieces: Piece[], kind: Piece['kind'], line: string): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) last.lines.push(line);
  else pieces.push({ kind, lines: [line] });
}

function preformatted(text: string): Part {
  return { type: 'rich_text_preformatted', elements: [literal(text)] };
}

function cellsOf(row: string): string[] {
  return row
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

function aligned(rows: readonly string[][]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries())
      widths[at] = Math.min(CELL, Math.max(widths[at] ?? 0, widthOf(cell)));
  const pad = (cell: string, at: number) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)));
  const lines = (shown: (cell: string, at: number) => string) =>
    rows.map((row) => row.map(shown).join('  ').trimEnd()).join('\n');
  const [even, plain] = [lines(pad), lines((cell) => cell)];
  // A message has room for words, not for the blanks of a table with one long row.
  return even.length > plain.length * MAX_BLANKS ? plain : even;
}

/** Characters of Chinese and Japanese take two places of a fixed-width font. */
function widthOf(text: string): number {
  return [...text].reduce(
    (width, each) =>
      width +
      (/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]/u.test(
        each,
      )
        ? 2
        : 1),
    0,
  );
}
