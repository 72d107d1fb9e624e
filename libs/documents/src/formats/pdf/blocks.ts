import type { Block } from '@fumikura/model';
import { heading } from '../block-text.ts';
import { most } from '../extent.ts';
import { listBlock } from '../lists.ts';
import type { LabelledItem } from '../lists.ts';
import { median } from './columns.ts';
import type { Line } from './lines.ts';
import { toTable } from './tables.ts';
import type { Typography } from './typography.ts';
import { isForcedBreak, joinLines } from './words.ts';
import type { Vocabulary } from './words.ts';

const BULLET = /^[•●○◦▪■□‣▶►▸❖✓➢◆◇・‧∙]\s*/u;
const DASH = /^[-–—*]\s+/u;
const LABEL = /^(?:\(?\d{1,3}[.)）]|\(?[a-zA-Z][.)）]|\([ivx]{1,5}\)|[ivx]{1,5}\.|[\u2460-\u2473])\s+/u;

/** What one page says. Lines come in reading order. */
export function blocksOf(lines: readonly Line[], typography: Typography, vocabulary: Vocabulary): Block[] {
  const plain = lines.map(unled);
  const tabular = plain.map((line, index) => (standsInTable(plain, index) ? line : flattened(line)));
  return new PageReader(typography, vocabulary).read(tabular);
}

/** Two pieces with a gap may be a stretched line of text; cells have others above or below. */
function standsInTable(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (!line || line.segments.length < 2) return true;
  const near = [lines[index - 2], lines[index - 1], lines[index + 1], lines[index + 2]];
  return near.some(
    (other) =>
      other !== undefined &&
      other.area === line.area &&
      other.segments.length > 1 &&
      Math.abs(other.y - line.y) < line.size * 5,
  );
}

/** A line as one piece. */
function flattened(line: Line): Line {
  const segments = [{ text: line.text, x: line.x, right: line.right }];
  return { ...line, segments, isScattered: line.segments.length > 2 };
}

/** Tables of contents lead the eye by dots. */
function unled(line: Line): Line {
  const text = line.text.replace(/(?:\s?[.．·…]){4,}\s*/gu, ' … ').trim();
  return text === line.text ? line : { ...line, text, segments: [{ text, x: line.x, right: line.right }] };
}

type Kind = 'heading' | 'item' | 'cells' | 'text';

class PageReader {
  readonly #typography: Typography;
  readonly #vocabulary: Vocabulary;
  readonly #blocks: Block[] = [];
  #open: Line[] = [];
  #kind: Kind = 'text';

  constructor(typography: Typography, vocabulary: Vocabulary) {
    this.#typography = typography;
    this.#vocabulary = vocabulary;
  }

  read(lines: readonly Line[]): Block[] {
    const leading = typicalLeading(lines);
    for (const [index, line] of lines.entries()) {
      const kind = this.#kindOf(line, lines[index + 1]);
      const before = this.#open.at(-1);
      if (before && this.#starts(before, line, kind, leading)) this.#close();
      if (this.#open.length === 0) this.#kind = kind;
      this.#open.push(line);
    }
    this.#close();
    return this.#blocks;
  }

  #kindOf(line: Line, next: Line | undefined): Kind {
    if (this.#headingLevel(line, next) !== undefined) return 'heading';
    if (isItem(line)) return 'item';
    return line.segments.length > 1 ? 'cells' : 'text';
  }

  /** A bold line is a heading only when other text follows it below. */
  #headingLevel(line: Line, next: Line | undefined): number | undefined {
    const level = this.#typography.headingLevel(line);
    const isSure = line.size >= this.#typography.bodySize * 1.1 || this.#typography.isListed(line);
    if (level === undefined || isSure) return level;
    if (!next || line.y - next.y > line.size * 4 || next.y > line.y) return level;
    const goesOn = next.font === line.font && next.segments.length === 1;
    const isAligned = Math.abs(next.x - line.x) < line.size * 4 || isCentred(line);
    return goesOn || !isAligned ? undefined : level;
  }

  #starts(before: Line, line: Line, kind: Kind, leading: number): boolean {
    if (before.area !== line.area) return true;
    const distance = before.y - line.y;
    const size = Math.max(before.size, line.size);
    if (this.#kind === 'cells') return !this.#belongsToTable(line, kind, distance);
    const isFar = distance > Math.max(leading * 1.4, size * 1.45) || distance < -1;
    if (this.#kind === 'item') return !this.#belongsToList(before, line, kind, isFar);
    if (kind !== this.#kind) return true;
    if (kind === 'heading') return distance > size * 2 || Math.abs(before.size - line.size) > size * 0.05;
    return (
      isFar || Math.abs(before.size - line.size) > size * 0.12 || startsParagraph(before, line, this.#open)
    );
  }

  /** Rows of cells, and single ones that stand in a column of theirs. */
  #belongsToTable(line: Line, kind: Kind, distance: number): boolean {
    if (distance < 0 || distance > line.size * 4 || kind === 'heading') return false;
    if (line.segments.length > 1) return true;
    const [cell] = line.segments;
    const under = this.#open.flatMap(({ segments }) =>
      segments.filter(({ x, right }) => cell && cell.x < right && cell.right > x),
    );
    return distance < line.size * 2.5 && under.length > 0 && fitsOneCell(line, this.#open);
  }

  /** Items may stand apart; a list in another style far below is another list. */
  #belongsToList(before: Line, line: Line, kind: Kind, isFar: boolean): boolean {
    const label = this.#open.findLast(isItem);
    if (!label) return false;
    if (kind === 'item') return !isFar || markStyle(label.text) === markStyle(line.text);
    return kind === 'text' && !isFar && (line.x > label.x + 2 || !isForcedBreak(before, line));
  }

  #close(): void {
    const lines = this.#open;
    this.#open = [];
    const [first] = lines;
    if (!first) return;
    const table = this.#kind === 'cells' ? toTable(lines) : undefined;
    if (table) this.#blocks.push({ type: 'table', headerRows: table.headerRows, rows: table.rows });
    else if (this.#kind === 'cells')
      this.#blocks.push(...new PageReader(this.#typography, this.#vocabulary).read(lines.map(flattened)));
    else if (this.#kind === 'item') this.#blocks.push(...this.#list(lines));
    else this.#text(lines, first);
  }

  #text(lines: readonly Line[], first: Line): void {
    const level = this.#kind === 'heading' ? this.#typography.headingLevel(first) : undefined;
    const text = this.#joined(lines);
    if (level !== undefined) this.#blocks.push(...heading(level, text));
    else if (this.#isFootnote(first)) this.#blocks.push({ type: 'note', label: 'Footnote', text });
    else if (text !== '') this.#blocks.push({ type: 'paragraph', text });
  }

  #isFootnote(first: Line): boolean {
    return this.#typography.isSmall(first) && /^(?:\d{1,3}|[*†‡§]|注|※)\s*\S/u.test(first.text);
  }

  #list(lines: readonly Line[]): Block[] {
    const items: { readonly lines: Line[]; readonly x: number }[] = [];
    for (const line of lines)
      if (isItem(line)) items.push({ lines: [line], x: line.x });
      else items.at(-1)?.lines.push(line);
    const indents = indentsOf(items.map(({ x }) => x));
    const labelled = items.map(({ lines: own, x }): LabelledItem => {
      const text = this.#joined(own).replaceAll('\n', ' ');
      const mark = BULLET.exec(text)?.[0] ?? DASH.exec(text)?.[0];
      const label = mark === undefined ? LABEL.exec(text)?.[0] : undefined;
      return {
        text: text.slice((mark ?? label ?? '').length),
        depth: Math.max(
          0,
          indents.findLastIndex((indent) => x >= indent - 2),
        ),
        label: label?.trim(),
      };
    });
    const isAlone = labelled.length === 1 && labelled[0]?.label !== undefined;
    return isAlone ? [{ type: 'paragraph', text: this.#joined(lines) }] : [listBlock(labelled)];
  }

  #joined(lines: readonly Line[]): string {
    let text = '';
    for (const [index, line] of lines.entries()) {
      const before = lines[index - 1];
      const isForced = before !== undefined && isForcedBreak(before, line);
      text = joinLines(text, line.text, this.#vocabulary, isForced);
    }
    return text;
  }
}

function markStyle(text: string): string {
  if (LABEL.test(text))
    return text.replace(
      /^([^\p{L}\d]*)(\d+|\p{L}+)([^\s\p{L}\d]*).*$/su,
      (_, open, name, close) => `${open}${/\d/u.test(String(name)) ? '1' : 'a'}${close}`,
    );
  return BULLET.test(text) ? '•' : '-';
}

function isCentred({ x, right, area }: Line): boolean {
  return Math.abs((x + right) / 2 - (area.x + area.right) / 2) < 6;
}

/** Bullets and labels stand in a segment of their own as often as not. */
function isItem({ text, segments }: Line): boolean {
  if (segments.length > 2) return false;
  const isMarked = BULLET.test(text) || DASH.test(text) || LABEL.test(text);
  return isMarked && (segments.length === 1 || (segments[0]?.text.length ?? 0) <= 5);
}

/** A first line set in, after one that ended its sentence or its line. */
function startsParagraph(before: Line, line: Line, open: readonly Line[]): boolean {
  const isIndented = line.x > line.area.x + line.size * 0.8 && before.x < line.x - line.size * 0.5;
  const hasEnded = /[.!?:。！？」』）)"”]$/u.test(before.text);
  if (isIndented) return hasEnded || isForcedBreak(before, line);
  return hasEnded && isForcedBreak(before, line) && fillsArea(open);
}

/** Whether lines reach the right edge, as set text does but verse, addresses and forms do not. */
function fillsArea(lines: readonly Line[]): boolean {
  const full = lines.slice(0, -1).filter(({ right, area }) => right > area.x + (area.right - area.x) * 0.85);
  return lines.length > 1 && full.length >= (lines.length - 1) * 0.7;
}

/** No wider than the widest cell so far, or it is text again. */
function fitsOneCell(line: Line, open: readonly Line[]): boolean {
  const widest = most(open.flatMap(({ segments }) => segments.map(({ x, right }) => right - x)));
  return line.right - line.x <= widest * 1.2;
}

function typicalLeading(lines: readonly Line[]): number {
  const distances = lines.slice(1).flatMap((line, index) => {
    const before = lines[index];
    const distance = before && before.area === line.area ? before.y - line.y : 0;
    return distance > 1 && distance < line.size * 2.5 ? [distance] : [];
  });
  return distances.length === 0 ? 12 : median(distances);
}

function indentsOf(starts: readonly number[]): number[] {
  return starts
    .toSorted((a, b) => a - b)
    .reduce<number[]>((kept, x) => (kept.length > 0 && x < (kept.at(-1) ?? 0) + 5 ? kept : [...kept, x]), []);
}
